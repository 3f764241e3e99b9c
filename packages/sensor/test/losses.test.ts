/** What is lost is counted: each test overruns a bound on purpose and adds up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { Recorder, type Seen } from './support/recorder.ts';

let act: Act;
beforeAll(() => {
  if (obstacle === undefined) act = new Act();
});
afterAll(() => act?.[Symbol.dispose]());

const by = (pid: number) => (e: Seen) => e['process.pid'] === pid;

describeKernel('losses', () => {
  it('adds up when the ring overflows: each open is decoded or counted as lost', async () => {
    const recorder = await Recorder.forTest({ tier: 'full', classes: ['file_open', 'process_exit'] });
    const file = join(act.folder, 'plain');
    writeFileSync(file, 'x');
    const before = (await recorder.freshStats()).classes['file_open'];
    const OPENS = 500_000;
    // Nobody drains while they are made.
    process.kill(recorder.sensor.pid, 'SIGSTOP');
    const { pid } = act.run('open-loop', String(OPENS), file);
    process.kill(recorder.sensor.pid, 'SIGCONT');
    await recorder.find('process_exit', by(pid), 20_000);
    const after = (await recorder.freshStats()).classes['file_open'];
    expect(before?.lost).toBe(0);
    expect(after?.lost).toBeGreaterThan(100_000);
    const decoded = (after?.decoded ?? 0) - (before?.decoded ?? 0);
    // Others open files at the same time: as many again are lost or decoded.
    expect(decoded + (after?.lost ?? 0)).toBeGreaterThanOrEqual(OPENS);
    expect(decoded + (after?.lost ?? 0)).toBeLessThan(OPENS * 1.2);
    // A flood of calls pushes no process event out: they have a ring of their own.
    const { classes, forksLost } = await recorder.freshStats();
    expect([classes['process_exit']?.lost, forksLost]).toEqual([0, 0]);
    // Each of our opens that was decoded was delivered or shed.
    const delivered = recorder.filter('file_open', by(pid)).length;
    expect(delivered).toBeGreaterThan(10_000);
    expect(recorder.filter('file_open', () => true).length + (classes['file_open']?.shed ?? 0)).toBe(
      classes['file_open']?.decoded,
    );
  }, 60_000);

  it('sheds, and counts it, when the agent does not read', async () => {
    const recorder = await Recorder.forTest({ tier: 'full', classes: ['file_open', 'process_exit'] });
    const file = join(act.folder, 'plain');
    writeFileSync(file, 'x');
    // run() blocks this thread, which is the agent.
    const { pid } = act.run('open-loop', '600000', file);
    await recorder.find('process_exit', by(pid), 20_000);
    const { classes } = await recorder.freshStats();
    const stats = classes['file_open'];
    expect(stats?.shed).toBeGreaterThan(0);
    expect(recorder.filter('file_open', () => true).length).toBe((stats?.decoded ?? 0) - (stats?.shed ?? 0));
    // The gap shows in the numbers.
    const numbers = recorder.events.map((e) => Number(e['sequence']));
    const gap = Math.max(...numbers.slice(1).map((number, i) => number - (numbers[i] as number)));
    expect(gap).toBeGreaterThan(1);
    expect(classes['process_exit']).toMatchObject({ lost: 0, shed: 0 });
  }, 60_000);

  it('counts an overflow of the queue of file events', async () => {
    const recorder = await Recorder.forTest({ classes: ['file_create', 'process_exit'] });
    const folder = join(act.folder, 'many');
    mkdirSync(folder);
    expect(await recorder.freshStats()).toMatchObject({ overflows: 0 });
    process.kill(recorder.sensor.pid, 'SIGSTOP');
    const { pid } = act.run('create-loop', '20000', folder);
    process.kill(recorder.sensor.pid, 'SIGCONT');
    await recorder.find('process_exit', by(pid), 20_000);
    const stats = await recorder.freshStats();
    expect(stats.overflows).toBeGreaterThan(0);
    expect(stats.classes['file_create']?.lost).toBeGreaterThan(0);
    const created = recorder.filter('file_create', (e) => String(e['file.path']).startsWith(folder)).length;
    expect(created).toBeGreaterThan(10_000);
    expect(created).toBeLessThan(20_000);
  }, 60_000);
});
