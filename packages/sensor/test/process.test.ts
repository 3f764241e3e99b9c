import { spawnSync } from 'node:child_process';
import { copyFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { Recorder } from './support/recorder.ts';

let act: Act;
let recorder: Recorder;
beforeAll(async () => {
  if (obstacle !== undefined) return;
  act = new Act();
  recorder = await Recorder.start();
});
afterAll(async () => {
  await recorder?.stop();
  act?.[Symbol.dispose]();
});

describeKernel('process start', () => {
  it('tells path, arguments, folder, user and parent', async () => {
    const { pid } = spawnSync(act.program, ['nothing', 'two words', ''], { cwd: act.folder });
    const event = await recorder.find('process_start', (e) => e['process.pid'] === pid);
    expect(event).toMatchObject({
      'process.path': act.program,
      'process.argv': [act.program, 'nothing', 'two words', ''],
      'process.cwd': act.folder,
      'process.ppid': process.pid,
      'process.uid': 0,
      'process.euid': 0,
      'process.user': 'root',
      'parent.path': process.execPath,
      'file.links': 1,
      flags: [],
      truncated: [],
    });
    expect(Math.abs(Date.parse(String(event['time'])) - Date.now())).toBeLessThan(10_000);
    const exit = await recorder.find('process_exit', (e) => e['process.pid'] === pid);
    expect(exit).toMatchObject({ 'exit.code': 0, 'exit.signal': 0, 'process.path': act.program });
    expect(exit['process.start_time']).toBe(event['process.start_time']);
  });

  it('tells exit status and signal', async () => {
    const status = act.run('exit', '42').pid;
    const killed = act.run('signal', '15').pid;
    expect(await recorder.find('process_exit', (e) => e['process.pid'] === status)).toMatchObject({
      'exit.code': 42,
      'exit.signal': 0,
    });
    expect(await recorder.find('process_exit', (e) => e['process.pid'] === killed)).toMatchObject({
      'exit.code': 0,
      'exit.signal': 15,
    });
  });

  it('says that a long argument list is cut', async () => {
    const { pid } = act.run('argv', 'long');
    const event = await recorder.find(
      'process_start',
      (e) => e['process.pid'] === pid && (e['process.argv'] as string[])[0] === 'long',
    );
    expect(event['truncated']).toEqual(['process.argv']);
    const joined = (event['process.argv'] as string[]).join('\0');
    expect(joined.length).toBe(16_384);
    expect(joined.endsWith('xxxx')).toBe(true);
  });

  it.each([
    ['empty', ['', 'nothing', '', '', 'end']],
    ['hostile', ['\x1b[31mred\r\n', 'nothing', '\ufffd\ufffd', 'tab\there']],
  ])('takes %s arguments as they are', async (kind, expected) => {
    const { pid } = act.run('argv', kind);
    const event = await recorder.find(
      'process_start',
      (e) => e['process.pid'] === pid && (e['process.argv'] as string[])[1] === 'nothing',
    );
    expect(event['process.argv']).toEqual(expected);
  });

  it('takes an empty argument list', async () => {
    const { pid } = act.run('argv', 'none');
    const starts = () => recorder.filter('process_start', (e) => e['process.pid'] === pid);
    await recorder.find('process_exit', (e) => e['process.pid'] === pid);
    // Kernels from 5.18 on put one empty argument there.
    expect(starts()).toHaveLength(2);
    expect(String(starts()[1]?.['process.argv'])).toBe('');
  });

  it('tells the program behind a link, and the interpreter of a script', async () => {
    const link = join(act.folder, 'link');
    const script = join(act.folder, 'script');
    symlinkSync(act.program, link);
    writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const linked = spawnSync(link, ['nothing']).pid;
    const scripted = spawnSync(script, ['x']).pid;
    expect(await recorder.find('process_start', (e) => e['process.pid'] === linked)).toMatchObject({
      'process.path': act.program,
      'process.argv': [link, 'nothing'],
    });
    expect(await recorder.find('process_start', (e) => e['process.pid'] === scripted)).toMatchObject({
      'process.path': expect.stringMatching(/\/(dash|sh|bash)$/),
      'process.argv': ['/bin/sh', script, 'x'],
    });
  });

  it('keeps the process when a thread that is not the leader calls exec', async () => {
    const { pid } = act.run('thread-exec');
    await recorder.find('process_exit', (e) => e['process.pid'] === pid);
    const starts = recorder.filter('process_start', (e) => e['process.pid'] === pid);
    expect(starts).toHaveLength(2);
    expect(starts[1]?.['process.argv']).toEqual([act.program, 'nothing', 'from-a-thread']);
    expect(starts[1]?.['process.start_time']).toBe(starts[0]?.['process.start_time']);
    expect(recorder.filter('process_exit', (e) => e['process.pid'] === pid)).toHaveLength(1);
  });

  it('reports a program that runs from memory, and one whose file is deleted', async () => {
    const memory = act.run('memory-exec').pid;
    expect(await recorder.find('memory_exec', (e) => e['process.pid'] === memory)).toMatchObject({
      'file.path': 'memfd:act-memory',
      'process.path': '/memfd:act-memory',
      'process.argv': ['from-memory', 'nothing'],
      flags: ['PATH_DETACHED'],
    });
    const copy = join(act.folder, 'doomed');
    copyFileSync(act.program, copy);
    // A shell opens it, deletes it and runs what it opened.
    const { pid } = spawnSync('/bin/sh', ['-c', `exec 9<${copy}; rm ${copy}; exec /proc/self/fd/9 nothing`]);
    expect(await recorder.find('memory_exec', (e) => e['process.pid'] === pid)).toMatchObject({
      'file.path': copy,
      flags: ['PATH_DETACHED'],
    });
    expect(recorder.filter('memory_exec', (e) => String(e['process.path']) === act.program)).toHaveLength(0);
    expect(() => {
      unlinkSync(copy);
    }).toThrow('ENOENT');
  });

  it('marks a working folder that was deleted', async () => {
    const { pid } = spawnSync('/bin/sh', [
      '-c',
      `mkdir ${act.folder}/gone; cd ${act.folder}/gone; rmdir ../gone; exec ${act.program} nothing`,
    ]);
    expect(
      await recorder.find(
        'process_start',
        (e) => e['process.pid'] === pid && e['process.path'] === act.program,
      ),
    ).toMatchObject({ 'process.cwd': `${act.folder}/gone`, flags: ['PATH_DETACHED'] });
  });

  it('tells a deep path whole', async () => {
    const deep = join(act.folder, ...Array.from({ length: 60 }, (_, i) => `level-${i}-${'y'.repeat(30)}`));
    spawnSync('mkdir', ['-p', deep]);
    copyFileSync(act.program, join(deep, 'act'));
    const { pid } = spawnSync(join(deep, 'act'), ['nothing'], { cwd: deep });
    const event = await recorder.find('process_start', (e) => e['process.pid'] === pid);
    expect(event).toMatchObject({ 'process.path': join(deep, 'act'), 'process.cwd': deep, truncated: [] });
  });

  it('loses nothing in a burst of 2,000 starts', async () => {
    const { pid } = act.run('burst', '2000');
    await recorder.find('process_exit', (e) => e['process.pid'] === pid, 20_000);
    const starts = recorder.filter('process_start', (e) => e['process.ppid'] === pid);
    expect(starts).toHaveLength(2000);
    expect(new Set(starts.map((e) => JSON.stringify([e['process.pid'], e['process.start_time']]))).size).toBe(
      2000,
    );
    expect(recorder.filter('process_exit', (e) => e['process.ppid'] === pid)).toHaveLength(2000);
    const { classes, forksLost } = await recorder.freshStats();
    expect(classes['process_start']).toMatchObject({ lost: 0, shed: 0 });
    expect(forksLost).toBe(0);
  });
});
