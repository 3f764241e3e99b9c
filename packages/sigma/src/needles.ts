import { fold } from './fold.ts';
import type { Condition, Item, Test } from './rule.ts';

/** A necessary condition: no match unless the folded text of `field` contains one of `needles` (three characters or more). */
export interface Needles {
  readonly field: string;
  readonly needles: readonly string[];
}

const MAX_NEEDLES = 256;

/** Finds the most selective needles of a condition, or undefined when it has none. */
export function needlesOf(condition: Condition): Needles | undefined {
  switch (condition.kind) {
    case 'item':
      return itemNeedles(condition);
    case 'not':
      return undefined;
    case 'and':
      return condition.items.map(needlesOf).reduce(longer, undefined);
    case 'or':
      return unite(condition.items.map(needlesOf));
  }
}

const shortest = (found: Needles): number => Math.min(...found.needles.map((needle) => needle.length));

function longer(a: Needles | undefined, b: Needles | undefined): Needles | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return shortest(b) > shortest(a) ? b : a;
}

/** Each branch needs needles in the same field. */
function unite(branches: readonly (Needles | undefined)[]): Needles | undefined {
  const field = branches[0]?.field;
  const needles = new Set<string>();
  for (const branch of branches) {
    if (branch === undefined || branch.field !== field) return undefined;
    for (const needle of branch.needles) needles.add(needle);
  }
  return field === undefined || needles.size > MAX_NEEDLES ? undefined : { field, needles: [...needles] };
}

function itemNeedles(item: Item): Needles | undefined {
  const { field } = item;
  if (field === undefined || item.negated) return undefined;
  const values = item.values.map((tests) => unite(tests.map((test) => testNeedles(field, test))));
  return item.all ? values.reduce(longer, undefined) : unite(values);
}

function testNeedles(field: string, test: Test): Needles | undefined {
  if (test.kind === 'regex') {
    const needles = test.regex.required;
    return needles === undefined ? undefined : { field, needles };
  }
  if (test.kind !== 'pattern' || test.windash) return undefined;
  const texts = test.pattern.map((part) => ('text' in part ? fold(part.text) : ''));
  const needle = texts.reduce((best, text) => (text.length > best.length ? text : best), '');
  return needle.length < 3 ? undefined : { field, needles: [needle] };
}
