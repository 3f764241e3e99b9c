import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Rewrites the tables in the README instead of comparing with them. */
const update = process.env['RINGFENCE_UPDATE'] !== undefined;
const README = new URL('../../README.md', import.meta.url);

/** Whether the README has a text; always when it is being rewritten. */
export function readmeHas(text: string): boolean {
  return update || readFileSync(README, 'utf8').includes(text);
}

/** Compares the part of that name in the README, or another page, with what a test saw, or rewrites it. */
export function updateTable(name: string, table: string, page: URL = README): void {
  const text = readFileSync(page, 'utf8');
  const [, from, to] = new RegExp(`(<!-- ${name}: .* -->\n)[^]*?(<!-- end of ${name} -->)`).exec(text) ?? [];
  expect(from, `there is no place for ${name}`).toBeDefined();
  const at = text.indexOf(from ?? '');
  const end = text.indexOf(to ?? '', at);
  const next = `${text.slice(0, at)}${from}\n${table}\n\n${text.slice(end)}`;
  if (update) writeFileSync(page, next);
  else expect(text).toBe(next);
}
