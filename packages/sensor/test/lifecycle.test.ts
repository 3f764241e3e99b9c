import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachRecord, toObject } from '@ringfence/events';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { SensorError, startSensor } from '../src/index.ts';
import { resolveOptions } from '../src/options.ts';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { bpfProgramsOf } from './support/left-behind.ts';
import { Recorder, type Seen } from './support/recorder.ts';

let act: Act;
beforeAll(() => {
  if (obstacle === undefined) act = new Act();
});
afterAll(() => act?.[Symbol.dispose]());

const by = (pid: number | undefined) => (e: Seen) => e['process.pid'] === pid;

describeKernel('requests', () => {
  it('describes a process, its ancestors and its hash, also after its end', async () => {
    const recorder = await Recorder.forTest();
    const { pid } = spawnSync('/bin/sh', ['-c', `${act.program} nothing; exit 0`]);
    const event = await recorder.find('process_start', (e) => e['process.ppid'] === pid);
    await recorder.find('process_exit', by(pid));
    const description = await recorder.sensor.describe(
      event['process.pid'] as number,
      BigInt(event['process.start_time'] as string),
    );
    expect(description.path).toBe(act.program);
    expect(description.sha256).toBe(createHash('sha256').update(readFileSync(act.program)).digest('hex'));
    expect(description.ancestors.slice(0, 3)).toMatchObject([
      { pid: event['process.pid'], path: act.program, commandLine: `${act.program} nothing`, user: 'root' },
      { pid, commandLine: `/bin/sh -c ${act.program} nothing; exit 0` },
      { pid: process.pid, path: process.execPath },
    ]);
    // Up to a process that has no parent: init, or where a host starts processes otherwise, another.
    const last = description.ancestors.at(-1)?.pid;
    expect(readFileSync(`/proc/${last}/stat`, 'utf8')).toMatch(/\) \S 0 /);
    await expect(recorder.sensor.describe(event['process.pid'] as number, 1n)).rejects.toMatchObject({
      code: 'refused',
    });
  });

  it('does not give the hash of another file that has the path by now', async () => {
    const recorder = await Recorder.forTest();
    const copy = join(act.folder, 'replaced');
    spawnSync('cp', [act.program, copy]);
    const { pid } = spawnSync(copy, ['nothing']);
    const event = await recorder.find('process_start', by(pid));
    spawnSync('/bin/sh', ['-c', `echo other > ${copy}.new; mv ${copy}.new ${copy}`]);
    const { sha256, path } = await recorder.sensor.describe(
      pid,
      BigInt(event['process.start_time'] as string),
    );
    expect(path).toBe(copy);
    expect(sha256).toBeUndefined();
  });

  it('hashes files, and refuses what is none', async () => {
    const recorder = await Recorder.forTest();
    const file = join(act.folder, 'hashed');
    writeFileSync(file, 'content');
    const expected = createHash('sha256').update('content').digest('hex');
    expect(await recorder.sensor.hash(file)).toEqual({ path: file, sha256: expected });
    writeFileSync(file, 'CONTENT');
    expect((await recorder.sensor.hash(file)).sha256).not.toBe(expected);
    for (const path of ['/dev/zero', act.folder, join(act.folder, 'none')])
      await expect(recorder.sensor.hash(path)).rejects.toMatchObject({ code: 'refused' });
  });

  it('gives a snapshot of what runs, parents first', async () => {
    const recorder = await Recorder.forTest({ classes: [] });
    const sleeper = spawn(act.program, ['sleep', '5000']);
    await sleep(100);
    const seen: Seen[] = [];
    for (const part of await recorder.sensor.snapshot())
      forEachRecord(part, (view) => {
        seen.push(toObject(view) as unknown as Seen);
      });
    sleeper.kill();
    const pids = seen.map((e) => e['process.pid']);
    expect(seen.every((e) => e.class === 'process_start' && String(e['flags']).includes('EXISTING'))).toBe(
      true,
    );
    expect(pids.indexOf(1)).toBeLessThan(pids.indexOf(process.pid));
    expect(seen.find(by(process.pid))).toMatchObject({ 'process.path': process.execPath });
    expect(seen.find(by(sleeper.pid))).toMatchObject({
      'process.argv': [act.program, 'sleep', '5000'],
      'parent.path': process.execPath,
    });
  });

  it('delivers what is subscribed to, and nothing else', async () => {
    const recorder = await Recorder.forTest({ classes: ['process_exit'] });
    const first = act.run('nothing').pid;
    await recorder.find('process_exit', by(first));
    expect(new Set(recorder.events.map((e) => e.class))).toEqual(new Set(['process_exit']));
    // A class of tier full, for which no probe was loaded, and one that does not exist, change nothing.
    recorder.sensor.subscribe(['network_listen', 'file_open', 'credential_change', 'no_such_class']);
    await sleep(100);
    recorder.events.length = 0;
    const second = act.run('tcp4').pid;
    await recorder.find('network_listen', by(second));
    expect(new Set(recorder.events.map((e) => e.class))).toEqual(new Set(['network_listen']));
  });
});

describeKernel('the end', () => {
  it.each(['core', 'full'] as const)('kill -9 leaves nothing in the kernel (%s)', async (tier) => {
    const recorder = await Recorder.start({ tier });
    const { pid } = recorder.sensor;
    // Positive control: the programs are there.
    const loaded = bpfProgramsOf(pid);
    expect(loaded.length).toBeGreaterThan(tier === 'core' ? 6 : 12);
    const exited = new Promise((resolve) => recorder.sensor.onExit(resolve));
    process.kill(pid, 'SIGKILL');
    expect(await exited).toMatchObject({ signal: 'SIGKILL' });
    await sleep(3000);
    const alive = new Set(bpfProgramsOf(undefined));
    expect(loaded.filter((id) => alive.has(id))).toEqual([]);
    await expect(recorder.sensor.snapshot()).rejects.toMatchObject({ code: 'ended' });
  });

  it('ends when the agent is killed', async () => {
    const script = new URL('./support/start-and-wait.ts', import.meta.url).pathname;
    const agent = spawn(process.execPath, [...process.execArgv, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(
      await new Promise<string>((resolve) => agent.stdout.once('data', (d: Buffer) => resolve(d.toString()))),
    );
    expect(bpfProgramsOf(pid).length).toBeGreaterThan(6);
    agent.kill('SIGKILL');
    for (let waited = 0; ; waited += 50) {
      try {
        process.kill(pid, 0);
      } catch {
        break;
      }
      expect(waited).toBeLessThan(2000);
      await sleep(50);
    }
  });

  it.each([
    ['an unknown type', Buffer.from([0, 0, 0, 0, 0x42, 0, 0, 0])],
    ['a frame that is too long', Buffer.from([255, 255, 255, 255, 0x82, 0, 0, 0])],
    [
      'a request that is no JSON',
      Buffer.concat([Buffer.from([3, 0, 0, 0, 0x82, 0, 0, 0]), Buffer.from('{{{')]),
    ],
  ])('ends, and says why, after %s', async (_, bytes) => {
    const main = new URL('../src/main.ts', import.meta.url).pathname;
    const options = JSON.stringify(resolveOptions({ mode: 'procfs' }));
    const child = spawn(process.execPath, [...process.execArgv, main, options], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    const channel = child.stdio[3] as Duplex;
    let said = '';
    channel.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
    channel.write(bytes);
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(1);
    expect(said).toContain('bad frame from the agent');
  });

  it('ends after a bad frame from an agent that does not read', async () => {
    const main = new URL('../src/main.ts', import.meta.url).pathname;
    const options = JSON.stringify(resolveOptions({ tier: 'full' }));
    const child = spawn(process.execPath, [...process.execArgv, main, options], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const channel = child.stdio[3] as Duplex;
    const closed = new Promise((resolve) => child.on('exit', resolve));
    await new Promise((resolve) => channel.once('readable', resolve)); // its greeting
    const file = join(act.folder, 'plain');
    writeFileSync(file, 'x');
    act.run('open-loop', '100000', file);
    await sleep(500);
    const before = performance.now();
    channel.write(Buffer.from([0, 0, 0, 0, 0x42, 0, 0, 0]));
    expect(await closed).toBe(1);
    // The channel was full: it could not say why, and did not wait for that without end.
    expect(performance.now() - before).toBeGreaterThan(1000);
    expect(performance.now() - before).toBeLessThan(4000);
    channel.destroy();
  });

  it('stops in order', async () => {
    const recorder = await Recorder.start();
    const exited = new Promise((resolve) => recorder.sensor.onExit(resolve));
    await recorder.sensor.stop();
    expect(await exited).toMatchObject({ code: 0, signal: null });
    await expect(recorder.sensor.describe(1, 1n)).rejects.toBeInstanceOf(SensorError);
  });
});

it('refuses options that make no sense', () => {
  expect(() => startSensor({ tier: 'huge' as never })).toThrow(/tier must be/);
  expect(() => startSensor({ mode: 'maybe' as never })).toThrow(/mode must be/);
  expect(() => startSensor({ secrets: ['relative'] })).toThrow(/must be absolute/);
});
