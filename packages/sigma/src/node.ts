import type { FieldValue } from './event.ts';
import { compileItem, type Predicate } from './predicate.ts';
import type { Condition, Item } from './rule.ts';
import { EventState } from './state.ts';

/** Fields that made a rule match, with their values. */
type Evidence = Map<string, FieldValue>;

/** A compiled condition: a predicate that can also say which fields made it true. */
export interface Node extends Predicate {
  /** Adds the fields behind a true result. What stands under `not` is no evidence. */
  readonly collect: (state: EventState, evidence: Evidence) => void;
}

/** Compiles a condition. Cheaper parts are asked first, which changes no result: parts have no effects. */
export function compileCondition(condition: Condition, fieldIndex: (name: string) => number): Node {
  const done = new Map<Condition, Node>();
  const compile = (part: Condition): Node => {
    const known = done.get(part);
    if (known !== undefined) return known;
    const node = build(part);
    done.set(part, node);
    return node;
  };
  const build = (part: Condition): Node => {
    if (part.kind === 'item') return itemNode(part, fieldIndex);
    if (part.kind === 'not') {
      const { cost, test } = compile(part.item);
      return { cost, test: (state) => !test(state), collect: () => {} };
    }
    const parts = part.items.map(compile);
    const sorted = parts.toSorted((a, b) => a.cost - b.cost);
    return {
      cost: parts.reduce((sum, node) => sum + node.cost, 0),
      test: part.kind === 'and' ? every(sorted) : some(sorted),
      collect: (state, evidence) => {
        for (const node of parts) if (node.test(state)) node.collect(state, evidence);
      },
    };
  };
  return compile(condition);
}

function itemNode(item: Item, fieldIndex: (name: string) => number): Node {
  const predicate = compileItem(item, fieldIndex);
  if (item.field === undefined) return { ...predicate, collect: collectKeywords(item) };
  const { field } = item;
  const index = fieldIndex(field);
  return {
    ...predicate,
    collect: (state, evidence) => {
      const value = state.raw(index);
      if (value !== undefined) evidence.set(field, value);
    },
  };
}

/** Keywords may be in any field: each value is asked again by itself. */
function collectKeywords(item: Item): Node['collect'] {
  if (item.negated) return () => {};
  const single = compileItem({ ...item, field: 'value', all: false }, () => 0);
  const alone = new EventState(['value'], [undefined]);
  return (state, evidence) => {
    for (const [name, text] of state.entries()) {
      alone.begin({ get: () => text });
      if (single.test(alone)) evidence.set(name, text);
    }
  };
}

function every(nodes: readonly Node[]): (state: EventState) => boolean {
  const [first, second, third] = nodes;
  if (nodes.length === 2) return (state) => first!.test(state) && second!.test(state);
  if (nodes.length === 3) return (state) => first!.test(state) && second!.test(state) && third!.test(state);
  return (state) => {
    for (const node of nodes) if (!node.test(state)) return false;
    return true;
  };
}

function some(nodes: readonly Node[]): (state: EventState) => boolean {
  const [first, second] = nodes;
  if (nodes.length === 2) return (state) => first!.test(state) || second!.test(state);
  return (state) => {
    for (const node of nodes) if (node.test(state)) return true;
    return false;
  };
}
