import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadWithLibrary } from '../src/library-yaml.ts';
import { Budget } from '../src/limits.ts';
import { readPlainYaml } from '../src/plain-yaml.ts';
import { plain } from '../src/yaml.ts';

const RUNS = 4_000;
const RULES = globSync(`${import.meta.dirname}/../../engine/content/*/rules/**/*.yml`)
  .sort()
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

/** Whether the reader takes `text`; if it does, it must agree with the library on the tree, its places and the budget. */
function accepts(text: string): boolean {
  const [budget, libraryBudget] = [new Budget(), new Budget()];
  const node = readPlainYaml(text, budget);
  if (node === undefined) {
    expect(budget).toEqual(new Budget());
    return false;
  }
  expect([{ node }], text).toStrictEqual(loadWithLibrary(text, undefined, libraryBudget));
  expect(budget).toEqual(libraryBudget);
  return true;
}

function valueOf(text: string): unknown {
  expect(accepts(text)).toBe(true);
  return plain(readPlainYaml(text, new Budget())!);
}

const words = (text: string): string[] => text.split(' ');
/** Pieces of lines that mean something, or nearly do. */
const PIECES = [
  words(
    String.raw`a b key x#y : - ? # | |- > >- >+ |2 ' '' " \ [ ] { } , % @ --- ... << *a ( / $ + = ^ ; . \d+`,
  ),
  words('~ null true FALSE 0 -0 +12 0o17 0x1F 1.5 1. .5 1e3 1e999 .inf -.INF .nan 12345678901234567890'),
  [' ', '  ', ': ', '- ', '? ', ' #', '# c', '= #', 'a b', '&a ', '!t ', '`', '"a: b"', "'it''s'", 'ö'],
  ['2026-01-31', '\t', '\r', '\0', '\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff', '\u{1f600}'],
].flat();
const SCALARS = [
  ['', 'x', 'x y', '1', '~', '-1', '/bin/sh', "''", "'q'", '"q"', '"-"', "'a: # b'"],
  ['# c', 'x # c', "'q' # c", 'x\n  y', 'x\n    y\n\n      z', 'x\n    y # c', 'x\n  # c\n    y'],
  ['|\n    x\n', '|\n\n    x', '|\n      x\n   # c', '|-\n    x\n\n     y\n  \n'],
  ['>\n  x', '>\n     x\n    y', '>-\n    x\n    y\n\n    z'],
].flat();
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'Image|endswith', 'a-b.c', 'k l'];

const PIECE = fc.constantFrom(...PIECES);
const SCALAR = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...SCALARS) },
  { weight: 1, arbitrary: fc.array(PIECE, { maxLength: 4 }).map((pieces) => pieces.join('')) },
);
const KEY = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: SCALAR });

/** The lines of a value, the first of which may stand behind a key or a dash. */
type Lines = readonly string[];
const VALUE = fc.letrec<{ value: Lines; list: Lines; map: Lines }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    SCALAR.map((text) => text.split('\n')),
    tie('list'),
    tie('map'),
  ),
  list: fc
    .array(fc.tuple(tie('value'), fc.constantFrom('- ', '- ', '- ', '-   ', '-\n  ', '-\n ', '- # c\n  ')), {
      minLength: 1,
      maxLength: 3,
    })
    .map((items) =>
      items.flatMap(([lines, start]) => {
        const indent = ' '.repeat(start.length - start.lastIndexOf('\n') - 1);
        return `${start}${lines.join(`\n${indent}`)}`.split('\n');
      }),
    ),
  map: fc
    .uniqueArray(
      fc.tuple(
        KEY,
        tie('value'),
        fc.constantFrom(': ', ': ', ':  ', ':', ':\n', ':\n  ', ':\n  ', ': # c\n    '),
      ),
      { minLength: 1, maxLength: 4, selector: ([key]) => key },
    )
    .map((entries) =>
      entries.flatMap(([key, lines, colon]) => {
        // What has lines of its own seldom stands behind its key.
        const own = /^(?:-|[\w|.-]+:)/.test(lines[0]!) && !colon.includes('\n') ? ':\n  ' : colon;
        const indent = own.includes('\n') ? ' '.repeat(own.length - own.lastIndexOf('\n') - 1) : '';
        return `${key}${own}${lines.join(`\n${indent}`)}`.split('\n');
      }),
    ),
}));
const TEXT = fc
  .tuple(fc.oneof(VALUE.map, VALUE.map, VALUE.list), fc.constantFrom('\n', '\n', '', '\n\n', '\n  ', '\n# c'))
  .map(([lines, end]) => lines.join('\n') + end);

/** From 0 to below 1, evenly: `fc.double` takes most of its values from close to 0. */
const share = fc.nat(2 ** 30 - 1).map((value) => value / 2 ** 30);

/** A change to the lines of a file; `at` and `other` say where, as parts of its length. */
const MUTATION = fc.record({
  kind: fc.constantFrom('delete', 'copy', 'indent', 'outdent', 'insert', 'cut', 'join', 'empty', 'comment'),
  at: share,
  other: share,
  piece: PIECE,
});

type Mutation = typeof MUTATION extends fc.Arbitrary<infer T> ? T : never;

function mutate(text: string, { kind, at, other, piece }: Mutation): string {
  const lines = text.split('\n');
  const row = Math.floor(at * lines.length);
  const line = lines[row]!;
  const column = Math.floor(other * (line.length + 1));
  if (kind === 'delete') lines.splice(row, 1);
  if (kind === 'copy') lines.splice(Math.floor(other * lines.length), 0, line);
  if (kind === 'indent') lines[row] = ` ${line}`;
  if (kind === 'outdent') lines[row] = line.replace(/^ {1,2}/, '');
  if (kind === 'insert') lines[row] = line.slice(0, column) + piece + line.slice(column);
  if (kind === 'cut') lines[row] = line.slice(0, column);
  if (kind === 'join') lines.splice(row, 2, line + (lines[row + 1] ?? ''));
  if (kind === 'empty') lines.splice(row, 0, ' '.repeat(column));
  if (kind === 'comment') lines.splice(row, 0, `${' '.repeat(column % 8)}# c`);
  return lines.join('\n');
}

describe('whatever the reader takes, the library reads the same', () => {
  test.each([
    ['a: 1\nb: -0\nc: 0o17\nd: 0x1F\ne: 12345678901234567890\nf: +7'],
    ['a: 1.5\nb: .5\nc: 1.\nd: -1e3\ne: ~\nf: NULL\ng: True\nh: FALSE\ni: nULL'],
    ["a: 'it''s: # no comment' # comment\nb: \"x # y\"   \nc: x#y # z\nd: a:b\ne: ''"],
    [
      'a:\n- 1\n- b: 2\n  c: 3\n-\n  d: 4\ne:   # comment\n  # another\n  - - x\n    - y\n  -   z: 1\n      w: 2',
    ],
    ['a: |\n  text\n\n    more\n  # text\n\nb: >-\n  one\n  two\n\n\n  three\nc: |-\n  x\n \nd: >\n  y'],
    ['a: one\n  two\n\n  three # comment\nb:\n  four\n five\nc:\n- six\n  - seven'],
    ['# first\n\na:\nb: \n  \nc: # nothing\n# last\n'],
    ['a: ö\u{1f600}\u00a0\nb: -x\nc: \\d+\nd: (x|y)\ne: 2026-01-31\n'],
    ['- a\n- b: c\n'],
  ])('%j is taken', (text) => {
    expect(accepts(text)).toBe(true);
  });

  test('values', () => {
    expect(valueOf('a: |\n  x\n   y\n\n  z\n\nb: >-\n  x\n  y\n\n  z\nc: x\n\n  y\n  z')).toEqual({
      a: 'x\n y\n\nz\n',
      b: 'x y\nz',
      c: 'x\ny z',
    });
  });

  test.each([
    ['an empty file', ''],
    ['a scalar', 'x'],
    ['several documents', 'a: 1\n---\nb: 2'],
    ['a document mark', '---\na: 1'],
    ['the end of a document', 'a: 1\n...\n'],
    ['a directive', '%YAML 1.2\n---\na: 1'],
    ['a tab', 'a:\tb'],
    ['Windows line ends', 'a: 1\r\nb: 2\r\n'],
    ['a byte order mark', '\ufeffa: 1'],
    ['a control character', 'a: \0'],
    ['an anchor', 'a: &x 1'],
    ['an alias', 'a: &x 1\nb: *x'],
    ['a tag', 'a: !!str 1'],
    ['a flow list', 'a: [1]'],
    ['a flow map', 'a: {b: 1}'],
    ['an explicit key', '? a\n: b'],
    ['an escape', 'a: "\\n"'],
    ['a quoted scalar of two lines', 'a: "x\n  y"'],
    ['a quoted key', '"a": 1'],
    ['a key that is a number', '1: x'],
    ['a key twice', 'a: 1\nb: 2\na: 3'],
    ['a map on the line of its key', 'a: b: c'],
    ['a list on the line of its key', 'a: - b'],
    ['infinity', 'a: .inf'],
    ['a number beyond all', 'a: 1e999'],
    ['an indentation indicator', 'a: |2\n   x'],
    ['text to keep to the end', 'a: |+\n  x\n\n'],
    ['a line too far left', 'a:\n    b: 1\n  c: 2'],
    ['a line too far right', 'a: 1\n  b: 2'],
    ['text after a quoted scalar', "a: 'b' c"],
    ['text after a comment', 'a: b # c\n  d'],
    ['too many keys', Array.from({ length: 65 }, (_, at) => `k${at}: 1`).join('\n')],
    ['too deep', Array.from({ length: 40 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
    ['too many values', `a:\n${'- 1\n'.repeat(500_000)}`],
  ])('%s is left to the library', (_, text) => {
    expect(accepts(text)).toBe(false);
  });

  test('text by a grammar', () => {
    let taken = 0;
    const property = fc.property(TEXT, fc.array(MUTATION, { maxLength: 2 }), (text, mutations) => {
      if (accepts(mutations.reduce(mutate, text))) taken++;
    });
    fc.assert(property, { numRuns: RUNS });
    // A reader that takes nothing would agree, too.
    expect(taken).toBeGreaterThan(RUNS / 20);
  });

  test('pieces in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(PIECE, fc.constant('\n')), { maxLength: 20 }), (pieces) => {
        accepts(pieces.join(''));
      }),
      { numRuns: RUNS },
    );
  });

  test('first-party rules that were changed', () => {
    let taken = 0;
    const property = fc.property(
      fc.constantFrom(...RULES),
      fc.array(MUTATION, { minLength: 1, maxLength: 3 }),
      (rule, mutations) => {
        if (accepts(mutations.reduce(mutate, rule.text))) taken++;
      },
    );
    fc.assert(property, { numRuns: RUNS / 4 });
    expect(taken).toBeGreaterThan(RUNS / 20);
  });
});

test('first-party rules never need the library', () => {
  expect(RULES.length).toBeGreaterThan(0);
  expect(RULES.filter(({ text }) => !accepts(text)).map(({ path }) => path)).toEqual([]);
});
