import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import {
  compile,
  type EventReader,
  type FieldValue,
  fromObject,
  type Rule,
  requirementsOf,
  tune,
} from '@ringfence/sigma';
import { describe, expect, test, vi } from 'vitest';
import { parseOne, ruleText, run, SOURCE } from './helpers.ts';

const ID = '929a690e-bef0-4204-a928-ef5e620d6fcc';

function ruleFor(logsource: string, title: string): Rule {
  return parseOne(`title: ${title}\nlogsource: ${logsource}\ndetection:\n  s:\n    F: x\n  condition: s\n`);
}

describe('routing', () => {
  const rules = [
    ruleFor('{product: linux}', 'product'),
    ruleFor('{category: process_creation}', 'category'),
    ruleFor('{product: LINUX, category: process_creation}', 'both'),
    ruleFor('{product: linux, service: auditd}', 'service'),
    ruleFor('{product: windows, category: process_creation}', 'windows'),
  ];
  const titles = (logsource: object): string[] => {
    const found: string[] = [];
    compile(rules).match(fromObject({ F: 'x' }), logsource, (rule) => found.push(rule.title));
    return found;
  };

  test('a rule sees an event when it names nothing that the source is not', () => {
    expect(titles({ product: 'linux', category: 'process_creation' })).toEqual([
      'product',
      'category',
      'both',
    ]);
    expect(titles({ product: 'linux', service: 'auditd' })).toEqual(['product', 'service']);
    expect(titles({ product: 'linux', category: 'file_event' })).toEqual(['product']);
    expect(titles({ category: 'process_creation' })).toEqual(['category']);
    expect(titles({ product: 'windows', category: 'process_creation' })).toEqual(['category', 'windows']);
    expect(titles({})).toEqual([]);
    expect(compile(rules).ruleCount({ product: 'linux' })).toBe(1);
  });

  test('many log sources do not pile up', () => {
    const matcher = compile(rules);
    let hits = 0;
    for (let at = 0; at < 3_000; at++)
      matcher.match(fromObject({ F: 'x' }), { product: 'linux', service: `s${at}` }, () => hits++);
    expect(hits).toBe(3_000);
  });
});

describe('evidence', () => {
  test('names the fields behind the match, not those under `not` or in branches that failed', () => {
    const rule = parseOne(
      ruleText(
        'a:\n  A: 1\nb:\n  - B: 2\n  - C: 3\nfilter:\n  D: 4\ncondition: a and (b or 1 of filter*) and not filter',
      ),
    );
    expect(run(rule, { A: 1, B: 0, C: '3', D: 5, E: 6 })).toEqual({ A: 1, C: '3' });
  });

  test('absent fields are not named; keywords name the field that they were found in', () => {
    expect(run(parseOne(ruleText('s:\n  A: null\n  B: 1\ncondition: s')), { B: 1 })).toEqual({ B: 1 });
    const keywords = parseOne(ruleText(`s:\n  - evil\n  - '*bad*'\ncondition: s`));
    expect(run(keywords, { x: 'fine', y: { z: 'so evil' } })).toEqual({ 'y.z': 'so evil' });
  });
});

describe('readers', () => {
  const rule = parseOne(ruleText(`s:\n  Image|endswith: '/sh'\n  Pid: 5\n  Other: null\ncondition: s`));

  test('fields with a number are read by it, once per event; others by name', () => {
    const reads: string[] = [];
    const values: FieldValue[] = ['/bin/sh', 5n];
    const reader: EventReader = {
      at: (slot) => {
        reads.push(`at ${slot}`);
        return values[slot];
      },
      get: (field) => {
        reads.push(`get ${field}`);
        return undefined;
      },
    };
    const slots = new Map([
      ['Image', 0],
      ['Pid', 1],
    ]);
    const matcher = compile([rule, { ...rule }], { resolveField: (name) => slots.get(name) });
    let hits = 0;
    for (let event = 0; event < 2; event++) {
      reads.length = 0;
      matcher.match(reader, SOURCE, () => hits++);
      expect(reads.sort()).toEqual(['at 0', 'at 1', 'get Other']);
    }
    expect(hits).toBe(4);
  });

  test('onMatch may match another event', () => {
    const matcher = compile([rule, { ...rule, title: 'Second' }]);
    const seen: string[] = [];
    matcher.match(fromObject({ Image: '/x/sh', Pid: 5 }), SOURCE, (outer, fields) => {
      matcher.match(fromObject({ Image: '/y/sh', Pid: '5' }), SOURCE, (inner) =>
        seen.push(`${outer.title}/${inner.title}`),
      );
      seen.push(String(fields.get('Image')));
    });
    expect(seen).toEqual(['Test/Test', 'Test/Second', '/x/sh', 'Second/Test', 'Second/Second', '/x/sh']);
  });

  test('values too long for a regular expression are counted, not tested', () => {
    const matcher = compile([parseOne(ruleText(`s:\n  F|re: a\ncondition: s`))]);
    let hits = 0;
    matcher.match(fromObject({ F: 'a'.repeat(70_000) }), SOURCE, () => hits++);
    expect([hits, matcher.stats.overlong]).toEqual([0, 1]);
  });

  test('requirements list what a rule reads', () => {
    const text = ruleText(
      's:\n  B: 1\n  A|fieldref: C\nk:\n  - word\nf:\n  D: 1\ncondition: s and k and not f',
    );
    expect(requirementsOf(parseOne(text))).toEqual({ fields: ['A', 'B', 'C', 'D'], keywords: true });
  });
});

describe('tuning', () => {
  const rule = parseOne(ruleText(`s:\n  Image|endswith: '/sh'\ncondition: s`, `id: ${ID}\nlevel: high\n`));
  const tuned = (
    change: Parameters<typeof tune>[1] extends ReadonlyMap<string, infer T> ? T : never,
  ): Rule[] => tune([rule], new Map([[ID.toUpperCase(), change]])).rules;

  test('disable and level', () => {
    expect(tuned({ disable: true })).toEqual([]);
    expect(tuned({ level: 'low' })[0]!.level).toBe('low');
    expect(rule.level).toBe('high');
    expect(tune([rule], new Map([['x', {}]])).unknown).toEqual(['x']);
  });

  test('exceptions are joined as and not: all parts of one, any of several', () => {
    const [changed] = tuned({
      exceptions: [
        { path: '/opt/backup/*', user: 'BACKUP' },
        { parent: '*/cron', commandLine: '*--nightly?' },
      ],
    });
    const hit = (event: Record<string, unknown>): boolean => run(changed!, event) !== undefined;
    expect(hit({ Image: '/bin/sh' })).toBe(true);
    expect(hit({ Image: '/opt/backup/bin/sh', User: 'root' })).toBe(true);
    expect(hit({ Image: '/opt/backup/bin/sh', User: 'backup' })).toBe(false);
    expect(hit({ Image: '/bin/sh', ParentImage: '/usr/sbin/cron', CommandLine: 'sh --nightly1' })).toBe(
      false,
    );
    expect(hit({ Image: '/bin/sh', ParentImage: '/usr/sbin/cron', CommandLine: 'sh --nightly' })).toBe(true);
    expect(run(rule, { Image: '/opt/backup/bin/sh', User: 'backup' })).toBeDefined();
  });

  test('an exception for everything or with an unknown part is refused', () => {
    for (const exception of [
      {},
      { path: '*' },
      { path: '' },
      { Path: 'x' } as object,
      { path: undefined },
      JSON.parse('{"__proto__":"x"}'),
    ]) {
      expect(() => tuned({ exceptions: [exception as object] })).toThrow(
        expect.objectContaining({ code: 'tuning' }) as Error,
      );
    }
  });
});

test('the README’s example runs as written', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, code = '', printed = ''] = /```ts\n([^]*?)```\n\nprints\n\n```\n([^]*?)```/.exec(readme)!;
  const lines: string[] = [];
  const log = vi
    .spyOn(console, 'log')
    .mockImplementation((...values: unknown[]) => void lines.push(format(...values)));
  const file = join(mkdtempSync(join(tmpdir(), 'sigma-readme-')), 'example.ts');
  const index = JSON.stringify(new URL('../src/index.ts', import.meta.url).href);
  writeFileSync(file, code.replace("'@ringfence/sigma'", index));
  await import(pathToFileURL(file).href);
  log.mockRestore();
  rmSync(dirname(file), { recursive: true });
  expect(lines.join('\n')).toBe(printed.trimEnd());
});
