import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fillCompileCache, linkCompileCache } from '../src/compile-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringfence-compile-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

function program(text: string): { kind: 'node'; entry: string } {
  const entry = join(folder, 'engine.mjs');
  writeFileSync(entry, text);
  return { kind: 'node', entry };
}

const untilEnd = `import { readSync } from 'node:fs'; while (readSync(3, Buffer.alloc(1)) > 0);`;

test('is filled by a program that ends with its channel, and read by every user', async () => {
  const cache = join(folder, 'cache');
  expect(await fillCompileCache(program(untilEnd), cache)).toBe(true);
  linkCompileCache(cache, 90_000);
  linkCompileCache(cache, 90_000);
  const names = readdirSync(cache).sort();
  expect(names).toHaveLength(2);
  expect(names.find((name) => name.endsWith('-90000'))).toBeDefined();
  const files = readdirSync(join(cache, names[1] ?? ''));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(statSync(join(cache, names[1] ?? '', file)).mode & 0o777).toBe(0o444);
});

test('a program that fails, or is no longer wanted, fills nothing', async () => {
  const cache = join(folder, 'other');
  expect(await fillCompileCache(program('process.exit(3)'), cache)).toBe(false);
  const abort = new AbortController();
  const filling = fillCompileCache(program('setInterval(() => {}, 1000)'), cache, abort.signal);
  abort.abort();
  expect(await filling).toBe(false);
});
