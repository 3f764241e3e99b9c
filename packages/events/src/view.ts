import { findLayout } from './classes.ts';
import { EventError } from './errors.ts';
import { formatIp } from './ip.ts';
import { Header, type RecordForm, type RecordLayout } from './layout.ts';
import type { RecordClass } from './schema-types.ts';

/** Where short lists get their spaces: below this length quicker than replacing in the decoded text. */
const SCRATCH = Buffer.alloc(128);

/**
 * A cursor over one record in a byte array, to be reused for every record: it copies nothing and allocates
 * only the strings that are asked for. `reset` checks the size and class, each getter checks its own reference;
 * whatever the bytes are, nothing outside the record is read and only `EventError` is thrown.
 *
 * Slots are those of `fieldSlot`. A slot that the form lacks is an `EventError` (`unknown-field`); a getter of
 * another type than the field's gives a meaningless value or an `EventError`.
 */
export class EventView {
  readonly form: RecordForm;
  #source: Uint8Array | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #data: DataView = new DataView(new ArrayBuffer(0));
  #layout: RecordLayout | undefined;
  #offsets: readonly number[] = [];
  #start = 0;
  #size = 0;
  #fixed = 0;

  constructor(form: RecordForm = 'event') {
    this.form = form;
  }

  /** Points at the record that begins at `offset`. @throws {EventError} `bad-record`, `unknown-class` */
  reset(bytes: Uint8Array, offset = 0): this {
    if (!this.seek(bytes, offset)) {
      const id = this.#data.getUint16(offset + Header.CLASS, true);
      throw new EventError('unknown-class', `no ${this.form} class has number ${id}`, id);
    }
    return this;
  }

  /**
   * As `reset`, but returns false for a class that this version does not know; `size` then still tells where the
   * next record begins. @throws {EventError} `bad-record`
   */
  seek(bytes: Uint8Array, offset: number): boolean {
    if (bytes !== this.#source) {
      this.#source = bytes;
      this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    // Until the checks below have passed the view is empty: a failed reset leaves nothing to read.
    this.#layout = undefined;
    this.#offsets = [];
    this.#size = 0;
    this.#start = offset;
    const left = bytes.length - offset;
    if (!(offset >= 0 && left >= Header.BYTES))
      throw new EventError('bad-record', `record header is cut: ${left} bytes at ${offset}`, left);
    const size = this.#data.getUint32(offset, true);
    if (size < Header.BYTES || size > left || size % 8 !== 0)
      throw new EventError('bad-record', `record size ${size} with ${left} bytes left`, size);
    this.#size = size;
    const layout = findLayout(this.form, this.#data.getUint16(offset + Header.CLASS, true));
    if (!layout) return false;
    if (size < layout.fixedBytes)
      throw new EventError('bad-record', `${layout.recordClass.name} of ${size} bytes is cut`, size);
    this.#layout = layout;
    this.#offsets = layout.offsets;
    this.#fixed = layout.fixedBytes;
    return true;
  }

  /** The class as declared in the schema. @throws {EventError} `bad-record` before a successful `reset` */
  get class(): RecordClass {
    if (!this.#layout) throw new EventError('bad-record', 'the view points at no record');
    return this.#layout.recordClass;
  }
  get classId(): number {
    return this.class.id;
  }
  /** Where the record begins in the bytes given to `reset`. */
  get offset(): number {
    return this.#start;
  }
  /** Bytes of the whole record; the next one begins at `offset + size`. */
  get size(): number {
    return this.#size;
  }
  /** `RecordFlag` bits. */
  get flags(): number {
    return this.#layout ? this.#data.getUint16(this.#start + Header.FLAGS, true) : 0;
  }
  /** Nanoseconds: Unix time in an event, CLOCK_BOOTTIME in a probe record. */
  get time(): bigint {
    return this.#layout ? this.#data.getBigUint64(this.#start + Header.TIME, true) : 0n;
  }
  /** `time` in milliseconds, fractions kept as far as a double can (about 0.2 µs for Unix time). */
  get timeMs(): number {
    return this.#layout ? this.#double(this.#start + Header.TIME) / 1e6 : 0;
  }
  /** Low 32 bits of `time`. */
  get timeLow(): number {
    return this.#layout ? this.#data.getUint32(this.#start + Header.TIME, true) : 0;
  }
  /** High 32 bits of `time`. */
  get timeHigh(): number {
    return this.#layout ? this.#data.getUint32(this.#start + Header.TIME + 4, true) : 0;
  }
  get sequence(): bigint {
    return this.#layout ? this.#data.getBigUint64(this.#start + Header.SEQUENCE, true) : 0n;
  }
  /** Bit `slot` is set when that field was cut. */
  get truncated(): bigint {
    return this.#layout ? this.#data.getBigUint64(this.#start + Header.TRUNCATED, true) : 0n;
  }
  isTruncated(slot: number): boolean {
    if (!this.#layout) return false;
    return ((this.#data.getUint8(this.#start + Header.TRUNCATED + (slot >> 3)) >> (slot & 7)) & 1) === 1;
  }

  /** Does this form of the class have the field? */
  has(slot: number): boolean {
    return (this.#offsets[slot] ?? 0) !== 0;
  }
  u8(slot: number): number {
    return this.#data.getUint8(this.#field(slot, 1));
  }
  u16(slot: number): number {
    return this.#data.getUint16(this.#field(slot, 2), true);
  }
  u32(slot: number): number {
    return this.#data.getUint32(this.#field(slot, 4), true);
  }
  i32(slot: number): number {
    return this.#data.getInt32(this.#field(slot, 4), true);
  }
  /** Exact; use `u64Number` or the halves where speed matters. */
  u64(slot: number): bigint {
    return this.#data.getBigUint64(this.#field(slot, 8), true);
  }
  /** The nearest double: exact up to 2^53. */
  u64Number(slot: number): number {
    return this.#double(this.#field(slot, 8));
  }
  /** Low 32 bits of a u64. */
  u64Low(slot: number): number {
    return this.#data.getUint32(this.#field(slot, 8), true);
  }
  /** High 32 bits of a u64. */
  u64High(slot: number): number {
    return this.#data.getUint32(this.#field(slot, 8) + 4, true);
  }
  /** A `string` field; bytes that are no UTF-8 become U+FFFD. @throws {EventError} `bad-reference` */
  string(slot: number): string {
    const at = this.#field(slot, 4);
    const length = this.#data.getUint16(at + 2, true);
    if (length === 0) return '';
    const start = this.#reference(at, length);
    return this.#buffer.toString('utf8', start, start + length);
  }
  /** A `strings` field as a list; no bytes are the empty list. @throws {EventError} `bad-reference` */
  strings(slot: number): string[] {
    const text = this.string(slot);
    return text === '' ? [] : text.split('\0');
  }
  /** A `strings` field as one text, its members joined by spaces. @throws {EventError} `bad-reference` */
  joined(slot: number): string {
    const length = this.stringLength(slot);
    if (length > SCRATCH.length) return this.string(slot).replaceAll('\0', ' ');
    const start = this.stringStart(slot);
    const source = this.#buffer;
    for (let i = 0; i < length; i++) {
      const byte = source[start + i] as number;
      SCRATCH[i] = byte === 0 ? 0x20 : byte;
    }
    return SCRATCH.toString('utf8', 0, length);
  }
  /** The bytes of a `string` or `strings` field, a view into the record. @throws {EventError} `bad-reference` */
  bytes(slot: number): Uint8Array {
    const start = this.stringStart(slot);
    return this.#buffer.subarray(start, start + this.stringLength(slot));
  }
  /** Where the bytes of a string field begin in the array given to `reset`. @throws {EventError} `bad-reference` */
  stringStart(slot: number): number {
    const at = this.#field(slot, 4);
    const length = this.#data.getUint16(at + 2, true);
    return length === 0 ? this.#start : this.#reference(at, length);
  }
  /** Bytes of a string field. */
  stringLength(slot: number): number {
    return this.#data.getUint16(this.#field(slot, 4) + 2, true);
  }
  /** Address in text: dotted for IPv4, RFC 5952 for IPv6. */
  ip(slot: number): string {
    return formatIp(this.#buffer, this.#field(slot, 16));
  }
  /** The 16 bytes of an address, a view into the record. */
  ipBytes(slot: number): Uint8Array {
    const at = this.#field(slot, 16);
    return this.#buffer.subarray(at, at + 16);
  }
  /** The record's own bytes, a view. */
  record(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#start + this.#size);
  }
  /** The array given to `reset`, as a Buffer. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Position of a field, so that `bytes` from there lie in the fixed part whatever getter was used. */
  #field(slot: number, bytes: number): number {
    const offset = this.#offsets[slot];
    if (!offset || offset + bytes > this.#fixed)
      throw new EventError('unknown-field', `the record has no such field ${slot}`, slot);
    return this.#start + offset;
  }

  /** Position of the bytes that the reference at `at` names, proved to be in the string part. */
  #reference(at: number, length: number): number {
    const offset = this.#data.getUint16(at, true);
    if (offset < this.#fixed || offset + length > this.#size)
      throw new EventError('bad-reference', `string at ${offset} of ${length} bytes is outside its record`);
    return this.#start + offset;
  }

  #double(at: number): number {
    return this.#data.getUint32(at + 4, true) * 0x1_0000_0000 + this.#data.getUint32(at, true);
  }
}
