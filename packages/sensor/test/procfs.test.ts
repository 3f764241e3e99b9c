import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Act } from './support/act.ts';
import { asUser } from './support/as-user.ts';
import { Recorder } from './support/recorder.ts';

let act: Act;
beforeAll(() => {
  act = new Act();
});
afterAll(() => act[Symbol.dispose]());

describe.skipIf(process.platform !== 'linux')('procfs mode', () => {
  it('sees a process that lives 200 ms, its exec and its end, and says what is missed', async () => {
    const recorder = await Recorder.forTest({ mode: 'procfs' });
    expect(recorder.hello).toMatchObject({ mode: 'procfs', reason: 'asked for by the configuration' });
    expect(recorder.hello.missing[0]).toMatchObject({
      effect: expect.stringMatching(/less than about 0\.1 s/),
    });
    const child = spawn(act.program, ['sleep', '200']);
    const { pid } = child;
    expect(await recorder.find('process_start', (e) => e['process.pid'] === pid)).toMatchObject({
      'process.path': act.program,
      'process.argv': [act.program, 'sleep', '200'],
      'process.ppid': process.pid,
      flags: ['POLLED'],
    });
    await recorder.find('process_exit', (e) => e['process.pid'] === pid);
    const shell = spawn('/bin/sh', ['-c', `sleep 0.3; exec ${act.program} sleep 600`]);
    await recorder.find(
      'process_start',
      (e) => e['process.pid'] === shell.pid && e['process.path'] === act.program,
    );
  });

  it('runs as another user, and says why', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('needs root to become another user');
    const script = new URL('./support/watch-as-user.ts', import.meta.url).pathname;
    const [command = '', ...args] = asUser(65534, [
      process.execPath,
      ...process.execArgv,
      script,
      act.program,
    ]);
    const out = execFileSync(command, args, { encoding: 'utf8', cwd: '/' });
    const { hello, event } = JSON.parse(out) as {
      hello: Record<string, unknown>;
      event: Record<string, unknown>;
    };
    expect(hello).toMatchObject({ mode: 'procfs', reason: expect.stringMatching(/rights/) });
    expect(JSON.stringify(hello['missing'])).toContain('run as root');
    expect(hello['probes']).toContainEqual(expect.objectContaining({ name: 'files', state: 'unavailable' }));
    expect(event).toMatchObject({
      'process.path': act.program,
      'process.uid': 65534,
      'process.user': 'nobody',
    });
    await sleep(0);
  });

  it('fails, when the kernel is asked for and refuses', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('needs root to become another user');
    const script = new URL('./support/watch-as-user.ts', import.meta.url).pathname;
    const [command = '', ...args] = asUser(65534, [
      process.execPath,
      ...process.execArgv,
      script,
      act.program,
      'kernel',
    ]);
    const run = (): string => execFileSync(command, args, { encoding: 'utf8', cwd: '/', stdio: 'pipe' });
    expect(run).toThrow(/kernel probes cannot be used/);
  });
});
