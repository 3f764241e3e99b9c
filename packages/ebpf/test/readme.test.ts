import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requireKernel } from './support/kernel.ts';

const file = (path: string): URL => new URL(`../${path}`, import.meta.url);

test('the README shows the examples as they are', () => {
  const readme = readFileSync(file('README.md'), 'utf8');
  const example = readFileSync(file('examples/exec.mts'), 'utf8');
  expect(readme).toContain(example.trimEnd());
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  const source = readFileSync(file('examples/exec.bpf.c'), 'utf8');
  expect(readme).toContain(source.slice(source.indexOf('SEC("tp_btf')).trimEnd());
});

test('the example traces an exec', async (context) => {
  requireKernel(context, 'tp_btf/sched_process_exec');
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(file('examples/exec.mts'))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let pid = 0;
  const seen = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (pid === 0 && output.includes('tracing')) ({ pid } = spawnSync('/bin/true'));
      if (pid !== 0 && output.includes(`pid ${pid} `)) resolve();
    });
    setTimeout(resolve, 15_000).unref();
  });
  await seen;
  child.kill();
  expect(output).toContain(`pid ${pid} parent ${process.pid} uid ${process.getuid?.()} /bin/true`);
});
