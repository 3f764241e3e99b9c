import { shapeOf } from './glob.ts';
import { viewFor } from './predicate.ts';
import type { Condition, Item } from './rule.ts';
import { FOLDED, inView, tailOf } from './state.ts';

/** A necessary condition: no match unless the last path component of `field` is one of `keys` (folded, see `tailOf`). */
export interface Guard {
  readonly field: string;
  readonly keys: ReadonlySet<string>;
}

/** Finds the most selective guard of a condition, or undefined when it has none. */
export function guardOf(condition: Condition): Guard | undefined {
  switch (condition.kind) {
    case 'item':
      return itemGuard(condition);
    case 'not':
      return undefined;
    case 'and':
      return condition.items
        .map(guardOf)
        .filter((guard) => guard !== undefined)
        .reduce<Guard | undefined>(
          (best, guard) => (best === undefined || guard.keys.size < best.keys.size ? guard : best),
          undefined,
        );
    case 'or':
      return unite(condition.items.map(guardOf));
  }
}

/** Each branch needs a guard on the same field. */
function unite(guards: readonly (Guard | undefined)[]): Guard | undefined {
  const [first] = guards;
  if (first === undefined) return undefined;
  const keys = new Set<string>();
  for (const guard of guards) {
    if (guard?.field !== first.field) return undefined;
    for (const key of guard.keys) keys.add(key);
  }
  return { field: first.field, keys };
}

function itemGuard(item: Item): Guard | undefined {
  if (item.field === undefined || item.negated || item.all) return undefined;
  const keys = new Set<string>();
  for (const test of item.values.flat()) {
    if (test.kind !== 'pattern' || viewFor(test) !== FOLDED) return undefined;
    const shape = shapeOf(test.pattern, (text) => inView(text, FOLDED));
    if (shape.kind !== 'exact' && shape.kind !== 'suffix') return undefined;
    // A suffix without a separator says nothing about the whole last component.
    if (shape.kind === 'suffix' && !/[/\\]/.test(shape.text)) return undefined;
    const key = tailOf(shape.text);
    if (shape.kind === 'suffix' && !/^[/\\]/.test(key)) return undefined;
    keys.add(key);
  }
  return { field: item.field, keys };
}
