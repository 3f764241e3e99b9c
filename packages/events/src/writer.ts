import type { ActorBlock } from './actor.ts';
import { findLayout } from './classes.ts';
import { EventError } from './errors.ts';
import { MAX_FRAME_PAYLOAD } from './frames.ts';
import { align, Header, type RecordForm, type RecordLayout } from './layout.ts';
import { cutUtf8 } from './utf8.ts';
import type { EventView } from './view.ts';

/** What to add to the times of probe records (CLOCK_BOOTTIME) to get Unix time, split for arithmetic without BigInt. */
export class ClockOffset {
  readonly nanoseconds: bigint;
  readonly low: number;
  readonly high: number;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
    this.low = Number(BigInt.asUintN(32, nanoseconds));
    this.high = Number(BigInt.asUintN(32, nanoseconds >> 32n));
  }
}

/** Texts and bytes up to here are copied one by one, which is quicker than a call into the runtime. */
const SHORT = 48;

/**
 * Writes records one after another into a batch. `begin`, then setters by slot (each string slot at most once),
 * then `end`. What is not set is zero or empty. Strings longer than the field's `max` are cut at a UTF-8
 * boundary and the record says so. The buffer grows as needed and is used again after `clear`.
 */
export class EventWriter {
  readonly form: RecordForm;
  /** Most bytes of a batch; `begin` refuses a record that might not fit. */
  readonly limit: number;
  #buffer: Buffer;
  /** The same bytes as `#buffer`, with the plain (and quicker) `fill` and `set`. */
  #bytes: Uint8Array;
  #data: DataView;
  #layout: RecordLayout | undefined;
  #offsets: readonly number[] = [];
  #start = 0;
  #end = 0;
  #count = 0;
  #sequenceLow = 0;
  #sequenceHigh = 0;

  constructor(options: { form?: RecordForm; limit?: number; firstSequence?: bigint } = {}) {
    this.form = options.form ?? 'event';
    // A batch frame has 16 bytes before its records.
    this.limit = options.limit ?? MAX_FRAME_PAYLOAD - 16;
    this.#bytes = new Uint8Array(64 * 1024);
    this.#buffer = Buffer.from(this.#bytes.buffer);
    this.#data = new DataView(this.#bytes.buffer);
    const first = options.firstSequence ?? 0n;
    this.#sequenceLow = Number(BigInt.asUintN(32, first));
    this.#sequenceHigh = Number(BigInt.asUintN(32, first >> 32n));
  }

  /** Records finished since the last `clear`. */
  get count(): number {
    return this.#count;
  }
  /** Bytes of the finished records. */
  get size(): number {
    return this.#layout ? this.#start : this.#end;
  }
  /** Does the largest record of a class still fit under `limit`? */
  fits(classId: number): boolean {
    return this.size + this.#find(classId).maxBytes <= this.limit;
  }

  /**
   * Begins a record; an unfinished one is dropped.
   * @param time nanoseconds, 64 bits
   * @throws {EventError} `unknown-class`; `too-large` when `fits` says no
   */
  begin(classId: number, time: bigint, flags = 0): void {
    const at = this.#begin(classId, flags);
    this.#data.setBigUint64(at + Header.TIME, time, true);
  }

  /** Begins a record of another record's class and time, moved to Unix time. @throws {EventError} as `begin` */
  beginFrom(view: EventView, clock: ClockOffset, flags: number = view.flags): void {
    const at = this.#begin(view.classId, flags);
    this.#addClock(at + Header.TIME, view.timeLow, view.timeHigh, clock);
  }

  /**
   * All fields of the actor at once; to be called before any string of the record is set.
   * @throws {EventError} `bad-record` when called later, or on a probe record
   */
  actor(block: ActorBlock): void {
    const fixedBytes = this.#layout?.fixedBytes ?? 0;
    const start = this.#start;
    if (this.form !== 'event' || this.#end !== start + fixedBytes)
      throw new EventError('bad-record', 'the actor comes first in an event');
    const { words, references, text, truncated } = block;
    const data = this.#data;
    const first = start + Header.BYTES;
    for (let i = 0; i < words.length; i++) data.setUint32(first + 4 * i, words[i] as number, true);
    for (const word of references)
      data.setUint32(first + 4 * word, (words[word] as number) + fixedBytes, true);
    if (truncated !== 0)
      data.setUint32(
        start + Header.TRUNCATED,
        data.getUint32(start + Header.TRUNCATED, true) | truncated,
        true,
      );
    this.#bytes.set(text, this.#end);
    this.#end += text.length;
  }

  u8(slot: number, value: number): void {
    this.#data.setUint8(this.#field(slot, 1), value);
  }
  u16(slot: number, value: number): void {
    this.#data.setUint16(this.#field(slot, 2), value, true);
  }
  u32(slot: number, value: number): void {
    this.#data.setUint32(this.#field(slot, 4), value, true);
  }
  i32(slot: number, value: number): void {
    this.#data.setInt32(this.#field(slot, 4), value, true);
  }
  u64(slot: number, value: bigint): void {
    this.#data.setBigUint64(this.#field(slot, 8), value, true);
  }
  /** A u64 from its halves, without BigInt. */
  u64Halves(slot: number, low: number, high: number): void {
    const at = this.#field(slot, 8);
    this.#data.setUint32(at, low, true);
    this.#data.setUint32(at + 4, high, true);
  }
  /** A time of a probe record, moved to Unix time; 0 stays 0, which means unknown. */
  u64Clock(slot: number, low: number, high: number, clock: ClockOffset): void {
    if (low !== 0 || high !== 0) this.#addClock(this.#field(slot, 8), low, high, clock);
  }
  /** The 16 bytes of an address at `start`. */
  ip(slot: number, bytes: Uint8Array, start = 0): void {
    const at = this.#field(slot, 16);
    for (let i = 0; i < 16; i++) this.#bytes[at + i] = bytes[start + i] ?? 0;
  }

  /** A `string` field from text. */
  string(slot: number, value: string): void {
    const at = this.#field(slot, 4);
    const start = this.#end;
    const room = this.#room(slot);
    let length = value.length <= Math.min(SHORT, room) ? this.#ascii(value, start) : -1;
    if (length < 0) {
      // Writes whole characters only, so a cut is at a UTF-8 boundary.
      length = this.#buffer.write(value, start, room, 'utf8');
      // No UTF-16 unit takes more than three bytes: only long texts need counting.
      if (value.length * 3 > room && Buffer.byteLength(value) > length) this.setTruncated(slot);
    }
    this.#refer(at, start, length);
  }
  /** A `strings` field from a list; members are separated by NUL, so a NUL within one splits it. */
  strings(slot: number, values: readonly string[]): void {
    this.string(slot, values.join('\0'));
  }
  /** A `string` or `strings` field from UTF-8 bytes, not decoded; `truncated` says that the source was already cut. */
  bytes(slot: number, source: Uint8Array, start = 0, end: number = source.length, truncated = false): void {
    const at = this.#field(slot, 4);
    const max = this.#room(slot);
    let length = end - start;
    if (length > max) {
      length = cutUtf8(source, start, max);
      truncated = true;
    }
    if (truncated) this.setTruncated(slot);
    const to = this.#end;
    const target = this.#bytes;
    if (length < SHORT) for (let i = 0; i < length; i++) target[to + i] = source[start + i] ?? 0;
    else target.set(source.subarray(start, start + length), to);
    this.#refer(at, to, length);
  }
  /** A string field of another record with its truncated bit, not decoded. @throws {EventError} `bad-reference` */
  copyString(slot: number, view: EventView, viewSlot: number = slot): void {
    const start = view.stringStart(viewSlot);
    this.bytes(slot, view.buffer, start, start + view.stringLength(viewSlot), view.isTruncated(viewSlot));
  }
  /** Says that a field was cut before it came here. */
  setTruncated(slot: number): void {
    this.#field(slot, 1);
    const at = this.#start + Header.TRUNCATED + (slot >> 3);
    this.#data.setUint8(at, this.#data.getUint8(at) | (1 << (slot & 7)));
  }
  setFlags(flags: number): void {
    this.#requireOpen();
    this.#data.setUint16(this.#start + Header.FLAGS, flags, true);
  }

  /** Finishes the record and numbers it. */
  end(): void {
    this.#requireOpen();
    const start = this.#start;
    const end = start + align(this.#end - start, 8);
    this.#bytes.fill(0, this.#end, end);
    this.#data.setUint32(start, end - start, true);
    this.#data.setUint32(start + Header.SEQUENCE, this.#sequenceLow, true);
    this.#data.setUint32(start + Header.SEQUENCE + 4, this.#sequenceHigh, true);
    this.#sequenceLow = (this.#sequenceLow + 1) >>> 0;
    if (this.#sequenceLow === 0) this.#sequenceHigh++;
    this.#end = end;
    this.#layout = undefined;
    this.#offsets = [];
    this.#count++;
  }

  /** The finished records, a view that is valid until the next `begin` or `clear`. */
  batch(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }
  /** Forgets all records and keeps the buffer and the sequence. */
  clear(): void {
    this.#layout = undefined;
    this.#offsets = [];
    this.#start = 0;
    this.#end = 0;
    this.#count = 0;
  }

  /** Writes a text that is all ASCII and returns its length, else -1. */
  #ascii(value: string, start: number): number {
    const target = this.#bytes;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return -1;
      target[start + i] = code;
    }
    return value.length;
  }

  #find(classId: number): RecordLayout {
    const layout = findLayout(this.form, classId);
    if (!layout)
      throw new EventError('unknown-class', `no ${this.form} class has number ${classId}`, classId);
    return layout;
  }

  #begin(classId: number, flags: number): number {
    const layout = this.#find(classId);
    const start = this.size;
    const most = start + layout.maxBytes;
    if (most > this.limit)
      throw new EventError('too-large', `the batch would exceed ${this.limit} bytes`, most);
    if (most > this.#bytes.length) this.#grow(most);
    const end = start + layout.fixedBytes;
    this.#bytes.fill(0, start, end);
    this.#data.setUint16(start + Header.CLASS, classId, true);
    this.#data.setUint16(start + Header.FLAGS, flags, true);
    this.#layout = layout;
    this.#offsets = layout.offsets;
    this.#start = start;
    this.#end = end;
    return start;
  }

  #grow(least: number): void {
    const bytes = new Uint8Array(Math.max(least, this.#bytes.length * 2));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer);
    this.#data = new DataView(bytes.buffer);
  }

  #requireOpen(): void {
    if (!this.#layout) throw new EventError('bad-record', 'no record was begun');
  }

  #field(slot: number, bytes: number): number {
    const offset = this.#offsets[slot];
    if (!offset || offset + bytes > (this.#layout?.fixedBytes ?? 0))
      throw new EventError('unknown-field', `the record has no such field ${slot}`, slot);
    return this.#start + offset;
  }

  /** Bytes that a string may take: `begin` made room for each string slot once. */
  #room(slot: number): number {
    const layout = this.#layout;
    const max = layout?.maxes[slot];
    if (!layout || !max) throw new EventError('unknown-field', `field ${slot} holds no text`, slot);
    return Math.min(max, this.#start + layout.maxBytes - this.#end);
  }

  #refer(at: number, start: number, length: number): void {
    if (length === 0) return;
    this.#data.setUint16(at, start - this.#start, true);
    this.#data.setUint16(at + 2, length, true);
    this.#end = start + length;
  }

  #addClock(at: number, low: number, high: number, clock: ClockOffset): void {
    const sum = low + clock.low;
    this.#data.setUint32(at, sum, true);
    this.#data.setUint32(at + 4, high + clock.high + (sum > 0xffff_ffff ? 1 : 0), true);
  }
}
