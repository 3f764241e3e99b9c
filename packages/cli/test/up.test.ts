import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadedPrograms } from '@ringfence/ebpf';
import { describe, expect, it } from 'vitest';
import { Command, isRoot, processTree, programsOf } from './support/command.ts';

const token = (): string => randomBytes(6).toString('hex');

/** Harmless, and seen by polling too: a shell under the name of a kernel thread that sleeps. */
const masquerade = (name: string, seconds: number): string[] => [
  '-c',
  `exec -a "[kworker/${name}]" sleep ${seconds}`,
];

const commandLine = (line: {
  class_uid?: number;
  evidences?: { process?: { cmd_line?: string } }[];
}): string => (line.class_uid === 2004 ? (line.evidences?.[0]?.process?.cmd_line ?? '') : '');

/** One that ended with another is no error. */
function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const alive = (pids: readonly number[]): number[] => pids.filter((pid) => existsSync(`/proc/${pid}/exe`));

/** What a run must not leave: programs, processes, mounts, temporary files, cgroups with anything in them. */
async function residue(
  command: Command,
  pids: readonly number[],
  programs: readonly number[],
): Promise<string[]> {
  let left: string[] = [];
  for (const end = performance.now() + 3000; performance.now() < end; await sleep(100)) {
    const loaded = new Set(isRoot ? loadedPrograms().map(({ id }) => id) : []);
    left = [
      ...programs.filter((id) => loaded.has(id)).map((id) => `program ${id}`),
      ...alive(pids).map((pid) => `process ${pid}`),
      ...readdirSync(join(command.folder, 'tmp')).map((file) => `temporary ${file}`),
      ...readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.includes(command.folder)),
    ];
    if (left.length === 0) return [];
  }
  return left;
}

/** `up`, when all of it runs: with its processes and what it has in the kernel. */
async function startUp(
  command: Command,
): Promise<{ child: ChildProcess; pids: number[]; programs: number[] }> {
  const child = command.start('up', '--json');
  const status = await command.ready();
  return { child, pids: processTree(child.pid as number), programs: programsOf(status.sensor.hello.pid) };
}

describe.runIf(isRoot)('ringfence up on this kernel', () => {
  it('prints a finding with the process, its command line and its ancestors, as JSON alone', async () => {
    await using command = new Command();
    const child = command.start('up', '--json');
    const status = await command.ready();
    expect(status.sensor.hello).toMatchObject({ mode: 'kernel', tier: 'core' });
    const name = token();
    await once(spawn('bash', masquerade(name, 0.1)), 'exit');
    const finding = await command.line((line) => commandLine(line).includes(name));
    expect(finding.evidences[0].process).toMatchObject({
      user: { name: 'root' },
      file: { path: expect.stringMatching(/\/sleep$/) },
    });
    expect(finding.evidences[0].process.ancestry.map((one: { pid: number }) => one.pid)).toContain(
      process.pid,
    );
    expect(finding.finding_info.attacks[0].technique.uid).toBe('T1036');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(command.text).toEqual([]);
    expect(readFileSync(join(command.folder, 'state/findings.jsonl'), 'utf8')).toContain(name);
  });

  it('leaves nothing behind after Ctrl-C', async () => {
    await using command = new Command();
    const { child, pids, programs } = await startUp(command);
    expect(programs.length).toBeGreaterThan(3);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await residue(command, pids, programs)).toEqual([]);
  });

  it('ends at `ringfence down`, which waits for it, and leaves nothing behind', async () => {
    await using command = new Command();
    const { child, pids, programs } = await startUp(command);
    const ended = once(child, 'exit');
    expect(await command.run('down')).toBe(0);
    expect(alive(pids)).toEqual([]);
    expect(await ended).toEqual([0, null]);
    expect(command.text).toEqual([`the agent, process ${child.pid}, has stopped`]);
    expect(await residue(command, pids, programs)).toEqual([]);
    expect(await command.run('down')).toBe(1);
    expect(command.stderr).toContain('no agent answers');
  });

  it.each(['the supervisor', 'everything'])('leaves nothing behind after kill -9 of %s', async (what) => {
    await using command = new Command();
    const { child, pids, programs } = await startUp(command);
    expect(programs.length).toBeGreaterThan(3);
    // The control: all of it is there now.
    expect(await residue(command, pids, programs)).not.toEqual([]);
    for (const pid of what === 'everything' ? pids : [child.pid as number]) killHard(pid);
    expect(await residue(command, pids, programs)).toEqual([]);
  });

  it('goes on when the sensor is killed', async () => {
    await using command = new Command();
    command.start('up', '--json');
    const status = await command.ready();
    process.kill(status.sensor.hello.pid, 'SIGKILL');
    await command.line(
      (line) => line.type === 'status' && line.sensor.restarts === 1 && line.sensor.state === 'running',
    );
    const name = token();
    await once(spawn('bash', masquerade(name, 0.1)), 'exit');
    await command.line((line) => commandLine(line).includes(name));
  });

  it('refuses a second agent on the same host, and the first goes on', async () => {
    await using command = new Command();
    const first = command.start('up', '--json');
    await command.ready();
    expect(await command.run('up', '--for', '1s')).toBe(1);
    expect(command.stderr).toMatch(/an agent runs here already/);
    expect(first.exitCode).toBeNull();
  });

  it('runs a release that lies under a 0700 folder, and names what is broken in it', async () => {
    await using command = new Command();
    const closed = join(command.folder, 'closed');
    mkdirSync(join(closed, 'release/rules'), { recursive: true });
    chmodSync(closed, 0o700);
    writeFileSync(
      join(closed, 'release/release.json'),
      JSON.stringify({ publisher: 'closed', name: 'closed-rules', version: '1' }),
    );
    writeFileSync(
      join(closed, 'release/rules/sleep.yml'),
      'title: Sleeps\nid: 5a4ac7f5-5c5b-4b39-8c43-56a2dd4b0a1c\nlogsource: { product: linux, category: process_creation }\ndetection:\n  s: { Image|endswith: /sleep }\n  condition: s\nlevel: low\n',
    );
    writeFileSync(join(closed, 'release/rules/broken.yml'), 'title: Broken\nid: nothing\n');
    command.start('up', '--json', '--content', join(closed, 'release'));
    const status = await command.ready();
    expect(status.publishers[0].rules).toMatchObject({ loaded: 1 });
    expect(status.publishers[0].skippedRules[0]).toMatchObject({
      file: 'rules/broken.yml',
      line: expect.any(Number),
    });
    const seconds = `0.0${Math.floor(Math.random() * 1e6)}`;
    await once(spawn('sleep', [seconds]), 'exit');
    await command.line((line) => commandLine(line).includes(seconds));
  });

  it('tunes rules from the configuration, again on SIGHUP', async () => {
    await using command = new Command();
    const child = command.start('up', '--json');
    await command.ready();
    const before = token();
    await once(spawn('bash', masquerade(before, 0.1)), 'exit');
    const finding = await command.line((line) => commandLine(line).includes(before));
    const id = finding.finding_info.analytic.uid;
    writeFileSync(join(command.folder, 'config.yaml'), `tuning:\n  ${id}: { level: low }\n`);
    child.kill('SIGHUP');
    await sleep(500);
    const after = token();
    await once(spawn('bash', masquerade(after, 0.1)), 'exit');
    expect((await command.line((line) => commandLine(line).includes(after))).severity).toBe('Low');
  });

  it('answers status, findings and events while it runs', async () => {
    await using command = new Command();
    command.start('up', '--json');
    await command.ready();
    const name = token();
    await once(spawn('bash', masquerade(name, 0.1)), 'exit');
    await command.line((line) => commandLine(line).includes(name));
    const ask = (...args: string[]): string =>
      execFileSync(process.execPath, [new URL('../bin/ringfence.js', import.meta.url).pathname, ...args], {
        env: command.env(),
        encoding: 'utf8',
      });
    expect(JSON.parse(ask('status', '--json')).publishers[0].findings).toBeGreaterThan(0);
    expect(ask('status')).toMatch(/kernel, tier core/);
    expect(ask('findings')).toContain(name);
    const stream = command.start('events', '-c', 'process_start', '--for', '3s', '--json');
    await sleep(1200);
    const seen = token();
    await once(spawn('true', [seen]), 'exit');
    await command.line((line) => line.class === 'process_start' && line['process.argv'].includes(seen));
    await once(stream, 'exit');
  });
});

describe('ringfence up in reduced mode', () => {
  it('polls procfs, says what is missing, and finds a process that lives 200 ms', async () => {
    await using command = new Command();
    writeFileSync(join(command.folder, 'config.yaml'), 'sensor: { mode: procfs }\n');
    command.start('up', '--json');
    const status = await command.ready();
    expect(status.sensor.hello.mode).toBe('procfs');
    expect(status.sensor.hello.missing.length).toBeGreaterThan(0);
    for (const missing of status.sensor.hello.missing)
      expect(missing).toMatchObject({
        effect: expect.stringMatching(/.{10}/),
        cure: expect.stringMatching(/.{5}/),
      });
    const name = token();
    await once(spawn('bash', masquerade(name, 0.2)), 'exit');
    await command.line((line) => commandLine(line).includes(name));
  });
});

describe('without an agent', () => {
  it('says so, and how to start one', async () => {
    await using command = new Command();
    expect(await command.run('status')).toBe(1);
    expect(command.stderr).toMatch(/no agent answers.*ringfence up/);
  });

  it('names the line of a broken configuration', async () => {
    await using command = new Command();
    writeFileSync(join(command.folder, 'config.yaml'), 'sensor:\n  tier: everything\n');
    expect(await command.run('up', '--for', '1s')).toBe(1);
    expect(command.stderr).toMatch(/config\.yaml:2: sensor\.tier: must be core or full/);
  });

  it.each(['up', 'status', 'findings', 'events', 'doctor', 'rules'])(
    'shows examples in %s --help',
    async (name) => {
      await using command = new Command();
      expect(await command.run(name, '--help')).toBe(0);
      expect(command.text.join('\n')).toMatch(/Examples:\n {2}ringfence/);
    },
  );
});
