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
  /** The 32-bit words of the fixed part of which something is kept, and what of each. */
  readonly words: Int32Array;
  readonly masks: Int32Array;
  /** Offsets of the references of subscribed strings. */
  readonly references: readonly number[];
}

const plansOf = new WeakMap<Subscription, readonly (Plan | undefined)[]>();

/**
 * The records of `batch` as `subscription` (not to be changed afterwards: its plan is kept) may see them.
 * @throws {EventError} `bad-record`, `bad-reference` for a batch that cannot be trusted; `unknown-class`,
 *   `unknown-field` for a subscription to what does not exist
 * @param allocate gives the memory for the result, which may hold anything
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
  const input = new Source(batch);
  const output = outputFor(batch.length);
  const most = Math.floor(batch.length / Header.BYTES);
  if (places.length < most) places = new Uint32Array(most);
  let count = 0;
  let end = 0;
  /** Where the run of whole records begins that is not copied yet. */
  let run = 0;
  for (let at = 0; at < batch.length; ) {
    const size = batch.length - at >= Header.BYTES ? input.data.getUint32(at, true) : 0;
    if (size < Header.BYTES || size % 8 !== 0 || size > batch.length - at)
      throw new EventError('bad-record', `record size ${size} at ${at} of ${batch.length}`, size);
    const plan = plans[input.data.getUint16(at + Header.CLASS, true)];
    if (plan && size < plan.fixedBytes)
      throw new EventError('bad-record', `record of ${size} bytes is cut`, size);
    if (plan) places[count++] = at;
    if (!plan?.whole) {
      end = copy(input, run, at - run, output, end);
      if (plan) end = project(plan, input, at, size, output, end);
      run = at + size;
    }
    at += size;
  }
  end = copy(input, run, batch.length - run, output, end);
  const bytes = allocate(end);
  bytes.set(output.bytes.subarray(0, end));
  return { bytes, count, sources: places.slice(0, count) };
}

/** The same bytes in the widths in which they are read and written. */
interface Views {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly data: DataView;
}

/** A batch at an address that 32-bit words can be read at. */
class Source implements Views {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly data: DataView;

  constructor(batch: Uint8Array) {
    // Buffer's own slice would not copy.
    this.bytes = batch.byteOffset % 4 === 0 ? batch : new Uint8Array(batch);
    const { buffer, byteOffset, byteLength } = this.bytes;
    this.words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.data = new DataView(buffer, byteOffset, byteLength);
  }
}

/** Where results are made, used again and again: it stays in the processor's cache, and a result holds no more than it needs. */
let scratch: Views = new Source(new Uint8Array(64 * 1024));
let places = new Uint32Array(2048);

/** Room for so many bytes, all zero. */
function outputFor(bytes: number): Views {
  if (scratch.bytes.length < bytes) scratch = new Source(new Uint8Array(align(bytes, 4096)));
  else scratch.bytes.fill(0, 0, bytes);
  return scratch;
}

function project(plan: Plan, input: Views, at: number, size: number, output: Views, to: number): number {
  const { fixedBytes, references } = plan;
  copyMasked(plan, input.words, at >> 2, output.words, to >> 2);
  let end = to + fixedBytes;
  // Texts that lie one after the other are copied at once.
  let runStart = 0;
  let runEnd = 0;
  let runTo = end;
  for (let i = 0; i < references.length; i++) {
    const reference = references[i] as number;
    const length = input.data.getUint16(at + reference + 2, true);
    if (length === 0) continue;
    const offset = input.data.getUint16(at + reference, true);
    // References that overlap could make the result larger than its source, so they are refused by their sum.
    if (offset < fixedBytes || offset + length > size || end - to + length > size)
      throw new EventError('bad-reference', `string at ${offset} of ${length} bytes is outside its record`);
    output.data.setUint16(to + reference, end - to, true);
    output.data.setUint16(to + reference + 2, length, true);
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
  output.data.setUint32(to, projected, true);
  return end;
}

/** Up to so many bytes a loop, by words or by bytes, is quicker than a call into the runtime. */
const SHORT_WORDS = 160;
const SHORT_BYTES = 48;

/** Copies bytes and returns where they end. Up to three more may be written behind them. */
function copy(input: Views, start: number, length: number, output: Views, to: number): number {
  const aligned = ((start | to) & 3) === 0;
  if (length > (aligned ? SHORT_WORDS : SHORT_BYTES))
    output.bytes.set(input.bytes.subarray(start, start + length), to);
  else if (aligned) copyWords(input.words, start >> 2, (length + 3) >> 2, output.words, to >> 2);
  else copyBytes(input.bytes, start, length, output.bytes, to);
  return to + length;
}

function copyMasked(plan: Plan, from: Int32Array, at: number, target: Int32Array, to: number): void {
  const { words, masks } = plan;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    target[to + word] = (from[at + word] as number) & (masks[i] as number);
  }
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
    return { fixedBytes, whole: true, words: none, masks: none, references: [] };
  }
  const kept = new Uint8Array(fixedBytes);
  kept.fill(0xff, Header.CLASS, Header.TRUNCATED);
  const references: number[] = [];
  for (const slot of uniqueSorted(slots)) {
    const found = fields[slot];
    if (!found) throw new EventError('unknown-field', `${recordClass.name} has no field ${slot}`, slot);
    const { offset, field } = found;
    const bit = Header.TRUNCATED + (slot >> 3);
    kept[bit] = (kept[bit] ?? 0) | (1 << (slot & 7));
    if (field.type === 'string' || field.type === 'strings') references.push(offset);
    else kept.fill(0xff, offset, offset + fieldStorage[field.type].bytes);
  }
  const all = new Int32Array(kept.buffer);
  const words = Int32Array.from(all.keys().filter((word) => all[word] !== 0));
  return { fixedBytes, whole: false, words, masks: words.map((word) => all[word] ?? 0), references };
}
