import { compile, fromObject, parseRules } from '@ringfence/sigma';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SOURCE } from './helpers.ts';
import { type Detection, type Event, reference } from './reference.ts';

const piece = fc.constantFrom(
  'a',
  'B',
  '/',
  '\\',
  '-',
  '–',
  'sh',
  '/sh',
  '/bin/sh',
  'é',
  'É',
  'σ',
  'ς',
  'ß',
  '😀',
  'K',
  ' ',
  '.',
  '1',
);
const wild = fc.oneof(
  { weight: 4, arbitrary: piece },
  fc.constantFrom('*', '?', '\\*', '\\?', '\\\\', '\\\\*'),
);
const text = fc.array(wild, { maxLength: 5 }).map((parts) => parts.join(''));
const actual = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(fc.oneof(piece, fc.constantFrom('*', '?')), { maxLength: 6 })
      .map((parts) => parts.join('')),
  },
  fc.integer({ min: -3, max: 12 }),
  fc.constant(null),
);
const field = fc.constantFrom('A', 'B', 'C');
const value = fc.oneof({ weight: 5, arbitrary: text }, fc.integer({ min: -3, max: 12 }));
const values = fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 4 }), fc.constant(null));

const line = fc
  .tuple(
    field,
    fc.constantFrom('', '|contains', '|startswith', '|endswith'),
    fc.subarray(['|cased', '|windash', '|neq', '|all']),
    values,
  )
  .map(([name, where, extra, given]): [string, unknown] => {
    if (given === null) return [name, null];
    const usable = extra.filter(
      (modifier) => modifier !== '|all' || (Array.isArray(given) && given.length > 1),
    );
    return [name + where + usable.join(''), given];
  });
const numeric = fc
  .tuple(field, fc.constantFrom('|lt', '|gte'), fc.integer({ min: -3, max: 12 }))
  .map(([name, modifier, given]): [string, unknown] => [name + modifier, given]);
const presence = fc
  .tuple(field, fc.boolean())
  .map(([name, given]): [string, unknown] => [`${name}|exists`, given]);
const map = fc
  .array(fc.oneof({ weight: 6, arbitrary: line }, numeric, presence), { minLength: 1, maxLength: 3 })
  .map((entries) => Object.fromEntries(entries));
const keyword = text.filter((item) => item !== '');
const selection = fc.oneof(
  { weight: 4, arbitrary: map },
  fc.array(map, { minLength: 1, maxLength: 3 }),
  fc.array(keyword, { minLength: 1, maxLength: 3 }),
);

const NAMES = ['sel_a', 'sel_b', 'filter', '_hidden'];
const condition = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...NAMES, '1 of sel*', 'all of sel_*', '1 of them', 'all of them', '1 of _*', 'all of *'),
    tie('node').map((inner) => `not ${inner}`),
    fc.tuple(tie('node'), fc.constantFrom('and', 'or'), tie('node')).map((parts) => parts.join(' ')),
    tie('node').map((inner) => `(${inner})`),
  ),
})).node;

const detection = fc
  .tuple(fc.tuple(selection, selection, selection, selection), condition)
  .map(([searches, text]) => {
    const named = Object.fromEntries(NAMES.map((name, at) => [name, searches[at]]));
    return { ...named, condition: text } as Detection;
  });
const event = fc.dictionary(field, actual, { maxKeys: 3 }) as fc.Arbitrary<Event>;

test('agrees with the slow reference, rules alone and many together', () => {
  let matched = 0;
  let total = 0;
  fc.assert(
    fc.property(
      fc.array(detection, { minLength: 1, maxLength: 4 }),
      fc.array(event, { minLength: 1, maxLength: 4 }),
      (all, events) => {
        const documents = all.map((one, at) =>
          JSON.stringify({ title: `r${at}`, logsource: SOURCE, detection: one }),
        );
        const { rules, errors } = parseRules(documents.join('\n---\n'));
        expect(errors).toEqual([]);
        const matcher = compile(rules);
        for (const one of events) {
          const hits: string[] = [];
          matcher.match(fromObject(one), SOURCE, (rule) => hits.push(rule.title));
          const expected = all.flatMap((rule, at) => (reference(rule, one) ? [`r${at}`] : []));
          expect(hits).toEqual(expected);
          matched += hits.length;
          total += all.length;
        }
      },
    ),
    { numRuns: 3_000 },
  );
  // Both answers must be common, or the test would say nothing.
  expect(matched / total).toBeGreaterThan(0.2);
  expect(matched / total).toBeLessThan(0.8);
});
