import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Every module that an entry imports, and what it imports from packages. */
function importsOf(entry: URL, seen: Map<string, string[]> = new Map()): Map<string, string[]> {
  if (seen.has(entry.href)) return seen;
  const text = readFileSync(entry, 'utf8');
  const names = [...text.matchAll(/^(?:import|export) (?!type )[^']*?from '([^']+)'/gm)].map(
    ([, name]) => name ?? '',
  );
  seen.set(
    entry.href,
    names.filter((name) => !name.startsWith('.')),
  );
  for (const name of names) if (name.startsWith('.')) importsOf(new URL(name, entry), seen);
  return seen;
}

const source = (path: string): URL => new URL(`../src/${path}`, import.meta.url);

test.each(['index.ts', 'protocol/index.ts'])('nothing that %s imports has FFI', (entry) => {
  const modules = importsOf(source(entry));
  expect(modules.size).toBeGreaterThan(5);
  const packages = new Set([...modules.values()].flat().filter((name) => !name.startsWith('node:')));
  expect([...packages].filter((name) => name !== '@ringfence/events')).toEqual([]);
});

test('the launcher, which has, is found by the same look', () => {
  expect([...importsOf(source('launcher/main.ts')).values()].flat()).toContain('koffi');
  expect(existsSync(source('launcher/main.ts'))).toBe(true);
});
