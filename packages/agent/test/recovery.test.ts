import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ControlClient } from '../src/control/client.ts';
import type { Fault } from '../src/drills/fault.ts';
import type { Evidence } from '../src/publisher/evidence.ts';
import { Harness, killed, until } from './support/harness.ts';

const seen: Fault = { kind: 'none', trigger: 'needle' };
/** Short deadlines and a short probation, so that the tests are. */
const quick = {
  limits: {
    batchDeadlineMs: 500,
    heartbeatDeadlineMs: 1_000,
    startDeadlineMs: 1_500,
    cpuOverBudgetMs: 1_000,
    memoryBytes: 192 * 1024 * 1024,
    findingsPerSecond: 50,
  },
  recovery: { probationSeconds: 0, probationEvents: 1 },
};
type Kind = Fault['kind'];

/** Feeds events until stopped; counts them. */
function feed(harness: Harness): { sent: number; stop(): void } {
  const state = { sent: 0, stop: () => clearInterval(timer) };
  const timer = setInterval(() => {
    harness.sensor.starts('hay', 'hay');
    state.sent += 2;
  }, 5);
  return state;
}

function evidenceOf(harness: Harness, name: string): Evidence {
  const { restarts } = harness.publisher(name);
  const path = restarts.last.at(-1)?.evidence ?? '';
  expect(statSync(path).mode & 0o777).toBe(0o600);
  return JSON.parse(readFileSync(path, 'utf8')) as Evidence;
}

describe('faults of an engine', () => {
  const expected: readonly [Kind, string][] = [
    ['crash', 'crash'],
    ['hang', 'hang'],
    ['bloat', 'memory'],
    ['spin', 'cpu'],
    ['flood', 'flood'],
    ['garbage', 'protocol'],
  ];
  it.each(expected)(
    '%s is seen as %s, costs the others nothing, and is recovered from',
    { timeout: 60_000 },
    async (kind, cause) => {
      await using harness = new Harness();
      const content = [
        harness.release('bad', '1', { kind, trigger: 'boom' }),
        harness.release('good', '1', seen),
        harness.release('fine', '1', seen),
      ];
      await harness.start({ content, ...quick });
      await harness.running('bad', 'good', 'fine');
      const feeder = feed(harness);
      await until(() => harness.publisher('bad').spare === 'ready', 'a spare');
      harness.sensor.starts('hay', 'boom');
      feeder.sent += 2;
      await until(() => harness.publisher('bad').restarts.count >= 1, 'the fault is seen');
      expect(harness.publisher('bad').restarts.last[0]?.cause).toBe(cause);
      const evidence = evidenceOf(harness, 'bad');
      expect(evidence).toMatchObject({ cause, publisher: 'bad' });
      expect(evidence.lastBatch).toMatch(/^\d+$/);
      expect(evidence.unacknowledged.length).toBeGreaterThan(0);
      // The batch kills a second engine and is then set aside; the publisher goes on with all others.
      await until(() => harness.publisher('bad').events.setAside > 0, 'the batch is set aside', 20_000);
      await until(() => harness.publisher('bad').state === 'running', 'it runs again', 20_000);
      feeder.stop();
      for (const name of ['good', 'fine']) {
        await until(() => harness.publisher(name).events.acknowledged === feeder.sent, `${name} has all`);
        expect(harness.publisher(name)).toMatchObject({ lost: { total: 0 }, restarts: { count: 0 } });
      }
      await until(
        () =>
          harness.publisher('bad').events.acknowledged + harness.publisher('bad').lost.total === feeder.sent,
        'every event of the faulty one is accounted for',
      );
      expect(harness.publisher('bad').lost).toEqual({ total: 2, classes: { process_start: 2 } });
    },
  );

  it.each(['crash-at-start', 'never-ready'] as const)(
    '%s ends in quarantine, and the last known good release runs',
    { timeout: 60_000 },
    async (kind) => {
      await using harness = new Harness();
      const good = harness.release('acme', '1', seen);
      const agent = await harness.start({ content: [good], ...quick });
      await harness.running('acme');
      harness.sensor.starts('hay');
      await until(() => harness.publisher('acme').lastKnownGood?.version === '1', 'it is known to be good');
      const bad = harness.release('acme', '2', { kind, trigger: '' });
      await agent.reload(harness.config({ content: [bad], ...quick }));
      expect(harness.publisher('acme').offered?.version).toBe('2');
      await until(() => harness.publisher('acme').quarantined.length === 1, 'it is quarantined', 20_000);
      expect(harness.publisher('acme').quarantined[0]?.cause).toBe(
        kind === 'never-ready' ? 'start' : 'crash',
      );
      // The old one was never interrupted.
      expect(harness.publisher('acme')).toMatchObject({ state: 'running', release: { version: '1' } });
      harness.sensor.starts('hay', 'hay');
      await until(() => harness.publisher('acme').events.acknowledged === 3, 'nothing was lost');
    },
  );

  it('goes back to the last known good release when a new one keeps crashing, and stays there over a restart', {
    timeout: 60_000,
  }, async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '1', seen)], ...quick });
    await harness.running('acme');
    harness.sensor.starts('hay');
    await until(() => harness.publisher('acme').lastKnownGood?.version === '1', 'it is known to be good');
    const content = [harness.release('acme', '2', { kind: 'crash', trigger: 'boom' })];
    const onProbation = { ...quick, recovery: { probationSeconds: 3_600, probationEvents: 1 } };
    await agent.reload(harness.config({ content, ...onProbation }));
    await until(
      () =>
        harness.publisher('acme').release?.version === '2' && harness.publisher('acme').state === 'running',
      'version 2 runs',
    );
    // Two batches, each of which kills: three deaths.
    harness.sensor.starts('boom');
    await until(() => harness.publisher('acme').restarts.count >= 1, 'a crash');
    harness.sensor.starts('boom');
    await until(() => harness.publisher('acme').quarantined.length === 1, 'it is quarantined', 20_000);
    await until(() => harness.publisher('acme').state === 'running', 'the last known good release runs');
    expect(harness.publisher('acme').release?.version).toBe('1');
    await agent.stop();
    await harness.start({ content, ...onProbation });
    await harness.running('acme');
    expect(harness.publisher('acme')).toMatchObject({ release: { version: '1' }, offered: { version: '2' } });
    // Until the administrator says otherwise.
    using client = await ControlClient.connect(harness.config().places.run);
    await client.request({ op: 'publisher.unquarantine', publisher: 'acme' });
    await until(
      () =>
        harness.publisher('acme').release?.version === '2' && harness.publisher('acme').state === 'running',
      'version 2 is tried again',
    );
    await client.request({ op: 'publisher.revert', publisher: 'acme' });
    await until(
      () =>
        harness.publisher('acme').release?.version === '1' && harness.publisher('acme').state === 'running',
      'back again',
    );
  });

  it('without a last known good release the publisher stops, says why, and counts nothing more', {
    timeout: 60_000,
  }, async () => {
    await using harness = new Harness();
    const recovery = { failures: 3, probationSeconds: 3_600, backoffMs: 20 };
    const content = [
      harness.release('bad', '1', { kind: 'crash-at-start', trigger: '' }),
      harness.release('good', '1', seen),
    ];
    await harness.start({ content, limits: quick.limits, recovery });
    await until(() => harness.publisher('bad').state === 'stopped', 'it stops');
    expect(harness.publisher('bad').reason).toContain('quarantined');
    await harness.running('good');
  });

  it('survives a crash that it can do nothing about: engine state comes back, findings are not repeated', async () => {
    await using harness = new Harness();
    const agent = await harness.start({
      content: [harness.release('acme', '1', { ...seen, saveState: true })],
    });
    const found: string[] = [];
    agent.onFinding(({ json }) => found.push(json));
    await harness.running('acme');
    harness.sensor.starts('hay', 'needle', 'hay');
    await until(() => found.length === 1, 'a finding');
    await until(() => harness.publisher('acme').events.acknowledged === 3, 'acknowledged');
    killed(harness.publisher('acme').pid, 'SIGKILL');
    await until(() => harness.publisher('acme').restarts.count === 1, 'the death is seen');
    await harness.running('acme');
    harness.sensor.starts('hay');
    await until(() => harness.publisher('acme').events.acknowledged === 4, 'goes on');
    expect(found.length).toBe(1);
    expect(harness.sensor.snapshots).toBe(2);
  });
});

describe.runIf(process.getuid?.() === 0)('an engine that gets no CPU', () => {
  /** All the time of one core, above everyone else. */
  const hog = (): ChildProcess =>
    spawn('taskset', ['-c', '0', 'nice', '-n', '-20', 'sh', '-c', 'while :; do :; done'], {
      stdio: 'ignore',
    });

  it.each([
    ['is not blamed', true],
    ['would be, if it waited for something else', false],
  ])('%s', { timeout: 60_000 }, async (_, starved) => {
    await using harness = new Harness();
    await harness.start({
      content: [harness.release('acme', '1', { kind: 'hang', trigger: 'boom' })],
      ...quick,
      limits: { ...quick.limits, startDeadlineMs: 20_000 },
    });
    await harness.running('acme');
    const { pid } = harness.publisher('acme');
    let busy: ChildProcess | undefined;
    if (starved) {
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        spawnSync('taskset', ['-p', '-c', '0', task]);
        spawnSync('chrt', ['--idle', '-p', '0', task]);
      }
      busy = hog();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    try {
      for (let n = 0; n < 40; n++) harness.sensor.starts(...Array<string>(1_000).fill('hay'));
      if (!starved) harness.sensor.starts('boom');
      // Six deadlines of a batch long.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      if (starved) expect(harness.publisher('acme').events.acknowledged).toBe(0); // it got no CPU at all
      busy?.kill('SIGKILL');
      // One that was condemned would die now: dying takes CPU too.
      if (starved)
        await until(() => harness.publisher('acme').events.acknowledged === 40_000, 'it works again', 20_000);
      const causes = harness.publisher('acme').restarts.last.map(({ cause }) => cause);
      expect(causes).toEqual(starved ? [] : expect.arrayContaining(['hang']));
    } finally {
      busy?.kill('SIGKILL');
    }
  });
});

describe('a new release', () => {
  it('is swapped in without a lost event, again and again', { timeout: 60_000 }, async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '0', seen)], ...quick });
    await harness.running('acme');
    const feeder = feed(harness);
    const pids = new Set<number | null>();
    for (let version = 1; version <= 4; version++) {
      await agent.reload(
        harness.config({ content: [harness.release('acme', String(version), seen)], ...quick }),
      );
      await until(
        () =>
          harness.publisher('acme').release?.version === String(version) &&
          harness.publisher('acme').state === 'running',
        `version ${version}`,
      );
      pids.add(harness.publisher('acme').pid);
    }
    feeder.stop();
    await until(() => harness.publisher('acme').events.acknowledged >= feeder.sent, 'all events');
    const { events, lost, restarts } = harness.publisher('acme');
    expect(pids.size).toBe(4);
    expect(events.acknowledged).toBe(feeder.sent);
    expect(lost.total).toBe(0);
    expect(restarts.count).toBe(0);
  });

  it('in the store is not what is edited in its folder', async () => {
    await using harness = new Harness();
    const dir = harness.release('acme', '1', seen);
    const agent = await harness.start({ content: [dir], ...quick });
    await harness.running('acme');
    const { hash } = harness.publisher('acme').release ?? { hash: '' };
    writeFileSync(join(dir, 'fault.json'), JSON.stringify({ kind: 'crash-at-start', trigger: '' }));
    killed(harness.publisher('acme').pid, 'SIGKILL');
    await until(() => harness.publisher('acme').restarts.count === 1, 'the death is seen');
    await harness.running('acme');
    expect(harness.publisher('acme').release?.hash).toBe(hash);
    const stored = join(agent.status().places.state, 'releases', hash);
    expect(statSync(join(stored, 'fault.json')).mode & 0o222).toBe(0);
    expect(statSync(stored).mode & 0o222).toBe(0);
  });

  it('that was altered in the store is not run', async () => {
    await using harness = new Harness();
    const content = [harness.release('acme', '1', seen)];
    const agent = await harness.start({ content, ...quick });
    await harness.running('acme');
    const stored = join(
      agent.status().places.state,
      'releases',
      harness.publisher('acme').release?.hash ?? '',
    );
    await agent.stop();
    chmodSync(join(stored, 'fault.json'), 0o644);
    writeFileSync(join(stored, 'fault.json'), JSON.stringify({ kind: 'crash-at-start', trigger: '' }));
    // The folder that it came from is there: a good copy is taken.
    await harness.start({ content, ...quick });
    await harness.running('acme');
    expect(JSON.parse(readFileSync(join(stored, 'fault.json'), 'utf8'))).toEqual(seen);
  });

  it('that is broken is skipped and named; the one that ran goes on, also after a restart', async () => {
    await using harness = new Harness();
    const dir = harness.release('acme', '1', seen);
    const agent = await harness.start({ content: [dir], ...quick });
    await harness.running('acme');
    writeFileSync(join(dir, 'release.json'), '{\n  "publisher": "acme",\n  "nam": 1\n}');
    await agent.reload(harness.config({ content: [dir], ...quick }));
    expect(agent.status().refused[0]?.reason).toMatch(/^release\.json:\d+: /);
    expect(harness.publisher('acme')).toMatchObject({ state: 'running', release: { version: '1' } });
    await agent.stop();
    await harness.start({ content: [dir], ...quick });
    await harness.running('acme');
    expect(harness.publisher('acme').release?.version).toBe('1');
  });
});

describe('a queue', () => {
  it('that is full costs its own publisher events, counted by class, and nobody else', {
    timeout: 60_000,
  }, async () => {
    await using harness = new Harness();
    const slow = harness.release('slow', '1', {
      kind: 'hang',
      trigger: 'boom',
      classes: ['process_start', 'process_exit'],
    });
    const content = [slow, harness.release('good', '1', seen)];
    const limits = {
      ...quick.limits,
      batchDeadlineMs: 20_000,
      heartbeatDeadlineMs: 20_000,
      queueEvents: 100,
    };
    await harness.start({ content, limits, publishers: { good: { limits: { queueEvents: 100_000 } } } });
    await harness.running('slow', 'good');
    harness.sensor.starts('boom');
    for (let n = 0; n < 400; n++) harness.sensor.starts('hay');
    for (let n = 0; n < 50; n++) harness.sensor.emit('process_exit', 'hay');
    await until(
      () => harness.publisher('good').events.acknowledged === 401,
      'the good one has all of its class',
    );
    const { lost, queue } = harness.publisher('slow');
    // 4 are in flight and 100 wait.
    expect(queue).toMatchObject({ events: 100, inFlight: 4 });
    expect(lost).toEqual({ total: 347, classes: { process_start: 297, process_exit: 50 } });
    expect(harness.publisher('good').lost.total).toBe(0);
  });
});
