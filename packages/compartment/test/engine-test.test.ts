import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaseResult, type EngineTestOptions, testEngine } from '../src/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = readFileSync(join(root, 'examples/engine.c'), 'utf8');
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-engine-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Compiles the example engine, or one with a fault: a text of it replaced. */
function compile(name: string, from = '', to = ''): string {
  expect(source).toContain(from);
  const file = join(dir, `${name}.c`);
  writeFileSync(
    file,
    source.replace(from, () => to),
  );
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', `-I${join(root, 'include')}`];
  execFileSync('cc', [...flags, '-o', join(dir, name), file]);
  return join(dir, name);
}

async function run(path: string, options: EngineTestOptions = {}): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for await (const result of testEngine(path, options)) results.push(result);
  return results;
}

test('the example engine is small and passes every case behind the full wall', {
  timeout: 120_000,
}, async () => {
  expect(source.split('\n').length).toBeLessThan(150);
  const results = await run(compile('good'));
  expect(results.filter(({ pass }) => !pass)).toEqual([]);
  expect(results.length).toBeGreaterThan(25);
  const detail = (name: string) => results.find((result) => result.name === name)?.detail;
  expect(detail('goes on when a hash is there')).toBe('2 requests');
  expect(detail('answers HELLO with READY')).toBe('example-c 1.0.0, 1 classes, 1 rules');
});

// Each is an engine with one fault; the case that is there for it must see it.
test.each([
  ['hides its findings', 'ack.findings++;', ';', 'bears odd text', /wrong|says 0 findings/],
  [
    'acknowledges another batch',
    '.batch = batch->id };\n\tuint32_t at',
    '.batch = 7 };\n\tuint32_t at',
    'empty batch',
    /ACK of batch 7/,
  ],
  ['ignores STOP', 'if (type == RF_TO_ENGINE_STOP)\n\t\t\treturn 0;', '', 'ends on STOP', /still running/],
  [
    'stays when the channel ends',
    'if (got <= 0)\n\t\t\texit(0);',
    'if (got <= 0)\n\t\t\tcontinue;',
    'when the channel does',
    /still running/,
  ],
  [
    'does not look at reserved bits',
    ' || frame.head.flags || frame.head.reserved',
    '',
    'reserved bits',
    /PONG 0 answers no PING/,
  ],
  ['believes lengths', 'frame.head.length > sizeof frame.payload || ', '', '4 GiB', /still running/],
  [
    'faults at broken records',
    'event->header.size % 8)\n\t\t\texit(65);',
    'event->header.size % 8)\n\t\t\t__builtin_trap();',
    'broken records (2)',
    /ended by a fault: crash \(SIGILL\)/,
  ],
  ['writes raw text into JSON', "text[i] < ' ' || ", '', 'bears odd text', /not JSON/],
  [
    'never answers PING',
    'if (frame.head.type == RF_TO_ENGINE_PING)',
    'if (0)',
    'answers PING',
    /no pong within/,
  ],
  [
    'prints to the channel',
    'int main(void)\n{',
    'int main(void)\n{\n\tdprintf(RF_CHANNEL, "hello\\n");',
    'HELLO with READY',
    /broke the protocol/,
  ],
] as const)('an engine that %s fails', { timeout: 60_000 }, async (what, from, to, only, detail) => {
  const results = await run(compile(what.replaceAll(' ', '-'), from, to), { only, answerMs: 1000 });
  expect(results.map(({ pass }) => pass)).toContain(false);
  expect(results.find(({ pass }) => !pass)?.detail).toMatch(detail);
});

test('what is no ELF executable is refused before it runs', async () => {
  const script = join(dir, 'script');
  writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const [first] = await run(script, { only: 'HELLO with READY' });
  expect(first).toMatchObject({
    pass: false,
    detail: expect.stringMatching(/script: not a 64-bit ELF executable/),
  });
});

test('the generated header is what the protocol says, and C agrees on its sizes', async () => {
  const { engineHeader } = await import('../src/generators/engine-header.ts');
  expect(readFileSync(join(root, 'include/ringfence_engine.h'), 'utf8')).toBe(engineHeader());
});
