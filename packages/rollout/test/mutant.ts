import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Lib } from './harness.ts';

/** A protection, and the edit that switches it off. */
export interface Mutation {
  readonly rule: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  readonly lib: Lib;
  [Symbol.dispose](): void;
}

const source = new URL('../src/', import.meta.url).pathname;
const modules = new URL('../../../node_modules', import.meta.url).pathname;

/**
 * The library with one protection switched off, from a copy of its source: the product itself has no such switch.
 * Throws when the text to replace is not there exactly once, so that no control is lost when the source changes.
 */
export async function mutate(mutation: Mutation): Promise<Mutant> {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-mutant-'));
  try {
    cpSync(source, join(folder, 'src'), { recursive: true });
    symlinkSync(modules, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const path = join(folder, 'src', mutation.file);
    const text = readFileSync(path, 'utf8');
    const found = text.match(anyLayout(mutation.from))?.length ?? 0;
    if (found !== 1) throw new Error(`${mutation.rule}: the text stands ${found} times in ${mutation.file}`);
    writeFileSync(
      path,
      text.replace(anyLayout(mutation.from), () => mutation.to),
    );
    // The name is computed, so that the test runner leaves it to Node.
    const url = pathToFileURL(join(folder, 'src', 'index.ts')).href;
    const lib = (await import(/* @vite-ignore */ url)) as Lib;
    return { lib, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The same code however a formatter lays it out: white space anywhere, a comma before a closing bracket. */
function anyLayout(code: string): RegExp {
  const characters = Array.from(code.replace(/\s+/g, ''), (c) => c.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
  const parts = characters.map((c) => (/^\\[)\]}]$/.test(c) ? `,?\\s*${c}` : c));
  return new RegExp(parts.join('\\s*'), 'g');
}
