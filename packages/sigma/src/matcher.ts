import type { EventReader, FieldValue } from './event.ts';
import { guardOf } from './guard.ts';
import { compileCondition, type Node } from './node.ts';
import type { LogSource, Rule } from './rule.ts';
import { EventState, TAIL } from './state.ts';

/** Called for each rule that matches, in the order of the rules, with the fields that made it match. */
export type OnMatch = (rule: Rule, fields: ReadonlyMap<string, FieldValue>) => void;

/** Finds the rules that an event matches. */
export interface Matcher {
  /**
   * Asks every rule whose log source the event has. `onMatch` runs after all rules were asked; it may call `match` again.
   * @param logsource where the event comes from, in lower case. Pass the same object for the same source: routing is remembered per object.
   */
  match(event: EventReader, logsource: LogSource, onMatch: OnMatch): void;
  /** How many rules are asked about events of a log source. */
  ruleCount(logsource: LogSource): number;
  readonly stats: MatcherStats;
}

export interface MatcherStats {
  /** Values longer than a regular expression is asked about (65,536 characters), not tested. */
  readonly overlong: number;
}

export interface CompileOptions {
  /**
   * Numbers a field for `EventReader.at`, once per field, at compile time. Fields for which it returns undefined are read
   * with `get`.
   */
  resolveField?: (name: string) => number | undefined;
}

interface CompiledRule {
  readonly index: number;
  readonly rule: Rule;
  readonly node: Node;
  readonly guard: { readonly field: number; readonly keys: ReadonlySet<string> } | undefined;
}

/** Rules of one log source: those to ask always, and those to ask when a field's last path component is their key. */
interface Bucket {
  readonly size: number;
  readonly always: readonly CompiledRule[];
  readonly guarded: readonly {
    readonly field: number;
    readonly byKey: ReadonlyMap<string, readonly CompiledRule[]>;
  }[];
}

/** Buckets by name are kept for this many log sources; more are built anew when needed. */
const MAX_BUCKETS = 1_000;

/** Compiles rules into a matcher. Pure apart from the caches inside the matcher. */
export function compile(rules: readonly Rule[], options: CompileOptions = {}): Matcher {
  return new IndexedMatcher(rules, options);
}

class IndexedMatcher implements Matcher {
  private readonly rules: readonly CompiledRule[];
  private readonly state: EventState;
  private buckets = new Map<string, Bucket>();
  private readonly bySource = new WeakMap<LogSource, Bucket>();

  constructor(rules: readonly Rule[], options: CompileOptions) {
    const names: string[] = [];
    const numbers = new Map<string, number>();
    const fieldIndex = (name: string): number => {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, names.length);
      return names.push(name) - 1;
    };
    this.rules = rules.map((rule, index) => {
      const guard = guardOf(rule.condition);
      return {
        index,
        rule,
        node: compileCondition(rule.condition, fieldIndex),
        guard: guard === undefined ? undefined : { field: fieldIndex(guard.field), keys: guard.keys },
      };
    });
    const slots = names.map((name) => options.resolveField?.(name));
    this.state = new EventState(names, slots);
  }

  get stats(): MatcherStats {
    return { overlong: this.state.overlong };
  }

  ruleCount(logsource: LogSource): number {
    return this.bucketOf(logsource).size;
  }

  match(event: EventReader, logsource: LogSource, onMatch: OnMatch): void {
    const bucket = this.bucketOf(logsource);
    if (bucket.size === 0) return;
    const { state } = this;
    state.begin(event);
    let hits: CompiledRule[] | undefined;
    for (const compiled of bucket.always) {
      if (compiled.node.test(state)) (hits ??= []).push(compiled);
    }
    for (const { field, byKey } of bucket.guarded) {
      const tail = state.text(field, TAIL);
      if (tail === undefined) continue;
      if (typeof tail === 'string') {
        const candidates = byKey.get(tail);
        if (candidates === undefined) continue;
        for (const compiled of candidates) if (compiled.node.test(state)) (hits ??= []).push(compiled);
      } else {
        // A rule may have several of the values as keys.
        for (const compiled of new Set(tail.flatMap((key) => byKey.get(key) ?? []))) {
          if (compiled.node.test(state)) (hits ??= []).push(compiled);
        }
      }
    }
    if (hits !== undefined) this.report(hits, onMatch);
  }

  private report(hits: CompiledRule[], onMatch: OnMatch): void {
    hits.sort((a, b) => a.index - b.index);
    const found = hits.map(({ rule, node }) => {
      const fields = new Map<string, FieldValue>();
      node.collect(this.state, fields);
      return { rule, fields };
    });
    // All evidence is taken first: `onMatch` may start the next event.
    for (const { rule, fields } of found) onMatch(rule, fields);
  }

  private bucketOf(logsource: LogSource): Bucket {
    const known = this.bySource.get(logsource);
    if (known !== undefined) return known;
    const { product, category, service } = logsource;
    const key = JSON.stringify([product ?? null, category ?? null, service ?? null]);
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = buildBucket(this.rules.filter(({ rule }) => routes(rule.logsource, logsource)));
      if (this.buckets.size >= MAX_BUCKETS) this.buckets = new Map();
      this.buckets.set(key, bucket);
    }
    this.bySource.set(logsource, bucket);
    return bucket;
  }
}

/** Whether a rule is meant for events of this source: it must not name anything that the event's source is not. */
function routes(wanted: LogSource, source: LogSource): boolean {
  return (
    (wanted.product === undefined || wanted.product === source.product) &&
    (wanted.category === undefined || wanted.category === source.category) &&
    (wanted.service === undefined || wanted.service === source.service)
  );
}

function buildBucket(rules: readonly CompiledRule[]): Bucket {
  const always: CompiledRule[] = [];
  const byField = new Map<number, Map<string, CompiledRule[]>>();
  for (const compiled of rules) {
    const { guard } = compiled;
    if (guard === undefined) {
      always.push(compiled);
      continue;
    }
    const byKey = byField.get(guard.field) ?? new Map<string, CompiledRule[]>();
    byField.set(guard.field, byKey);
    for (const key of guard.keys) {
      const list = byKey.get(key);
      if (list === undefined) byKey.set(key, [compiled]);
      else list.push(compiled);
    }
  }
  const guarded = [...byField].map(([field, byKey]) => ({ field, byKey }));
  return { size: rules.length, always, guarded };
}
