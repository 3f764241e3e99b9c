import { inNetwork, parseAddress } from './cidr.ts';
import type { FieldValue } from './event.ts';
import { fold } from './fold.ts';
import { type Shape, shapeOf } from './glob.ts';
import { gramsOf } from './grams.ts';
import type { Comparison, Item, Test } from './rule.ts';
import {
  CASED,
  CASED_DASHES,
  type EventState,
  FOLDED,
  FOLDED_DASHES,
  inView,
  TAIL,
  type View,
} from './state.ts';
import { timePart } from './time.ts';

/** A compiled question about the event, and roughly what it costs to ask (1 is a look-up in a set). */
export interface Predicate {
  readonly cost: number;
  readonly test: (state: EventState) => boolean;
}

type PatternTest = Test & { kind: 'pattern' };

/** Longest text that a regular expression is asked about; longer ones are counted in `overlong` and do not match. */
const MAX_REGEX_INPUT = 65_536;

/** Compiles one line of a selection. `fieldIndex` numbers the fields of the matcher. */
export function compileItem(item: Item, fieldIndex: (name: string) => number): Predicate {
  const field = item.field === undefined ? undefined : fieldIndex(item.field);
  const groups = item.all ? item.values : [item.values.flat()];
  const parts = groups.map((tests) => anyOf(tests, field, fieldIndex)).sort((a, b) => a.cost - b.cost);
  const only = parts[0]!;
  const cost = parts.reduce((sum, part) => sum + part.cost, 0);
  const test =
    parts.length === 1 ? only.test : (state: EventState) => parts.every((part) => part.test(state));
  return { cost, test: item.negated ? (state) => !test(state) : test };
}

function anyOf(
  tests: readonly Test[],
  field: number | undefined,
  fieldIndex: (name: string) => number,
): Predicate {
  const patterns = tests.filter((test) => test.kind === 'pattern');
  const others = tests.filter((test) => test.kind !== 'pattern');
  const parts = others.map((test) => compileTest(test, field, fieldIndex));
  if (patterns.length > 0) parts.unshift(compilePatterns(patterns, field));
  if (parts.length === 1) return parts[0]!;
  return {
    cost: parts.reduce((sum, part) => sum + part.cost, 0),
    test: (state) => parts.some((part) => part.test(state)),
  };
}

function compileTest(
  test: Exclude<Test, PatternTest>,
  field: number | undefined,
  fieldIndex: (name: string) => number,
): Predicate {
  if (test.kind === 'regex') {
    const { regex } = test;
    const search = overTexts(field, CASED, (text, state) => testRegex(regex.test, text, state));
    return { cost: 200, test: filtered(field, regex.required, search) };
  }
  if (field === undefined) throw new Error(`keywords cannot be tested by ${test.kind}`);
  switch (test.kind) {
    case 'null':
      return { cost: 1, test: (state) => state.raw(field) === undefined || state.raw(field) === null };
    case 'exists':
      return { cost: 1, test: (state) => (state.raw(field) !== undefined) === test.expected };
    case 'number':
      return { cost: 3, test: (state) => someValue(state.raw(field), (value) => testNumber(test, value)) };
    case 'cidr':
      return {
        cost: 30,
        test: overTexts(field, CASED, (text) => {
          const address = parseAddress(text);
          return address !== undefined && inNetwork(address, test.network);
        }),
      };
    case 'fieldref':
      return { cost: 4, test: compileFieldref(test, field, fieldIndex(test.field)) };
  }
}

function testRegex(regex: (text: string) => boolean, text: string, state: EventState): boolean {
  if (text.length <= MAX_REGEX_INPUT) return regex(text);
  state.overlong++;
  return false;
}

function someValue(value: FieldValue, test: (value: string | number | bigint | boolean) => boolean): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === 'object' ? value.some(test) : test(value);
}

const NUMBER = /^[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?$/;

function toNumber(value: string | number | bigint | boolean): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean' || !NUMBER.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) || !/^[+-]?\d+$/.test(value) ? number : BigInt(value);
}

function testNumber(test: Test & { kind: 'number' }, value: string | number | bigint | boolean): boolean {
  const number = test.part === undefined ? toNumber(value) : timePart(String(value), test.part);
  return number !== undefined && compare(number, test.comparison, test.value);
}

function compare(left: number | bigint, comparison: Comparison, right: number | bigint): boolean {
  switch (comparison) {
    case 'eq':
      // Exact between numbers and bigints, which `===` keeps apart.
      return !(left < right) && !(left > right);
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
  }
}

function compileFieldref(
  test: Test & { kind: 'fieldref' },
  field: number,
  other: number,
): (state: EventState) => boolean {
  const view = test.cased ? CASED : FOLDED;
  const compareTexts = {
    equals: (text: string, reference: string) => text === reference,
    startswith: (text: string, reference: string) => text.startsWith(reference),
    endswith: (text: string, reference: string) => text.endsWith(reference),
    contains: (text: string, reference: string) => text.includes(reference),
  }[test.where];
  return (state) => {
    const text = state.text(field, view);
    const reference = state.text(other, view);
    if (text === undefined || reference === undefined) return false;
    const texts = typeof text === 'string' ? [text] : text;
    const references = typeof reference === 'string' ? [reference] : reference;
    return texts.some((left) => references.some((right) => compareTexts(left, right)));
  };
}

/** Asks the trigrams first whether any of the needles (folded) can be in the field at all. */
function filtered(
  field: number | undefined,
  needles: readonly string[] | undefined,
  search: (state: EventState) => boolean,
): (state: EventState) => boolean {
  if (field === undefined || needles === undefined || needles.some((needle) => needle.length < 3))
    return search;
  const grams = needles.map(gramsOf);
  return (state) => {
    const filter = state.filter(field);
    if (filter === undefined) return search(state);
    for (const needle of grams) if (filter.may(needle)) return search(state);
    return false;
  };
}

/** Applies a test to the text or texts of a field, or to every value of the event when there is no field. */
function overTexts(
  field: number | undefined,
  view: View,
  test: (text: string, state: EventState) => boolean,
): (state: EventState) => boolean {
  if (field === undefined)
    return (state) => state.entries().some(([, text]) => test(inView(text, view), state));
  return (state) => {
    const text = state.text(field, view);
    if (typeof text === 'string') return test(text, state);
    return text?.some((item) => test(item, state)) ?? false;
  };
}

/** The view that an item's patterns are kept in: `cased` and `windash` hold for all of them. */
export function viewFor(test: PatternTest): View {
  if (test.windash) return test.cased ? CASED_DASHES : FOLDED_DASHES;
  return test.cased ? CASED : FOLDED;
}

function compilePatterns(tests: readonly PatternTest[], field: number | undefined): Predicate {
  const view = viewFor(tests[0]!);
  const shapes = tests.map((test) => shapeOf(test.pattern, (text) => inView(text, view)));
  const texts = (kind: Shape['kind']): string[] => [
    ...new Set(shapes.flatMap((shape) => (shape.kind === kind && 'text' in shape ? [shape.text] : []))),
  ];
  if (shapes.some((shape) => shape.kind === 'any'))
    return { cost: 1, test: overTexts(field, view, () => true) };
  const exact = texts('exact');
  const suffixes = texts('suffix');
  // `/name` is answered by one look-up of the text's last component.
  const isTail = (text: string): boolean => /^[/\\][^/\\]+$/.test(text);
  const tails = field !== undefined && view === FOLDED ? suffixes.filter(isTail) : [];
  const ends = suffixes.filter((text) => !tails.includes(text));
  const starts = texts('prefix');
  const infixes = texts('infix');
  const globs = shapes.filter((shape) => shape.kind === 'glob').map((shape) => shape.test);
  const parts: Predicate[] = [];
  const add = (cost: number, test: (text: string) => boolean, seen: View = view): void => {
    parts.push({ cost, test: overTexts(field, seen, test) });
  };
  if (exact.length > 0) add(1, member(exact));
  if (tails.length > 0) add(1, member(tails), TAIL);
  if (starts.length > 0)
    add(
      2 * starts.length,
      oneOf(starts, (text, needle) => text.startsWith(needle)),
    );
  if (ends.length > 0)
    add(
      2 * ends.length,
      oneOf(ends, (text, needle) => text.endsWith(needle)),
    );
  if (infixes.length > 0) {
    const search = overTexts(
      field,
      view,
      oneOf(infixes, (text, needle) => text.includes(needle)),
    );
    // What windash folds is not what the trigrams were taken of.
    const unfiltered = view === CASED_DASHES || view === FOLDED_DASHES;
    const test = unfiltered ? search : filtered(field, infixes.map(fold), search);
    parts.push({ cost: 4 + 2 * infixes.length, test });
  }
  if (globs.length > 0) add(20 * globs.length, (text) => globs.some((glob) => glob(text)));
  if (parts.length === 1) return parts[0]!;
  const cost = parts.reduce((sum, part) => sum + part.cost, 0);
  return { cost, test: (state) => parts.some((part) => part.test(state)) };
}

function member(needles: readonly string[]): (text: string) => boolean {
  const [only] = needles;
  if (needles.length === 1) return (text) => text === only;
  const set = new Set(needles);
  return (text) => set.has(text);
}

function oneOf(
  needles: readonly string[],
  test: (text: string, needle: string) => boolean,
): (text: string) => boolean {
  const [only] = needles;
  if (needles.length === 1) return (text) => test(text, only!);
  return (text) => {
    for (const needle of needles) if (test(text, needle)) return true;
    return false;
  };
}
