import { quote } from './error.ts';
import { type Budget, LIMITS } from './limits.ts';
import { applyChain, type Chain, ModifierProblem, type Placeholders, parseChain } from './modifiers.ts';
import { describe, type Report } from './report.ts';
import type { Condition, Item, Test } from './rule.ts';
import type { Entry, ListNode, MapNode, Node, Place, ScalarNode } from './yaml.ts';

/** Turns the search identifiers of a rule's `detection` into conditions. */
export class DetectionParser {
  private readonly report: Report;
  private readonly placeholders: Placeholders;
  private readonly budget: Budget;

  constructor(report: Report, placeholders: Placeholders, budget: Budget) {
    this.report = report;
    this.placeholders = placeholders;
    this.budget = budget;
  }

  /** A map (all of its lines), or a list of keywords and maps (any of them). Undefined after reporting. */
  search(entry: Entry): Condition | undefined {
    const { value } = entry;
    if (value.kind === 'map') return this.map(value);
    if (value.kind === 'list') return this.list(value);
    if (entry.key === 'timeframe') {
      return this.report.add(
        'unsupported',
        '"timeframe" belongs to the aggregations of Sigma 1',
        entry.place,
        'write a correlation rule',
      );
    }
    const cure = 'write a map of fields, or a list of keywords';
    return this.report.add('value', `search ${quote(entry.key)} cannot be ${describe(value)}`, value, cure);
  }

  private map(map: MapNode): Condition | undefined {
    if (map.entries.length === 0) return this.report.add('value', 'a selection cannot be empty', map);
    const items = map.entries.map((entry) => this.item(entry));
    return join('and', items);
  }

  private list(list: ListNode): Condition | undefined {
    if (list.items.length === 0)
      return this.report.add('value', 'a list of selections or keywords cannot be empty', list);
    const keywords = list.items.filter((item) => item.kind === 'scalar');
    const items: (Condition | undefined)[] = [];
    if (keywords.length > 0) items.push(this.tests(undefined, [], keywords, list));
    for (const item of list.items) {
      if (item.kind === 'map') items.push(this.map(item));
      else if (item.kind === 'list')
        items.push(this.report.add('value', 'a list cannot stand in a list of selections', item));
    }
    return join('or', items);
  }

  private item(entry: Entry): Item | undefined {
    const [field = '', ...modifiers] = entry.key.split('|');
    if (entry.key.length > LIMITS.fieldLength) {
      return this.report.add('limit', `field name longer than ${LIMITS.fieldLength} characters`, entry.place);
    }
    if (field === '' && modifiers.length === 0)
      return this.report.add('key', 'a field needs a name', entry.place);
    const { value } = entry;
    if (value.kind === 'map') {
      const cure = 'write fields of one level; nested ones as a.b';
      return this.report.add('value', `field ${quote(field)} cannot have a map as its value`, value, cure);
    }
    const values = value.kind === 'list' ? value.items : [value];
    if (values.length === 0)
      return this.report.add('value', `field ${quote(field)} has an empty list of values`, value);
    return this.tests(field === '' ? undefined : field, modifiers, values, entry.place);
  }

  private tests(
    field: string | undefined,
    modifiers: string[],
    values: readonly Node[],
    place: Place,
  ): Item | undefined {
    const chain = this.attempt(place, () => parseChain(modifiers, field === undefined));
    if (chain === undefined) return undefined;
    const all = modifiers.includes('all');
    if (all && values.length === 1) {
      return this.report.add('modifier', '"all" needs more than one value', place, 'remove it');
    }
    const tests: Test[][] = [];
    for (const value of values) {
      const alternatives = this.value(chain, value, values.length > 1);
      if (alternatives !== undefined) tests.push(alternatives);
    }
    if (tests.length !== values.length) return undefined;
    return { kind: 'item', field, values: tests, all, negated: modifiers.includes('neq'), place };
  }

  private value(chain: Chain, node: Node, listed: boolean): Test[] | undefined {
    if (node.kind !== 'scalar') return this.report.add('value', `a value cannot be ${describe(node)}`, node);
    if (node.value === null && listed) {
      const cure = 'give null a selection of its own';
      return this.report.add('value', 'null cannot stand in a list of values', node, cure);
    }
    if (!this.withinLimits(node)) return undefined;
    return this.attempt(node, () => {
      const tests = applyChain(chain, node.value, this.placeholders);
      this.budget.values -= tests.length - 1;
      for (const test of tests) if (test.kind === 'regex') this.budget.regexStates -= test.regex.states;
      return tests;
    });
  }

  private withinLimits(node: ScalarNode): boolean {
    if (typeof node.value === 'string' && node.value.length > LIMITS.valueLength) {
      this.report.add('limit', `value longer than ${LIMITS.valueLength} characters`, node);
      return false;
    }
    if (--this.budget.values < 0) {
      this.report.once('limit', `more than ${LIMITS.values} values in a file`, node, 'split it');
      return false;
    }
    if (this.budget.regexStates < 0) {
      const problem = `the regular expressions of a file need more than ${LIMITS.allRegexStates} states`;
      this.report.once('limit', problem, node, 'split the file, shorten their repeats');
      return false;
    }
    return true;
  }

  private attempt<T>(place: Place, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof ModifierProblem)) throw error;
      return this.report.add(error.code, error.message, place, error.cure);
    }
  }
}

function join(kind: 'and' | 'or', items: readonly (Condition | undefined)[]): Condition | undefined {
  const known = items.filter((item) => item !== undefined);
  if (known.length !== items.length) return undefined;
  return known.length === 1 ? known[0] : { kind, items: known };
}
