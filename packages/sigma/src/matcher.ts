import { type Cover, coverOf } from './cover.ts';
import type { EventReader, FieldValue } from './event.ts';
import { GRAM_BUCKETS, gramsOf, rarestGram, rollGram } from './grams.ts';
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
  /** What an event must have for the rule to match, or undefined when the rule has to be asked always. */
  readonly cover: Cover | undefined;
  /** Number of the event for which the rule was last asked, since an event may have several of its triggers. */
  asked: number;
}

/** Rules to ask when the last path component of a field is their text. */
interface TailIndex {
  readonly field: number;
  readonly byTail: Map<string, CompiledRule[]>;
}

/** Rules to ask when the rarest trigram of one of their texts, and then all of its trigrams, are met in a field. */
interface GramIndex {
  readonly field: number;
  readonly rules: Set<CompiledRule>;
  /** By the hash of the rarest trigram. */
  readonly byGram: ({ readonly rule: CompiledRule; readonly grams: readonly number[] }[] | undefined)[];
}

/** The rules of one log source, by what makes it worth asking them. */
interface Bucket {
  readonly size: number;
  readonly always: readonly CompiledRule[];
  readonly tails: readonly TailIndex[];
  readonly grams: readonly GramIndex[];
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
  private readonly fieldIndex: (name: string) => number;
  private buckets = new Map<string, Bucket>();
  private readonly hits: CompiledRule[] = [];
  private event = 0;
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
      const node = compileCondition(rule.condition, fieldIndex);
      return { index, rule, node, cover: coverOf(rule.condition), asked: 0 };
    });
    this.fieldIndex = fieldIndex;
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
    this.event++;
    const { hits } = this;
    hits.length = 0;
    for (const rule of bucket.always) if (rule.node.test(state)) hits.push(rule);
    for (const index of bucket.tails) this.askByTail(index);
    for (const index of bucket.grams) this.askByGrams(index);
    if (hits.length > 0) this.report(hits.slice(), onMatch);
  }

  private ask(rule: CompiledRule): void {
    if (rule.asked === this.event) return;
    rule.asked = this.event;
    if (rule.node.test(this.state)) this.hits.push(rule);
  }

  private askByTail({ field, byTail }: TailIndex): void {
    const tail = this.state.text(field, TAIL);
    if (tail === undefined) return;
    for (const text of typeof tail === 'string' ? [tail] : tail) {
      const rules = byTail.get(text);
      if (rules !== undefined) for (const rule of rules) this.ask(rule);
    }
  }

  /** One pass over the text finds the rules that may match; the others are not touched. */
  private askByGrams({ field, rules, byGram }: GramIndex): void {
    const { state } = this;
    const text = state.text(field, FOLDED);
    if (text === undefined) return;
    const filter = state.filter(field);
    if (typeof text !== 'string' || filter === undefined) {
      for (const rule of rules) this.ask(rule);
      return;
    }
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      hash = rollGram(hash, text.charCodeAt(at));
      const candidates = byGram[hash];
      if (candidates === undefined) continue;
      for (const { rule, grams } of candidates) if (filter.may(grams)) this.ask(rule);
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
      bucket = this.build(this.rules.filter(({ rule }) => routes(rule.logsource, logsource)));
      if (this.buckets.size >= MAX_BUCKETS) this.buckets = new Map();
      this.buckets.set(key, bucket);
    }
    this.bySource.set(logsource, bucket);
    return bucket;
  }

  private build(rules: readonly CompiledRule[]): Bucket {
    const tails = new Map<number, TailIndex>();
    const grams = new Map<number, GramIndex>();
    for (const rule of rules) {
      for (const { kind, field: name, texts } of rule.cover ?? []) {
        const field = this.fieldIndex(name);
        if (kind === 'tail') {
          const { byTail } = getOrAdd(tails, field, () => ({ field, byTail: new Map() }));
          for (const text of texts) getOrAdd(byTail, text, () => []).push(rule);
        } else {
          const index = getOrAdd(grams, field, () => ({ field, rules: new Set(), byGram: noGrams() }));
          index.rules.add(rule);
          for (const text of texts)
            (index.byGram[rarestGram(text)] ??= []).push({ rule, grams: gramsOf(text) });
        }
      }
    }
    const always = rules.filter(({ cover }) => cover === undefined);
    return { size: rules.length, always, tails: [...tails.values()], grams: [...grams.values()] };
  }
}

const noGrams = (): GramIndex['byGram'] => Array.from<undefined>({ length: GRAM_BUCKETS });

/** Whether a rule is meant for events of this source: it must not name anything that the event's source is not. */
function routes(wanted: LogSource, source: LogSource): boolean {
  return (
    (wanted.product === undefined || wanted.product === source.product) &&
    (wanted.category === undefined || wanted.category === source.category) &&
    (wanted.service === undefined || wanted.service === source.service)
  );
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
