/**
 * Cuts a batch down to what a subscriber asked for, on the bytes: other classes are left out, other fields blanked
 * (numbers zero, strings gone, truncated bits cleared). Nothing of an unsubscribed field is in the result.
 */
import { findLayout } from './classes.ts';
import { EventError } from './errors.ts';
import { align, fieldStorage, Header, type RecordLayout } from './layout.ts';

/** Class id → slots of its fields, or all of them. */
export type Subscription = ReadonlyMap<number, readonly number[] | 'all'>;

export interface ProjectedBatch {
  /** The records, in the same format. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where each record lies in the batch it came from. */
  readonly sources: Uint32Array;
}

/** A text that two subscriptions share exactly when they ask for the same. */
export function subscriptionKey(subscription: Subscription): string {
  return [...subscription]
    .toSorted(([a], [b]) => a - b)
    .map(([id, slots]) => `${id}:${slots === 'all' ? '*' : uniqueSorted(slots).join(',')}`)
    .join(';');
}

const uniqueSorted = (slots: readonly number[]): number[] => [...new Set(slots)].toSorted((a, b) => a - b);

/** What to keep of a class. */
interface Plan {
  readonly fixedBytes: number;
  readonly whole: boolean;
  /** What to keep of each 32-bit word of the fixed part. */
  readonly masks: Int32Array;
  /** The pairs of words of which nothing is kept, and the other words of which not all is. */
  readonly blankPairs: Int32Array;
  readonly blankWords: Int32Array;
  /** Offsets of the references of subscribed strings. */
  readonly references: readonly number[];
}

const plansOf = new WeakMap<Subscription, readonly (Plan | undefined)[]>();

/**
 * The records of `batch` as `subscription` (not to be changed afterwards: its plan is kept) may see them.
 * @throws {EventError} `bad-record`, `bad-reference` for a batch that cannot be trusted; `unknown-class`,
 *   `unknown-field` for a subscription to what does not exist
 * @param allocate gives as much memory as the batch has, which may hold anything; the result is a view of its begin
 */
export function projectBatch(
  batch: Uint8Array,
  subscription: Subscription,
  allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): ProjectedBatch {
  let plans = plansOf.get(subscription);
  if (!plans) {
    plans = compile(subscription);
    plansOf.set(subscription, plans);
  }
  const input = new Views(batch);
  const output = new Output(allocate(batch.length));
  // Most batches are kept but for some words: all of it is copied at once, then those are blanked.
  output.bytes.set(batch);
  const most = Math.floor(batch.length / Header.BYTES);
  if (places.length < most) places = new Uint32Array(most);
  let count = 0;
  let end = 0;
  for (let at = 0; at < batch.length; ) {
    const size = batch.length - at >= Header.BYTES ? (input.words[at >> 2] as number) : 0;
    // A size above 2^31 reads as negative.
    if (size < Header.BYTES || size % 8 !== 0 || size > batch.length - at)
      throw new EventError('bad-record', `record size ${size >>> 0} at ${at} of ${batch.length}`, size >>> 0);
    const plan = plans[input.halves[(at + Header.CLASS) >> 1] as number];
    if (plan) {
      if (size < plan.fixedBytes) throw new EventError('bad-record', `record of ${size} bytes is cut`, size);
      places[count++] = at;
      const stays = end === at;
      if (plan.whole) {
        if (!stays) copy(input, at, size, output, end);
        end += size;
      } else {
        const kept = stays ? stringsEnd(plan, input.halves, at, size) : 0;
        if (kept > 0) {
          blank(plan, output, at, kept, size);
          end += size;
        } else end = project(plan, input, at, size, output, end);
      }
    }
    at += size;
  }
  return { bytes: output.bytes.subarray(0, end), count, sources: places.slice(0, count) };
}

/** The same bytes in the widths in which they are read and written. */
class Views {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly halves: Uint16Array;

  constructor(batch: Uint8Array) {
    // At an address that words can be read at; Buffer's own slice would not copy.
    this.bytes = batch.byteOffset % 4 === 0 ? batch : new Uint8Array(batch);
    const { buffer, byteOffset, byteLength } = this.bytes;
    this.words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.halves = new Uint16Array(buffer, byteOffset, byteLength >> 1);
  }
}

/** Eight bytes at a time too, for zeros. */
class Output extends Views {
  readonly pairs: Float64Array;

  constructor(memory: Uint8Array) {
    super(memory.byteOffset % 8 === 0 ? memory : new Uint8Array(memory.length));
    this.pairs = new Float64Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length >> 3);
  }
}

/** Where the records lie, before their number is known; used again and again. */
let places = new Uint32Array(2048);

/**
 * Where in its record the last string ends, when the subscribed ones lie one after the other and there are no others;
 * else 0.
 */
function stringsEnd({ references, fixedBytes }: Plan, halves: Uint16Array, at: number, size: number): number {
  let end = fixedBytes;
  for (let i = 0; i < references.length; i++) {
    const reference = (at + (references[i] as number)) >> 1;
    const length = halves[reference + 1] as number;
    if (length === 0) continue;
    if (halves[reference] !== end) return 0;
    end += length;
  }
  return align(end, 8) === size ? end : 0;
}

/** Takes out of a record what is not subscribed, where it lies; strings end at `end`. */
function blank(plan: Plan, { bytes, words, pairs }: Output, at: number, end: number, size: number): void {
  const { blankPairs, blankWords, masks } = plan;
  for (let i = 0; i < blankPairs.length; i++) pairs[(at >> 3) + (blankPairs[i] as number)] = 0;
  for (let i = 0; i < blankWords.length; i++) {
    const word = blankWords[i] as number;
    words[(at >> 2) + word] = (words[(at >> 2) + word] as number) & (masks[word] as number);
  }
  for (let padding = end; padding < size; padding++) bytes[at + padding] = 0;
}

function project(plan: Plan, input: Views, at: number, size: number, output: Views, to: number): number {
  const { fixedBytes, references, masks } = plan;
  for (let i = 0; i < masks.length; i++)
    output.words[(to >> 2) + i] = (input.words[(at >> 2) + i] as number) & (masks[i] as number);
  let end = to + fixedBytes;
  // Texts that lie one after the other are copied at once.
  let runStart = 0;
  let runEnd = 0;
  let runTo = end;
  for (let i = 0; i < references.length; i++) {
    const reference = references[i] as number;
    const length = input.halves[((at + reference) >> 1) + 1] as number;
    const place = (to + reference) >> 1;
    if (length === 0) continue;
    const offset = input.halves[(at + reference) >> 1] as number;
    // References that overlap could make the result larger than its source, so they are refused by their sum.
    if (offset < fixedBytes || offset + length > size || end - to + length > size)
      throw new EventError('bad-reference', `string at ${offset} of ${length} bytes is outside its record`);
    output.halves[place] = end - to;
    output.halves[place + 1] = length;
    if (at + offset !== runEnd) {
      copy(input, runStart, runEnd - runStart, output, runTo);
      runStart = at + offset;
      runTo = end;
    }
    runEnd = at + offset + length;
    end += length;
  }
  copy(input, runStart, runEnd - runStart, output, runTo);
  const projected = align(end - to, 8);
  while (end < to + projected) output.bytes[end++] = 0;
  output.words[to >> 2] = projected;
  return end;
}

/** Up to so many bytes a loop, by words or by bytes, is quicker than a call into the runtime. */
const SHORT_WORDS = 160;
const SHORT_BYTES = 48;

/** Copies bytes. Up to three more may be written behind them. */
function copy(input: Views, start: number, length: number, output: Views, to: number): void {
  const aligned = ((start | to) & 3) === 0;
  if (length > (aligned ? SHORT_WORDS : SHORT_BYTES))
    output.bytes.set(input.bytes.subarray(start, start + length), to);
  else if (aligned) copyWords(input.words, start >> 2, (length + 3) >> 2, output.words, to >> 2);
  else copyBytes(input.bytes, start, length, output.bytes, to);
}

function copyWords(from: Int32Array, at: number, count: number, target: Int32Array, to: number): void {
  for (let i = 0; i < count; i++) target[to + i] = from[at + i] as number;
}

function copyBytes(from: Uint8Array, at: number, count: number, target: Uint8Array, to: number): void {
  for (let i = 0; i < count; i++) target[to + i] = from[at + i] as number;
}

function compile(subscription: Subscription): (Plan | undefined)[] {
  const plans: (Plan | undefined)[] = [];
  for (const [id, slots] of subscription) {
    const layout = findLayout('event', id);
    if (!layout) throw new EventError('unknown-class', `no event class has number ${id}`, id);
    plans[id] = plan(layout, slots);
  }
  return Array.from(plans);
}

function plan(layout: RecordLayout, slots: readonly number[] | 'all'): Plan {
  const { fixedBytes, fields, recordClass } = layout;
  if (slots === 'all') {
    const none = new Int32Array(0);
    return { fixedBytes, whole: true, masks: none, blankPairs: none, blankWords: none, references: [] };
  }
  const kept = new Uint8Array(fixedBytes);
  kept.fill(0xff, 0, Header.TRUNCATED);
  const references: number[] = [];
  for (const slot of uniqueSorted(slots)) {
    const found = fields[slot];
    if (!found) throw new EventError('unknown-field', `${recordClass.name} has no field ${slot}`, slot);
    const { offset, field } = found;
    const bit = Header.TRUNCATED + (slot >> 3);
    kept[bit] = (kept[bit] ?? 0) | (1 << (slot & 7));
    kept.fill(0xff, offset, offset + fieldStorage[field.type].bytes);
    if (field.type === 'string' || field.type === 'strings') references.push(offset);
  }
  const masks = new Int32Array(kept.buffer);
  const isBlank = (pair: number): boolean => masks[2 * pair] === 0 && masks[2 * pair + 1] === 0;
  const blankPairs = Int32Array.from(
    Array(masks.length / 2)
      .keys()
      .filter(isBlank),
  );
  const blankWords = Int32Array.from(
    masks.keys().filter((word) => masks[word] !== -1 && !isBlank(word >> 1)),
  );
  return { fixedBytes, whole: false, masks, blankPairs, blankWords, references };
}
