/**
 * The sensor's batches, shared by all publishers: cut once per distinct set of classes, projected once per distinct
 * subscription, and kept whole as the agent's own copy from which findings are built.
 */

import type { Ready } from '@ringfence/compartment/protocol';
import {
  classBit,
  classId,
  EventError,
  eventClass,
  fieldSlot,
  Header,
  OTHER_CLASSES,
  type ProjectedBatch,
  projectBatch,
  type Subscription,
  subscriptionKey,
} from '@ringfence/events';
import { giveMemory, takeMemory } from './batch-memory.ts';

/** What an engine asked for in READY, checked and ready for use. */
export interface Wanted {
  /** For the projection: class → slots. */
  readonly subscription: Subscription;
  readonly key: string;
  /** The same classes with all fields. */
  readonly whole: Subscription;
  readonly wholeKey: string;
  readonly classNames: readonly string[];
  /** The same classes as a set of `classBit`s. */
  readonly classes: number;
}

/** @throws EventError unknown-class, unknown-field: an engine that asks for what does not exist */
export function wantedOf(subscriptions: Ready['subscriptions']): Wanted {
  const subscription = new Map<number, readonly number[] | 'all'>();
  for (const { class: name, fields } of subscriptions) {
    eventClass(name); // internal probe records have numbers too, but are nobody's
    subscription.set(
      classId(name),
      fields === undefined ? 'all' : fields.map((field) => fieldSlot(name, field)),
    );
  }
  const whole = new Map([...subscription.keys()].map((id) => [id, 'all'] as const));
  return {
    subscription,
    key: subscriptionKey(subscription),
    whole,
    wholeKey: subscriptionKey(whole),
    classNames: subscriptions.map((item) => item.class),
    classes: [...subscription.keys()].reduce((set, id) => set | classBit(id), 0),
  };
}

/** Records with all their fields, and what was made of them. */
export class Cut {
  readonly bytes: Uint8Array;
  readonly count: number;
  #byClass: ReadonlyMap<number, number> | undefined;
  readonly #projections: Map<string, ProjectedBatch> = new Map();
  #users = 0;

  constructor(bytes: Uint8Array, count: number, byClass?: ReadonlyMap<number, number>) {
    this.bytes = bytes;
    this.count = count;
    this.#byClass = byClass;
  }

  /** Records by class number; of damaged ones those before the damage. */
  byClass(): ReadonlyMap<number, number> {
    this.#byClass ??= countClasses(this.bytes).counts;
    return this.#byClass;
  }

  /** What an engine with this subscription may see; the same object for all that ask the same. */
  project(wanted: Wanted): ProjectedBatch {
    let projected = this.#projections.get(wanted.key);
    if (projected === undefined) {
      projected = projectBatch(this.bytes, wanted.subscription, takeMemory);
      this.#projections.set(wanted.key, projected);
    }
    return projected;
  }

  /** Record `index` of what an engine with this subscription got, whole; undefined when there is none. */
  record(wanted: Wanted, index: number): Uint8Array | undefined {
    const start = this.project(wanted).sources[index];
    if (start === undefined) return undefined;
    const size = new DataView(this.bytes.buffer, this.bytes.byteOffset).getUint32(start, true);
    return this.bytes.subarray(start, start + size);
  }

  /** Someone begins to need what was made of it: a publisher until the batch is acknowledged, a channel until it is written. */
  retain(): void {
    this.#users++;
  }

  /**
   * One of them has done with it; after the last the projections' memory is used for other batches. Who is not sure
   * that nothing reads it any more does not call this: the garbage collector then takes it.
   */
  release(): void {
    if (--this.#users > 0) return;
    for (const { bytes } of this.#projections.values()) giveMemory(bytes);
    this.#projections.clear();
  }
}

/** What the sensor says of a batch; `classes` is a set of `classBit`s, 0 when it does not say. */
export interface BatchSummary {
  readonly count: number;
  readonly classes: number;
}

/** One batch as it came from the sensor. */
export class Chunk {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly #said: BatchSummary | undefined;
  #byClass: ReadonlyMap<number, number> | undefined;
  readonly #cuts: Map<string, Cut> = new Map();

  /** @param at milliseconds of the agent's clock */
  constructor(bytes: Uint8Array, at: number, said?: BatchSummary) {
    this.bytes = bytes;
    this.at = at;
    // Which of the classes that share a bit it has, only a look at the records can tell.
    if (said !== undefined && said.classes !== 0 && (said.classes & classBit(OTHER_CLASSES)) === 0)
      this.#said = said;
  }

  /**
   * The records of these classes. Those of a batch that is wanted as a whole are looked at only when it is projected:
   * that is one walk over memory instead of two.
   * @throws EventError bad-record when it is cut, and its sizes do not add up
   */
  cut(wanted: Pick<Wanted, 'whole' | 'wholeKey' | 'classes'>): Cut {
    let cut = this.#cuts.get(wanted.wholeKey);
    if (cut === undefined) {
      const said = this.#said;
      const isWhole = said !== undefined && (said.classes & ~wanted.classes) === 0;
      cut = isWhole ? new Cut(this.bytes, said.count) : this.#make(wanted.whole);
      this.#cuts.set(wanted.wholeKey, cut);
    }
    return cut;
  }

  #make(whole: Subscription): Cut {
    let total = 0;
    const kept = new Map<number, number>();
    this.#byClass ??= countAll(this.bytes);
    for (const [id, count] of this.#byClass) {
      total += count;
      if (whole.has(id)) kept.set(id, count);
    }
    const count = sum(kept.values());
    if (count === total) return new Cut(this.bytes, total, kept);
    if (count === 0) return new Cut(new Uint8Array(0), 0, kept);
    const { bytes } = projectBatch(this.bytes, whole);
    // A view would hold the whole batch in memory for the little that is wanted of it.
    return new Cut(bytes.slice(), count, kept);
  }
}

/** Records by class. @throws EventError bad-record */
function countAll(bytes: Uint8Array): Map<number, number> {
  const { counts, damage } = countClasses(bytes);
  if (damage !== undefined) throw damage;
  return counts;
}

/** Records by class, up to the first whose size cannot be. */
function countClasses(bytes: Uint8Array): { counts: Map<number, number>; damage: EventError | undefined } {
  let damage: EventError | undefined;
  const counts = new Map<number, number>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let id = -1;
  let run = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.length - at >= Header.BYTES ? view.getUint32(at, true) : 0;
    if (size < Header.BYTES || size % 8 !== 0 || size > bytes.length - at) {
      damage = new EventError('bad-record', `record size ${size} at ${at} of ${bytes.length}`, size);
      break;
    }
    const here = view.getUint16(at + Header.CLASS, true);
    if (here !== id) {
      if (run > 0) counts.set(id, (counts.get(id) ?? 0) + run);
      id = here;
      run = 0;
    }
    run++;
    at += size;
  }
  if (run > 0) counts.set(id, (counts.get(id) ?? 0) + run);
  return { counts, damage };
}

/** Splits a batch into parts of whole records, each at most `most` bytes, where a record fits. */
export function* splitBatch(bytes: Uint8Array, most: number): Generator<Uint8Array> {
  // Whoever takes a part looks at its records anyway.
  if (bytes.length <= most) return yield bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.length - at >= Header.BYTES ? view.getUint32(at, true) : 0;
    if (size < Header.BYTES || size > bytes.length - at)
      throw new EventError('bad-record', `record size ${size} at ${at} of ${bytes.length}`, size);
    if (at > start && at + size - start > most) {
      yield bytes.subarray(start, at);
      start = at;
    }
    at += size;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
