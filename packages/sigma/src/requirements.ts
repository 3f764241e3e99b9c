import type { Condition, Rule } from './rule.ts';

/** What a rule reads from events. */
export interface Requirements {
  /** Field names, sorted. */
  readonly fields: readonly string[];
  /** It searches all values of the event: readers need `entries`. */
  readonly keywords: boolean;
}

/** Lists the fields that a rule reads, so that a caller can tell which rules its events cannot feed. */
export function requirementsOf(rule: Rule): Requirements {
  const fields = new Set<string>();
  const seen = new Set<Condition>();
  let keywords = false;
  const visit = (condition: Condition): void => {
    if (seen.has(condition)) return;
    seen.add(condition);
    if (condition.kind === 'not') return visit(condition.item);
    if (condition.kind !== 'item') return condition.items.forEach(visit);
    if (condition.field === undefined) keywords = true;
    else fields.add(condition.field);
    for (const test of condition.values.flat()) if (test.kind === 'fieldref') fields.add(test.field);
  };
  visit(rule.condition);
  return { fields: [...fields].sort(), keywords };
}
