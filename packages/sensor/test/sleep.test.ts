/** On an idle host the sensor sleeps. What happens then wakes it, and nothing is lost or late for its sleep. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LONGEST_PAUSE_MS, Pace, ROUND_BYTES, SHORTEST_PAUSE_MS } from '../src/drain/pace.ts';
import type { Source } from '../src/drain/source.ts';
import { makeState } from '../src/drain/state.ts';
import { Waiter, type Waker } from '../src/drain/waiter.ts';
import { KernelSource } from '../src/kernel/kernel-source.ts';
import { native } from '../src/native.ts';
import { resolveOptions } from '../src/options.ts';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { Recorder, type Seen } from './support/recorder.ts';

let act: Act;
beforeAll(() => {
  if (obstacle === undefined) act = new Act();
});
afterAll(() => act?.[Symbol.dispose]());

const by = (pid: number | undefined) => (e: Seen) => e['process.pid'] === pid;
/** Long enough for a sensor that gets nothing to fall asleep. */
const IDLE_MS = 300;
const LONG_SLEEP_MS = 1000;

/** The longest wait of a source, in ms, while a process starts each 300 ms. */
function longestWait(source: Source, wakers: readonly Waker[]): number {
  const waiter = new Waiter(native(), native().eventfd(), { fd: -1, blocked: false }, wakers);
  const load = spawn('/bin/sh', ['-c', 'while :; do sleep 0.3; done'], { stdio: 'ignore' });
  let longest = 0;
  for (const end = performance.now() + 3000; performance.now() < end; ) {
    source.round(performance.now());
    const before = performance.now();
    source.wait(waiter, LONG_SLEEP_MS);
    longest = Math.max(longest, performance.now() - before);
  }
  load.kill();
  return longest;
}

describeKernel('asleep', () => {
  it('is woken by a record in a ring that nothing else tells of', () => {
    const options = resolveOptions({ mode: 'kernel', probes: { files: false, secrets: false } });
    using source = new KernelSource(makeState(options, { queued: 0 }, () => {}));
    expect(source.wakers).toHaveLength(1);
    expect(longestWait(source, source.wakers)).toBeLessThan(600);
    // Positive control: without the ring among its wakers it sleeps through them.
    expect(longestWait(source, [])).toBeGreaterThan(900);
  });

  it('tells at once what happens', async () => {
    const recorder = await Recorder.forTest();
    const late: number[] = [];
    const seen = async (act: () => Promise<unknown>): Promise<void> => {
      await sleep(IDLE_MS);
      const before = performance.now();
      await act();
      late.push(performance.now() - before);
    };
    for (let i = 0; i < 5; i++) {
      await seen(() => recorder.find('process_start', by(spawn(act.program, ['nothing']).pid)));
      const file = join(act.folder, `made-${i}`);
      await seen(async () => {
        writeFileSync(file, 'x');
        await recorder.find('file_create', (e) => e['file.path'] === file);
      });
    }
    late.sort((a, b) => a - b);
    expect(late[5]).toBeLessThan(100);
  });

  it('answers and stops at once', async () => {
    const recorder = await Recorder.start();
    await sleep(IDLE_MS);
    const before = performance.now();
    await recorder.sensor.snapshot();
    expect(performance.now() - before).toBeLessThan(LONG_SLEEP_MS / 2);
    await sleep(IDLE_MS);
    const end = performance.now();
    await recorder.stop();
    expect(performance.now() - end).toBeLessThan(LONG_SLEEP_MS / 2);
  });

  it('loses nothing when two processes begin to open files as fast as they can', async () => {
    const recorder = await Recorder.forTest({ tier: 'full', classes: ['file_open', 'process_exit'] });
    const file = join(act.folder, 'plain');
    writeFileSync(file, 'x');
    await sleep(IDLE_MS);
    await flood('open-loop', '300000', [file, file]);
    const { classes, forksLost } = await recorder.freshStats();
    expect(classes['file_open']?.decoded).toBeGreaterThanOrEqual(600_000);
    expect(classes['file_open']).toMatchObject({ lost: 0 });
    expect(forksLost).toBe(0);
  });

  it('loses nothing when two processes begin to create files as fast as they can', async () => {
    const recorder = await Recorder.forTest({ classes: ['file_create', 'process_exit'] });
    const folders = [1, 2].map((i) => join(act.folder, `flood-${i}`));
    for (const folder of folders) mkdirSync(folder);
    await sleep(IDLE_MS);
    await flood('create-loop', '20000', folders);
    const { overflows } = await recorder.freshStats();
    expect(overflows).toBe(0);
    for (const folder of folders)
      expect(
        recorder.filter('file_create', (e) => String(e['file.path']).startsWith(`${folder}/`)),
      ).toHaveLength(20_000);
  });
});

/** One process for each target, at the same time, to their ends. */
async function flood(name: string, count: string, targets: readonly string[]): Promise<void> {
  const floods = targets.map((target) => spawn(act.program, [name, count, target]));
  expect(await Promise.all(floods.map((child) => once(child, 'exit')))).toEqual(targets.map(() => [0, null]));
}

it('paces: polls while something comes, sleeps after that, and the agent’s own writes do not wake it each', () => {
  const pace = new Pace();
  const rounds = (...found: [bytes: number, others: boolean][]): number[] =>
    found.map(([bytes, others]) => {
      pace.update(bytes, others);
      return pace.pause;
    });
  const little: [number, boolean] = [400, true];
  const own: [number, boolean] = [400, false];
  const nothing: [number, boolean] = [0, false];
  expect(rounds([8 * ROUND_BYTES, true], little, little)).toEqual([SHORTEST_PAUSE_MS, 11, 12]);
  expect(rounds(nothing, own, nothing)).toEqual([24, 48, Number.POSITIVE_INFINITY]);
  pace.slept(false);
  expect(rounds(nothing, little)).toEqual([Number.POSITIVE_INFINITY, SHORTEST_PAUSE_MS]);
  expect(rounds(...Array<typeof little>(100).fill(little)).at(-1)).toBe(LONGEST_PAUSE_MS);
  // Twice of what a round is to find: half the pause. A flood of the agent's own is one too.
  expect(rounds([2 * ROUND_BYTES, true], [2 * ROUND_BYTES, false])).toEqual([25, 12.5]);
  expect(rounds(...Array<typeof little>(100).fill(little), nothing).at(-1)).toBe(Number.POSITIVE_INFINITY);
  pace.slept(true);
  expect(rounds(own, own)).toEqual([LONGEST_PAUSE_MS, Number.POSITIVE_INFINITY]);
  pace.slept(true);
  expect(rounds([2 * ROUND_BYTES, false])).toEqual([SHORTEST_PAUSE_MS]);
});
