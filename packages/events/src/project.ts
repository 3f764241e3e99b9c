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

/** What to keep of a class. Fixed parts are copied by 32-bit words under a mask. */
interface Plan {
  readonly fixedBytes: number;
  readonly whole: boolean;
  readonly wordOffsets: readonly number[];
  readonly wordMasks: readonly number[];
  /** Offsets of the references of subscribed strings. */
  readonly references: readonly number[];
}

const plansOf = new WeakMap<Subscription, readonly (Plan | undefined)[]>();

/**
 * The records of `batch` as `subscription` (not to be changed afterwards: its plan is kept) may see them.
 * @throws {EventError} `bad-record`, `bad-reference` for a batch that cannot be trusted; `unknown-class`,
 *   `unknown-field` for a subscription to what does not exist
 */
export function projectBatch(batch: Uint8Array, subscription: Subscription): ProjectedBatch {
  let plans = plansOf.get(subscription);
  if (!plans) {
    plans = compile(subscription);
    plansOf.set(subscription, plans);
  }
  const input = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const bytes = new Uint8Array(batch.length);
  const output = new DataView(bytes.buffer);
  const sources = new Uint32Array(Math.floor(batch.length / Header.BYTES));
  let count = 0;
  let end = 0;
  for (let at = 0; at < batch.length; ) {
    const size = batch.length - at >= Header.BYTES ? input.getUint32(at, true) : 0;
    if (size < Header.BYTES || size % 8 !== 0 || size > batch.length - at)
      throw new EventError('bad-record', `record size ${size} at ${at} of ${batch.length}`, size);
    const plan = plans[input.getUint16(at + Header.CLASS, true)];
    if (plan) {
      if (size < plan.fixedBytes) throw new EventError('bad-record', `record of ${size} bytes is cut`, size);
      sources[count++] = at;
      if (plan.whole) {
        copy(batch, at, bytes, end, size);
        end += size;
      } else {
        end = project(plan, batch, input, at, size, bytes, output, end);
      }
    }
    at += size;
  }
  return { bytes: bytes.subarray(0, end), count, sources: sources.subarray(0, count) };
}

function project(
  plan: Plan,
  batch: Uint8Array,
  input: DataView,
  at: number,
  size: number,
  bytes: Uint8Array,
  output: DataView,
  to: number,
): number {
  const { fixedBytes, wordOffsets, wordMasks, references } = plan;
  for (let i = 0; i < wordOffsets.length; i++) {
    const offset = wordOffsets[i] as number;
    output.setUint32(to + offset, input.getUint32(at + offset, true) & (wordMasks[i] as number), true);
  }
  let end = to + fixedBytes;
  for (let i = 0; i < references.length; i++) {
    const reference = references[i] as number;
    const length = input.getUint16(at + reference + 2, true);
    if (length === 0) continue;
    const offset = input.getUint16(at + reference, true);
    // References that overlap could make the result larger than its source, so they are refused by their sum.
    if (offset < fixedBytes || offset + length > size || end - to + length > size)
      throw new EventError('bad-reference', `string at ${offset} of ${length} bytes is outside its record`);
    copy(batch, at + offset, bytes, end, length);
    output.setUint16(to + reference, end - to, true);
    output.setUint16(to + reference + 2, length, true);
    end += length;
  }
  const projected = align(end - to, 8);
  output.setUint32(to, projected, true);
  return to + projected;
}

function copy(source: Uint8Array, start: number, target: Uint8Array, to: number, length: number): void {
  if (length < 48) for (let i = 0; i < length; i++) target[to + i] = source[start + i] as number;
  else target.set(source.subarray(start, start + length), to);
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
  if (slots === 'all') return { fixedBytes, whole: true, wordOffsets: [], wordMasks: [], references: [] };
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
  const masks = new DataView(kept.buffer);
  const wordOffsets: number[] = [];
  const wordMasks: number[] = [];
  for (let offset = 0; offset < fixedBytes; offset += 4) {
    const mask = masks.getInt32(offset, true);
    if (mask === 0) continue;
    wordOffsets.push(offset);
    wordMasks.push(mask);
  }
  return { fixedBytes, whole: false, wordOffsets, wordMasks, references };
}
