import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { librariesOf, readElf } from '../src/launcher/elf.ts';
import { Driven } from './support/drive.ts';

let dir: string;
let dynamic: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-elf-'));
  dynamic = join(dir, 'dynamic');
  writeFileSync(
    join(dir, 'main.c'),
    '#include <math.h>\nint main(int c, char **v) { return (int)cos(c); }\n',
  );
  execFileSync('gcc', ['-o', dynamic, join(dir, 'main.c'), '-Wl,--no-as-needed', '-lm']);
});
afterAll(() => rmSync(dir, { recursive: true }));

test('the interpreter and the libraries are those that ldd finds', () => {
  for (const program of [dynamic, process.execPath]) {
    const lines = execFileSync('/usr/bin/ldd', [program]).toString().split('\n');
    const found = lines.flatMap((line) => / => (\/\S+)/.exec(line)?.[1] ?? []);
    const linker = lines.flatMap((line) => /^\s+(\/\S+)/.exec(line)?.[1] ?? []);
    const { interpreter, libraries } = librariesOf(program);
    expect([interpreter]).toEqual(linker);
    expect(libraries.filter((path) => !path.includes('/ld-linux')).toSorted()).toEqual(found.toSorted());
  }
});

/** The program with its interpreter's path replaced by another one, as long at most. */
function withInterpreter(path: string): string {
  const bytes = readFileSync(dynamic);
  const before = readElf(dynamic)?.interpreter ?? '';
  const at = bytes.indexOf(`${before}\0`);
  bytes.fill(0, at, at + before.length).write(path, at);
  const file = join(dir, 'patched');
  writeFileSync(file, bytes, { mode: 0o755 });
  return file;
}

test.each([
  '/etc/passwd',
  '/',
  '/lib64',
  '/lib/../etc/passwd',
  '/tmp/ld-linux.so.2',
  '/usr/lib/os-release',
  'ld.so',
])('an executable cannot make %s readable by naming it as its interpreter', (path) => {
  const file = withInterpreter(path);
  expect(readElf(file)?.interpreter).toBe(path);
  expect(librariesOf(file).interpreter).toBeUndefined();
});

test('no bytes make the reader throw, or name more than it may', () => {
  const good = readFileSync(dynamic).subarray(0, 4096);
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  const file = join(dir, 'hostile');
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.nat(good.length), (changes, length) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      writeFileSync(file, bytes.subarray(0, length));
      const needs = readElf(file);
      if (needs !== null) expect(needs.needed.length).toBeLessThanOrEqual(256);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      writeFileSync(file, Buffer.concat([good.subarray(0, 64), bytes]));
      readElf(file);
    }),
    { numRuns: 300 },
  );
});

test('an engine that floods standard error costs the agent next to nothing', {
  timeout: 30_000,
}, async () => {
  const release = join(dir, 'release');
  mkdirSync(release);
  const source = new URL('../testdata/attempts.c', import.meta.url).pathname;
  execFileSync('gcc', ['-O1', '-static', '-no-pie', '-pthread', '-o', join(dir, 'attempts'), source]);
  copyFileSync(join(dir, 'attempts'), join(release, 'attempts'));
  const engine = { kind: 'native', path: join(release, 'attempts') } as const;
  const driven = await Driven.start({
    publisher: 'shout',
    uid: 90_030,
    gid: 90_030,
    engine,
    releaseDir: release,
  });
  await driven.ask('shout');
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(0.3);
  expect(driven.compartment.stderrTail()).toHaveLength(16_384);
  const exit = await driven.stop();
  expect(exit.cause).toBe('stopped');
});
