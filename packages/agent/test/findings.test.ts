/** From report to line: tuning, repeats, rotation, reload, the system log, the control socket under attack. */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlClient } from '../src/control/client.ts';
import type { Fault } from '../src/drills/fault.ts';
import { applyTuning, matchesPattern } from '../src/findings/tuning.ts';
import { Harness, until } from './support/harness.ts';

const seen: Fault = { kind: 'none', trigger: 'needle' };
const rule = 'ringfence-drill';
const lines = (path: string): { count?: number; severity_id: number; type_uid: number; message: string }[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('tuning', () => {
  const finding = {
    rule: 'r1',
    level: 'high',
    path: '/usr/bin/curl',
    user: 'root',
    parent: '/bin/sh',
    commandLine: 'curl x',
    file: '',
  } as const;
  it('disables, lowers, and excepts what matches in every part', () => {
    expect(applyTuning({}, finding)).toEqual({ level: 'high' });
    expect(applyTuning({ R1: { disable: true } }, finding)).toEqual({ dropped: 'disabled' });
    expect(applyTuning({ r1: { level: 'low' } }, finding)).toEqual({ level: 'low' });
    expect(applyTuning({ r1: { exceptions: [{ path: '*/curl', user: 'root' }] } }, finding)).toEqual({
      dropped: 'exception',
    });
    expect(applyTuning({ r1: { exceptions: [{ path: '*/curl', user: 'bob' }] } }, finding)).toEqual({
      level: 'high',
    });
    expect(applyTuning({ '*': { exceptions: [{ parent: '/bin/?h' }] } }, finding)).toEqual({
      dropped: 'exception',
    });
    expect(applyTuning({ r2: { disable: true } }, finding)).toEqual({ level: 'high' });
  });

  it('matches as a regular expression would', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'B', '*', '?', '.'), maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '.', 'C'), maxLength: 12 }),
        (pattern, text) => {
          const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
          expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${expression}$`, 'is').test(text));
        },
      ),
    );
    // Not exponential.
    expect(matchesPattern('*a*a*a*a*a*a*a*a*b', 'a'.repeat(20_000))).toBe(false);
  });
});

describe('findings', () => {
  it('are tuned by the agent whatever the engine thinks, and differently after a reload', async () => {
    await using harness = new Harness();
    const content = [harness.release('acme', '1', seen)];
    const agent = await harness.start({
      content,
      tuning: { [rule]: { exceptions: [{ commandLine: 'needle quiet*' }] } },
    });
    const found: string[] = [];
    agent.onFinding(({ json }) => found.push(json));
    await harness.running('acme');
    harness.sensor.starts('needle quiet one', 'needle loud');
    await until(() => harness.publisher('acme').events.acknowledged === 2, 'both are done');
    await until(() => found.length === 1, 'one of two');
    expect(found[0]).toContain('needle loud');
    const pid = harness.publisher('acme').pid;
    await agent.reload(harness.config({ content, tuning: { [rule]: { level: 'critical' } } }));
    harness.sensor.starts('needle quiet two');
    await until(() => found.length === 2, 'a finding at the new level');
    expect(JSON.parse(found[1] ?? '').severity_id).toBe(5);
    // The engine gets the new tuning by being replaced from a spare.
    await until(
      () => harness.publisher('acme').pid !== pid && harness.publisher('acme').state === 'running',
      'a new engine',
    );
    expect(harness.publisher('acme')).toMatchObject({ lost: { total: 0 }, restarts: { count: 0 } });
  });

  it('are not about what the agent itself starts, but about anything else of the same kind', async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '1', seen)] });
    const found: string[] = [];
    agent.onFinding(({ json }) => found.push(json));
    await harness.running('acme');
    harness.sensor.ppid = process.pid;
    harness.sensor.starts('needle own');
    await until(() => agent.status().findings.own === 1, 'the agent knows its own');
    harness.sensor.ppid = process.pid + 1;
    harness.sensor.starts('needle other');
    await until(() => found.length === 1, 'the other is found');
    expect(found[0]).toContain('needle other');
  });

  it('are read again from the file on reload, and a wrong file changes nothing', async () => {
    await using harness = new Harness();
    const content = [harness.release('acme', '1', seen)];
    const agent = await harness.start({ content });
    await harness.running('acme');
    writeFileSync(
      join(harness.dir, 'config.yaml'),
      `content: [${content[0]}]\ntuning:\n  ${rule}: {disable: true}\n`,
    );
    await agent.reload();
    harness.sensor.starts('needle');
    await until(() => agent.status().findings.tunedOut === 1, 'it is tuned out');
    writeFileSync(join(harness.dir, 'config.yaml'), 'content: 5\n');
    await expect(agent.reload()).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('config.yaml:1'),
    });
    harness.sensor.starts('needle');
    await until(() => agent.status().findings.tunedOut === 2, 'as before');
  });

  it('that repeat are counted, and the count is written when the window ends', {
    timeout: 30_000,
  }, async () => {
    await using harness = new Harness();
    const agent = await harness.start({
      content: [harness.release('acme', '1', seen)],
      findings: { collapseSeconds: 2 },
    });
    await harness.running('acme');
    for (let n = 0; n < 5; n++) harness.sensor.starts('needle same');
    harness.sensor.starts('needle other');
    const { findings } = agent.status().places;
    await until(() => agent.status().findings.collapsed === 4, 'four repeats');
    await until(() => lines(findings).length === 3, 'the update', 8_000);
    expect(lines(findings).map(({ type_uid, count }) => [type_uid, count])).toEqual([
      [200401, undefined],
      [200401, undefined],
      [200402, 5],
    ]);
    using client = await ControlClient.connect(agent.status().places.run);
    const kept = (await client.request({ op: 'findings' })) as { count: number }[];
    expect(kept.map(({ count }) => count)).toEqual([5, 1]);
  });

  it('go on without the sensor: no ancestors, not lost, not late for ever', async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '1', seen)] });
    const found: string[] = [];
    agent.onFinding(({ json }) => found.push(json));
    await harness.running('acme');
    harness.sensor.mute = true;
    harness.sensor.starts('needle one');
    harness.sensor.starts('needle two');
    await until(() => found.length === 2, 'both', 3_000);
    expect(found.map((json) => JSON.parse(json).evidences[0].process.cmd_line)).toEqual([
      'needle one',
      'needle two',
    ]);
    expect(JSON.parse(found[0] ?? '').evidences[0].process.ancestry).toBeUndefined();
  });

  it('reach a system log, and survive one that is not there', async () => {
    await using harness = new Harness();
    const received: string[] = [];
    const server = createServer((socket) => socket.on('data', (chunk) => received.push(chunk.toString())));
    const path = join(harness.dir, 'log');
    await new Promise<void>((resolve) => server.listen(path, () => resolve()));
    const content = [harness.release('acme', '1', seen)];
    const agent = await harness.start({ content, findings: { syslog: path } });
    await harness.running('acme');
    harness.sensor.starts('needle logged');
    await until(() => received.join('').includes('needle logged'), 'the line');
    expect(received.join('')).toMatch(/^<38>.*ringfence/);
    server.close();
    await agent.stop();
    const other = await harness.start({ content, findings: { syslog: join(harness.dir, 'nowhere') } });
    await harness.running('acme');
    harness.sensor.starts('needle again');
    await until(() => other.status().journal.findings === 2, 'journalled');
  });

  it('file goes on when it is rotated', async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '1', seen)] });
    await harness.running('acme');
    const { findings } = agent.status().places;
    harness.sensor.starts('needle one');
    await until(() => agent.status().journal.findings === 1, 'kept');
    renameSync(findings, `${findings}.old`);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    harness.sensor.starts('needle two');
    await until(() => agent.status().journal.findings === 2, 'kept');
    expect(lines(`${findings}.old`).length).toBe(1);
    expect(lines(findings).map(({ message }) => message)).toEqual([expect.stringContaining('needle two')]);
  });
});

describe('the control socket', () => {
  it('is 0600 in a 0700 folder', async () => {
    await using harness = new Harness();
    const agent = await harness.start({});
    const { run } = agent.status().places;
    expect(statSync(run).mode & 0o777).toBe(0o700);
    expect(statSync(join(run, 'control.sock')).mode & 0o777).toBe(0o600);
  });

  it('refuses whatever is no request, and serves on', { timeout: 60_000 }, async () => {
    await using harness = new Harness();
    const agent = await harness.start({});
    const path = join(agent.status().places.run, 'control.sock');
    const say = (bytes: Uint8Array | string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = createConnection(path, () => socket.end(bytes));
        socket.setEncoding('utf8');
        socket.on('data', (text: string) => {
          answer += text;
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(answer));
      });
    const wrong = [
      '{}',
      '[]',
      '{"id":1}',
      '{"id":1,"op":"nothing"}',
      '{"id":1,"op":"publisher.disable"}',
      '{"id":1,"op":"status","more":1}',
      '{"id":"1","op":"status"}',
      'null',
      '{"id":1,"op":"findings","limit":1e9}',
      '{"id":1,"op":"drill.offer","dir":"/nowhere"}',
    ];
    for (const line of wrong) expect(JSON.parse(await say(`${line}\n`)), line).toMatchObject({ ok: false });
    expect(await say('x'.repeat(200_000))).toContain('at most');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        const answer = await say(Buffer.concat([bytes, Buffer.from('\n')]));
        for (const line of answer.split('\n').filter((text) => text !== ''))
          expect(JSON.parse(line).ok).toBe(false);
      }),
      { numRuns: 50 },
    );
    using client = await ControlClient.connect(agent.status().places.run);
    expect(await client.request({ op: 'publisher.list' })).toEqual([]);
  });

  it('streams events and findings', async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '1', seen)] });
    await harness.running('acme');
    using client = await ControlClient.connect(agent.status().places.run);
    const events: { event: Record<string, unknown> }[] = [];
    await client.request({ op: 'events', classes: ['process_exit'] }, (item) =>
      events.push(item as (typeof events)[0]),
    );
    expect(harness.sensor.classes).toEqual(['process_exit', 'process_start']);
    const findings: unknown[] = [];
    await client.request({ op: 'findings', follow: true }, (item) => findings.push(item));
    harness.sensor.starts('needle');
    harness.sensor.emit('process_exit', 'gone');
    await until(() => events.length === 1 && findings.length === 1, 'both');
    expect(events[0]?.event['process.argv']).toEqual(['gone']);
    client.close();
    await until(() => harness.sensor.classes.length === 1, 'and no longer');
  });
});

describe('the lag that one publisher causes the others', () => {
  it.each(['flood', 'garbage', 'hang', 'spin'] as const)(
    '%s: stays under its bound',
    { timeout: 60_000 },
    async (kind) => {
      await using harness = new Harness();
      const content = [
        harness.release('bad', '1', { kind, trigger: 'boom' }),
        harness.release('good', '1', seen),
      ];
      await harness.start({ content, limits: { batchDeadlineMs: 1_000, heartbeatDeadlineMs: 1_000 } });
      await harness.running('bad', 'good');
      let worst = 0;
      let late = 0;
      let last = performance.now();
      const feed = setInterval(() => {
        harness.sensor.starts('hay');
        worst = Math.max(worst, harness.publisher('good').lag.nowMs);
        // How late this very timer is says how busy the agent's thread is.
        late = Math.max(late, performance.now() - last - 5);
        last = performance.now();
      }, 5);
      harness.sensor.starts('boom');
      await until(() => harness.publisher('bad').restarts.count > 0, 'the fault is seen');
      await new Promise((resolve) => setTimeout(resolve, 500));
      clearInterval(feed);
      expect(harness.publisher('good').lost.total).toBe(0);
      expect(worst, `the agent's thread was late by ${late} ms`).toBeLessThan(250);
    },
  );
});
