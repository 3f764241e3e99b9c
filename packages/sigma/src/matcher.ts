import type { EventReader, FieldValue } from './event.ts';
import { GRAM_BUCKETS, gramsOf, rarestGram, rollGram } from './grams.ts';
import { guardOf } from './guard.ts';
import { needlesOf } from './needles.ts';
import { compileCondition, type Node } from './node.ts';
import type { LogSource, Rule } from './rule.ts';
import { EventState, FOLDED, TAIL } from './state.ts';

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
  readonly needles: { readonly field: number; readonly needles: readonly string[] } | undefined;
  /** Number of the event for which the rule was last asked, since several of its needles may be found. */
  asked: number;
}

/** Rules to ask when their needle's rarest trigram is met while reading the text of a field. */
interface Scan {
  readonly field: number;
  readonly rules: readonly CompiledRule[];
  /** By the hash of a trigram. */
  readonly byGram: readonly (
    | readonly { readonly rule: CompiledRule; readonly grams: readonly number[] }[]
    | undefined
  )[];
}

/**
 * Rules of one log source: those to ask always, those to ask when a field's last path component is their key, and those
 * to ask when a field's text may contain one of their needles.
 */
interface Bucket {
  readonly size: number;
  readonly always: readonly CompiledRule[];
  readonly scans: readonly Scan[];
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
  private readonly hits: CompiledRule[] = [];
  private scans = 0;
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
      const needles = needlesOf(rule.condition);
      return {
        index,
        rule,
        node: compileCondition(rule.condition, fieldIndex),
        guard: guard === undefined ? undefined : { field: fieldIndex(guard.field), keys: guard.keys },
        needles: needles === undefined ? undefined : { ...needles, field: fieldIndex(needles.field) },
        asked: 0,
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
    const hits = this.hits;
    hits.length = 0;
    for (const rule of bucket.always) if (rule.node.test(state)) hits.push(rule);
    for (const guarded of bucket.guarded) this.askGuarded(guarded);
    for (const scan of bucket.scans) this.askScanned(scan);
    if (hits.length > 0) this.report(hits.slice(), onMatch);
  }

  private askGuarded({ field, byKey }: Bucket['guarded'][number]): void {
    const { state } = this;
    const tail = state.text(field, TAIL);
    if (tail === undefined) return;
    // Of several values more than one may be a key of the same rule.
    const candidates =
      typeof tail === 'string' ? byKey.get(tail) : new Set(tail.flatMap((key) => byKey.get(key) ?? []));
    if (candidates === undefined) return;
    for (const rule of candidates) if (rule.node.test(state)) this.hits.push(rule);
  }

  /** One pass over the text finds the rules that may match; the others are not touched. */
  private askScanned({ field, rules, byGram }: Scan): void {
    const { state, hits } = this;
    const text = state.text(field, FOLDED);
    if (text === undefined) return;
    if (typeof text !== 'string') {
      for (const rule of rules) if (rule.node.test(state)) hits.push(rule);
      return;
    }
    const filter = state.filter(field);
    const event = ++this.scans;
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      hash = rollGram(hash, text.charCodeAt(at));
      const candidates = byGram[hash];
      if (candidates === undefined) continue;
      for (const { rule, grams } of candidates) {
        if (rule.asked === event || filter?.may(grams) === false) continue;
        rule.asked = event;
        if (rule.node.test(state)) hits.push(rule);
      }
    }
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
  const byField = new Map<number, Map<string, CompiledRule[]>>();
  for (const rule of rules) {
    if (rule.guard === undefined) continue;
    const { field, keys } = rule.guard;
    const byKey = getOrAdd(byField, field, () => new Map<string, CompiledRule[]>());
    for (const key of keys) getOrAdd(byKey, key, () => []).push(rule);
  }
  const unguarded = rules.filter(({ guard }) => guard === undefined);
  const scanned = new Map<number, CompiledRule[]>();
  for (const rule of unguarded) {
    if (rule.needles !== undefined) getOrAdd(scanned, rule.needles.field, () => []).push(rule);
  }
  return {
    size: rules.length,
    always: unguarded.filter(({ needles }) => needles === undefined),
    guarded: [...byField].map(([field, byKey]) => ({ field, byKey })),
    scans: [...scanned].map(([field, list]) => buildScan(field, list)),
  };
}

function buildScan(field: number, rules: readonly CompiledRule[]): Scan {
  const byGram = Array.from(
    { length: GRAM_BUCKETS },
    (): { rule: CompiledRule; grams: readonly number[] }[] | undefined => undefined,
  );
  for (const rule of rules) {
    for (const needle of rule.needles?.needles ?? []) {
      (byGram[rarestGram(needle)] ??= []).push({ rule, grams: gramsOf(needle) });
    }
  }
  return { field, rules, byGram };
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
