import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Act } from './support/act.ts';
import { describeKernel, obstacle } from './support/kernel.ts';
import { Recorder, type Seen } from './support/recorder.ts';

let act: Act;
let recorder: Recorder;
beforeAll(async () => {
  if (obstacle !== undefined) return;
  act = new Act();
  recorder = await Recorder.start({ tier: 'full' });
});
afterAll(async () => {
  await recorder?.stop();
  act?.[Symbol.dispose]();
});

const by = (pid: number) => (e: Seen) => e['process.pid'] === pid;

describeKernel('tier full', () => {
  it('tells every open, with whole paths and failures', async () => {
    const { pid } = act.run('opens', act.folder);
    await recorder.find('process_exit', by(pid));
    const opens = recorder
      .filter('file_open', (e) => by(pid)(e) && String(e['file.path']).startsWith(act.folder))
      .map((e) => [e['file.path'], Math.sign(e['result'] as number), e['file.write'], e['process.path']]);
    const at = (name: string): string => join(act.folder, name);
    expect(opens).toEqual([
      [at('absolute'), 1, 1, act.program],
      [at('absolute'), 1, 0, act.program],
      [act.folder, 1, 0, act.program],
      [at('sub/file'), 1, 1, act.program],
      [at('missing/file'), -1, 0, act.program],
      [at('sub/file'), 1, 0, act.program],
    ]);
    const failed = recorder.filter('file_open', (e) => e['file.path'] === at('missing/file'));
    expect(failed[0]?.['result']).toBe(-2);
  });

  it('tells who attaches to whom', async () => {
    const { pid, out } = act.run('ptrace');
    expect(await recorder.find('ptrace', by(pid))).toMatchObject({
      'ptrace.request': 16,
      'target.pid': Number(out),
      'target.path': act.program,
      result: 0,
    });
  });

  it('tells changes of credentials, and keeps the table right', async () => {
    const { pid } = act.run('credentials');
    await recorder.find('process_exit', by(pid));
    const changes = recorder
      .filter('credential_change', by(pid))
      .map((e) => [
        e['credential.call'],
        e['credential.old_uid'],
        e['credential.new_uid'],
        e['result'],
        e['process.uid'],
      ]);
    expect(changes).toEqual([
      ['setresgid', 0, 0, 0, 0],
      ['setresuid', 0, 65534, 0, 0],
      ['setuid', 65534, 65534, -1, 65534],
    ]);
    expect(recorder.filter('process_exit', by(pid))[0]?.['process.user']).toBe('nobody');
  });

  it('tells memory files, mounts, modules and BPF programs', async () => {
    const module = join(act.folder, 'evil.ko');
    writeFileSync(module, 'no module');
    const memory = act.run('memfd', 'hidden').pid;
    const mounting = act.run('mount', join(act.folder, 'nowhere')).pid;
    const loading = act.run('module', module).pid;
    const bpf = act.run('bpf').pid;
    expect(await recorder.find('memory_file', by(memory))).toMatchObject({
      'memory_file.name': 'hidden',
      'process.path': act.program,
    });
    expect(await recorder.find('mount', by(mounting))).toMatchObject({
      'mount.source': 'act-source',
      'file.path': join(act.folder, 'nowhere'),
      'mount.type': 'tmpfs',
      'mount.flags': '2',
      result: -2,
    });
    expect(await recorder.find('module_load', by(loading))).toMatchObject({ 'file.path': module });
    expect((await recorder.find('module_load', by(loading)))['result']).toBeLessThan(0);
    expect(await recorder.find('bpf_load', by(bpf))).toMatchObject({
      'bpf.program_type': 1,
      'bpf.program_name': 'act_program',
    });
  });

  it('tells the process that accepted, once', async () => {
    const { pid } = act.run('tcp4');
    await recorder.find('network_accept', by(pid));
    await recorder.find('process_exit', by(pid));
    expect(recorder.filter('network_accept', by(pid))).toHaveLength(1);
  });

  it('switches probes off', async () => {
    const quiet = await Recorder.forTest({ tier: 'full', probes: { open: false } });
    expect(quiet.hello.probes.find(({ name }) => name === 'open')).toMatchObject({ state: 'off' });
    const { pid } = act.run('memfd', 'quiet');
    await quiet.find('memory_file', by(pid));
    expect(quiet.filter('file_open', () => true)).toHaveLength(0);
    // The other sensor saw them.
    await recorder.find('file_open', by(pid));
  });

  it('tells 32-bit calls apart', async (context) => {
    // Number 5 is open(2) for 32-bit programs and fstat(2) for others.
    const source = join(act.folder, 'compat.c');
    writeFileSync(
      source,
      `int main(void) {
         static const char path[] = "/etc/compat-open"; char *low = (void *)0x10000000;
         extern void *mmap(void *, unsigned long, int, int, int, long);
         if (mmap(low, 4096, 3, 0x32, -1, 0) != low) return 77;
         for (unsigned i = 0; i < sizeof path; i++) low[i] = path[i];
         int result;
         __asm__ volatile("int $0x80" : "=a"(result) : "a"(5), "b"(low), "c"(0), "d"(0) : "memory", "r8", "r9", "r10", "r11");
         return result == -38 ? 77 : result == -2 ? 0 : 1;
       }`,
    );
    const { execFileSync, spawnSync } = await import('node:child_process');
    const program = join(act.folder, 'compat');
    execFileSync('gcc', ['-O1', '-o', program, source]);
    const { status, signal, pid } = spawnSync(program);
    if (status === 77 || signal !== null) return context.skip('this kernel runs no 32-bit calls');
    expect(status).toBe(0);
    expect(await recorder.find('file_open', by(pid))).toBeDefined();
    const event = await recorder.find(
      'file_open',
      (e) => by(pid)(e) && e['file.path'] === '/etc/compat-open',
    );
    expect(event).toMatchObject({ result: -2 });
  });
});
