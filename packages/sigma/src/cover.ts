import { fold } from './fold.ts';
import { shapeOf } from './glob.ts';
import { viewFor } from './predicate.ts';
import type { Condition, Item, Test } from './rule.ts';
import { FOLDED, inView, tailOf } from './state.ts';

/**
 * Something that is cheap to look for in an event. `tail`: the last path component of the field is one of `texts` (folded,
 * see `tailOf`). `needle`: the folded text of the field contains one of `texts`, each of three characters or more.
 */
export interface Trigger {
  readonly kind: 'tail' | 'needle';
  readonly field: string;
  readonly texts: readonly string[];
}

/** An event that has none of these triggers cannot match. */
export type Cover = readonly Trigger[];

/** More texts than this would find more candidates than they leave out. */
const MAX_TEXTS = 512;

/** Finds the most selective cover of a condition, or undefined when it has none. */
export function coverOf(condition: Condition): Cover | undefined {
  switch (condition.kind) {
    case 'item':
      return itemCover(condition);
    case 'not':
      return undefined;
    case 'and':
      return condition.items.map(coverOf).reduce(better, undefined);
    case 'or':
      return unite(condition.items.map(coverOf));
  }
}

/** How seldom the weakest trigger is met: a whole component is better than any part of a text, a long part than a short one. */
function strength(cover: Cover): number {
  return Math.min(
    ...cover.map(({ kind, texts }) =>
      kind === 'tail' ? 100 : Math.min(...texts.map((text) => text.length)),
    ),
  );
}

function better(a: Cover | undefined, b: Cover | undefined): Cover | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return strength(b) > strength(a) ? b : a;
}

/** Each branch needs a cover; an event must have a trigger of one of them. */
function unite(branches: readonly (Cover | undefined)[]): Cover | undefined {
  const merged = new Map<string, { kind: Trigger['kind']; field: string; texts: Set<string> }>();
  let size = 0;
  for (const branch of branches) {
    if (branch === undefined) return undefined;
    for (const { kind, field, texts } of branch) {
      const key = `${kind} ${field}`;
      const trigger = merged.get(key);
      if (trigger === undefined) merged.set(key, { kind, field, texts: new Set(texts) });
      else for (const text of texts) trigger.texts.add(text);
      size += texts.length;
    }
    if (size > MAX_TEXTS) return undefined;
  }
  if (merged.size === 0) return undefined;
  return Array.from(merged.values(), ({ kind, field, texts }) => ({ kind, field, texts: [...texts] }));
}

function itemCover(item: Item): Cover | undefined {
  const { field } = item;
  if (field === undefined || item.negated) return undefined;
  const values = item.values.map((tests) => unite(tests.map((test) => testCover(field, test))));
  return item.all ? values.reduce(better, undefined) : unite(values);
}

function testCover(field: string, test: Test): Cover | undefined {
  if (test.kind === 'regex') {
    const texts = test.regex.required;
    return texts === undefined ? undefined : [{ kind: 'needle', field, texts }];
  }
  if (test.kind !== 'pattern' || test.windash) return undefined;
  const tail = viewFor(test) === FOLDED ? tailOfPattern(test) : undefined;
  if (tail !== undefined) return [{ kind: 'tail', field, texts: [tail] }];
  const parts = test.pattern.map((part) => ('text' in part ? fold(part.text) : ''));
  const needle = parts.reduce((best, text) => (text.length > best.length ? text : best), '');
  return needle.length < 3 ? undefined : [{ kind: 'needle', field, texts: [needle] }];
}

/** The last component that every text has that the pattern matches. */
function tailOfPattern(test: Test & { kind: 'pattern' }): string | undefined {
  const shape = shapeOf(test.pattern, (text) => inView(text, FOLDED));
  if (shape.kind === 'exact') return tailOf(shape.text);
  if (shape.kind !== 'suffix') return undefined;
  // A suffix without a separator says nothing about the whole last component.
  const tail = tailOf(shape.text);
  return /^[/\\]/.test(tail) ? tail : undefined;
}
