import { EventView, eventClasses, forEachRecord, type SigmaGetter, sigmaGetter } from '@ringfence/events';
import {
  compile,
  type EventReader,
  type FieldValue,
  type LogSource,
  type Matcher,
  type Rule,
} from '@ringfence/sigma';

/** A rule that matched the record at `index` of the batch, with the fields that made it match. */
export type OnMatch = (index: number, rule: Rule, fields: ReadonlyMap<string, FieldValue>) => void;

interface ClassReader {
  readonly source: LogSource;
  /** By the number that the matcher has for a field; undefined where the class lacks it. */
  readonly getters: readonly (SigmaGetter | undefined)[];
}

/** Evaluates batches of event records against compiled rules. One per engine; not reentrant. */
export class Evaluator {
  readonly #matcher: Matcher;
  readonly #classes: readonly (ClassReader | undefined)[];
  readonly #view = new EventView();
  readonly #reader: RecordReader;

  constructor(rules: readonly Rule[]) {
    const names: string[] = [];
    this.#matcher = compile(rules, { resolveField: (name) => names.push(name) - 1 });
    const classes: (ClassReader | undefined)[] = [];
    for (const { id, name, sigma } of eventClasses) {
      const source: LogSource = { product: 'linux', category: sigma.category };
      if (this.#matcher.ruleCount(source) === 0) continue;
      classes[id] = { source, getters: names.map((field) => sigmaGetter(name, field)) };
    }
    this.#classes = Array.from(classes);
    this.#reader = new RecordReader(this.#view);
  }

  /** @throws EventError when the bytes are no batch of records */
  evaluate(batch: Uint8Array, onMatch: OnMatch): void {
    forEachRecord(
      batch,
      (view, index) => {
        const readers = this.#classes[view.classId];
        if (readers === undefined) return;
        this.#reader.getters = readers.getters;
        this.#matcher.match(this.#reader, readers.source, (rule, fields) => onMatch(index, rule, fields));
      },
      this.#view,
    );
  }
}

/** Shows the record under the view to the matcher. Every field of a rule has a number, so `get` has nothing left to find. */
class RecordReader implements EventReader {
  getters: readonly (SigmaGetter | undefined)[] = [];
  readonly #view: EventView;

  constructor(view: EventView) {
    this.#view = view;
  }

  get(): undefined {
    return undefined;
  }

  at(slot: number): FieldValue {
    return this.getters[slot]?.(this.#view);
  }
}
