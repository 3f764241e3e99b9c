import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requireKernel } from './support/kernel.ts';

const unmapped = new URL('./support/unmapped-child.ts', import.meta.url);
const unprivileged = new URL('./support/unprivileged-child.ts', import.meta.url);

function runChild(url: URL, args: readonly string[] = [], prefix: readonly string[] = []) {
  const [command = '', ...rest] = [
    ...prefix,
    process.execPath,
    ...process.execArgv,
    fileURLToPath(url),
    ...args,
  ];
  return spawnSync(command, rest, { encoding: 'utf8' });
}

test('memory that was unmapped reads as nothing; without the guard the process dies', (context) => {
  requireKernel(context);
  expect(runChild(unmapped, ['guarded']).stdout).toBe('read undefined\n');
  // The positive control: the same read without Mapping's detaching.
  expect(runChild(unmapped, ['bare']).signal).toBe('SIGSEGV');
});

test('without privileges a lenient load says so for every program, a strict one throws', (context) => {
  requireKernel(context);
  // Still user 0, who may read a private checkout, but without any capability.
  const drop = ['setpriv', '--bounding-set=-all', '--inh-caps=-all'];
  const child = runChild(unprivileged, [], drop);
  expect(child.stderr).toBe('');
  expect(JSON.parse(child.stdout)).toEqual({
    loaded: 0,
    codes: ['missing-hook', 'permission'],
    thrown: expect.stringMatching(/^SyscallError BPF_BTF_LOAD: EPERM \(not permitted/),
  });
});
