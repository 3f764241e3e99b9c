import { ElfError } from '../errors.ts';

/** Bounds-checked little-endian reads of an untrusted file. */
export class ElfReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    // A plain view: slice() of a Buffer would share its memory.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset, true);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset, true);
  }

  /** A 64-bit number that must be below 2^53, as all offsets and sizes in a file are. */
  u64(offset: number): number {
    this.#check(offset, 8);
    const high = this.#view.getUint32(offset + 4, true);
    if (high >= 1 << 21)
      throw new ElfError('truncated', `Offset or size at byte ${offset} is beyond the file`);
    return high * 2 ** 32 + this.#view.getUint32(offset, true);
  }

  i64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigInt64(offset, true);
  }

  slice(offset: number, length: number): Uint8Array {
    this.#check(offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  #check(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.bytes.length) {
      throw new ElfError(
        'truncated',
        `Bytes ${offset}…${offset + length} are beyond the end (${this.bytes.length})`,
      );
    }
  }
}

/** A NUL-terminated string of a string table. Names longer than 4 KiB are refused. */
export function readString(table: Uint8Array, offset: number): string {
  if (offset >= table.length)
    throw new ElfError('invalid-symbol', `Name at ${offset} is beyond its string table`);
  const end = table.indexOf(0, offset);
  if (end < 0) throw new ElfError('truncated', 'String table has no end');
  if (end - offset > 4096) throw new ElfError('too-large', 'A name is longer than 4096 bytes');
  return new TextDecoder('latin1').decode(table.subarray(offset, end));
}
