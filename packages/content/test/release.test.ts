import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ContentError, listFiles, readRelease } from '../src/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-content-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, text: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text, { mode });
}

function refusal(run: () => unknown): { code: string; message: string; line: number | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof ContentError) return { code: error.code, message: error.message, line: error.line };
    throw error;
  }
  throw new Error('was not refused');
}

const good = { publisher: 'example', name: 'linux-core', version: '1.2.3' };

test('a release is read', () => {
  put(
    'release.json',
    JSON.stringify({ ...good, description: 'Äußerst gut', engine: { native: 'bin/engine' } }),
  );
  put('bin/engine', '#!/bin/true', 0o755);
  expect(readRelease(dir)).toEqual({
    dir,
    ...good,
    description: 'Äußerst gut',
    nativeEngine: join(dir, 'bin/engine'),
  });
});

test.each([
  ['{\n  "publisher": "a",\n  "name": "b"\n  "version": "1"\n}', 'syntax', 4, /not JSON/],
  ['{\n "publisher": "a",\n', 'syntax', 3, /not JSON/],
  ['', 'syntax', 1, /not JSON/],
  ['[]', 'invalid', 1, /must be an object/],
  ['{\n "publisher": "a",\n "name": "b"}', 'invalid', 1, /version is missing/],
  ['{\n "publisher": "a",\n "name": "b",\n "version": 1}', 'invalid', 4, /version must be a string/],
  ['{"publisher": "../etc",\n "name": "b", "version": "1"}', 'invalid', 1, /publisher must be/],
  ['{"publisher": "a", "name": "b", "version": "1",\n "enigne": {}}', 'invalid', 2, /enigne is not a name/],
  ['{"publisher": "a",\n "publisher": "b", "name": "b", "version": "1"}', 'syntax', 2, /occurs twice/],
  [
    '{"publisher": "a", "name": "b", "version": "1",\n"engine": {\n"native": "../x"}}',
    'invalid',
    3,
    /relative path/,
  ],
  [
    '{"publisher": "a", "name": "b", "version": "1",\n"engine": {"native": "/bin/sh"}}',
    'invalid',
    2,
    /relative path/,
  ],
  [
    '{"publisher": "a", "name": "b", "version": "1",\n"engine": {"native": "gone"}}',
    'missing',
    2,
    /gone: not found/,
  ],
  ['{"publisher": "a", "name": "b", "version": "1", "description": "\\u001b[2J"}', 'invalid', 1, /control/],
  [`{"publisher": "a", "x": ${'['.repeat(40)}${']'.repeat(40)}}`, 'syntax', 1, /nested deeper/],
  [`{"publisher": "a", "x": ${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'syntax', 1, /nested deeper/],
  [' '.repeat(65_537), 'too-large', undefined, /larger than 65536/],
] as const)('manifest %# is refused', (text, code, line, message) => {
  put('release.json', text);
  const found = refusal(() => readRelease(dir));
  expect(found).toMatchObject({ code, line });
  expect(found.message).toMatch(message);
  expect(found.message).not.toMatch(/\n/);
});

test('links, pipes and folders do not pass for files', () => {
  expect(refusal(() => readRelease(join(dir, 'none'))).code).toBe('missing');
  expect(refusal(() => readRelease(dir)).code).toBe('missing');
  put('elsewhere', JSON.stringify(good));
  expect(refusal(() => readRelease(join(dir, 'elsewhere'))).code).toBe('not-regular');
  symlinkSync('elsewhere', join(dir, 'release.json'));
  expect(refusal(() => readRelease(dir)).code).toBe('not-regular');
  rmSync(join(dir, 'release.json'));
  execFileSync('mkfifo', [join(dir, 'release.json')]);
  expect(refusal(() => readRelease(dir)).code).toBe('not-regular');
  expect(refusal(() => listFiles(dir)).code).toBe('not-regular');
});

test('an engine behind a link, or one that is not executable, is refused', () => {
  put('release.json', JSON.stringify({ ...good, engine: { native: 'bin/engine' } }));
  symlinkSync('/bin', join(dir, 'bin'));
  expect(refusal(() => readRelease(dir)).code).toBe('not-regular');
  rmSync(join(dir, 'bin'));
  put('bin/engine', 'x');
  expect(refusal(() => readRelease(dir)).message).toMatch(/not executable/);
  chmodSync(join(dir, 'bin/engine'), 0o755);
  expect(readRelease(dir).nativeEngine).toBe(join(dir, 'bin/engine'));
});

test('files are listed with size and hash, within bounds', () => {
  put('rules/b.yml', 'b');
  put('rules/a.yml', 'abc');
  put('z', '', 0o755);
  expect(listFiles(dir)).toEqual([
    {
      path: 'rules/a.yml',
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      executable: false,
    },
    {
      path: 'rules/b.yml',
      bytes: 1,
      sha256: '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
      executable: false,
    },
    {
      path: 'z',
      bytes: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      executable: true,
    },
  ]);
  const bounds = { files: 3, depth: 1, fileBytes: 3, totalBytes: 4 };
  expect(listFiles(dir, bounds)).toHaveLength(3);
  for (const [name, less] of Object.entries({ files: 2, depth: 0, fileBytes: 2, totalBytes: 3 })) {
    expect(refusal(() => listFiles(dir, { ...bounds, [name]: less })).code).toBe('too-large');
  }
  symlinkSync('/etc/passwd', join(dir, 'rules/link.yml'));
  expect(refusal(() => listFiles(dir)).code).toBe('not-regular');
  rmSync(join(dir, 'rules/link.yml'));
  writeFileSync(join(dir, 'rules/new\nline'), '');
  expect(refusal(() => listFiles(dir)).code).toBe('bad-path');
});

test('no bytes make anything but a Release or a ContentError', () => {
  const whole = Buffer.from(JSON.stringify({ ...good, engine: { native: 'bin/engine' } }, null, 1));
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.nat(whole.length).map((length) => whole.subarray(0, length)),
    fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      return bytes;
    }),
  );
  fc.assert(
    fc.property(hostile, (bytes) => {
      put('release.json', bytes);
      try {
        readRelease(dir);
      } catch (error) {
        expect(error).toBeInstanceOf(ContentError);
      }
    }),
    { numRuns: 500 },
  );
});
