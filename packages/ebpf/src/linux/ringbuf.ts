import { EbpfError } from '../errors.ts';
import { MAP_TYPE_RINGBUF } from '../spec/maps.ts';
import { BpfMap } from './map.ts';
import { Mapping } from './memory.ts';
import { native } from './native.ts';
import { pollReadable } from './poll.ts';

/** A record: `length` bytes at `offset` of the view, valid during the callback. */
export type RecordCallback = (view: DataView, offset: number, length: number) => void;

/** Bytes of a record's header, which precedes its data. */
export const RECORD_HEADER = 8;
const BUSY = 0x8000_0000 | 0;
const DISCARD = 0x4000_0000;
const LENGTH = 0x3fff_ffff;
const POLL_MS = 10;
// Twice as much is mapped, and distances of positions must fit 31 bits.
const MAX_RING = 1 << 30;

/**
 * Reads a BPF_MAP_TYPE_RINGBUF from mapped memory without system calls (Linux, Documentation/bpf/ringbuf.rst). The data
 * is mapped twice in a row, so that a record that wraps is contiguous. One reader at a time, in any thread.
 */
export class RingBufferReader implements Disposable {
  /** Capacity in bytes. */
  readonly size: number;
  /**
   * The data, mapped twice, for all records: read strings with it at a record's offset. The kernel maps it read-only:
   * writing to it ends the process.
   */
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly view: DataView;
  readonly #map: BpfMap;
  readonly #consumerPage: Mapping;
  readonly #dataPages: Mapping;
  readonly #consumer: BigInt64Array;
  readonly #producer: Int32Array; // low word of the producer's position
  readonly #words: Int32Array; // headers, by position / 4
  readonly #mask: number;
  // The consumer's position. Its low 32 bits suffice to find records, as a ring is smaller than 2^31 bytes.
  #position: number;
  #open = true;
  #draining = false;

  /** @param source the map, or its descriptor in this process; it is duplicated */
  constructor(source: BpfMap | number) {
    const map = BpfMap.fromFd(typeof source === 'number' ? source : source.fd);
    let consumer: Mapping | undefined;
    try {
      if (map.type !== MAP_TYPE_RINGBUF)
        throw new EbpfError('wrong-map-type', `Map ${map.name} is no ring buffer`);
      if (map.maxEntries > MAX_RING) {
        throw new EbpfError(
          'invalid-value',
          `Ring buffer ${map.name} of ${map.maxEntries} bytes: at most 1 GiB`,
        );
      }
      const page = native().pageSize;
      this.size = map.maxEntries;
      consumer = Mapping.shared(map.fd, page, 0, 'read-write');
      this.#dataPages = Mapping.shared(map.fd, page + 2 * this.size, page, 'read');
      this.#map = map;
      this.#consumerPage = consumer;
      this.#consumer = new BigInt64Array(consumer.buffer, 0, 1);
      this.#producer = new Int32Array(this.#dataPages.buffer, 0, 1);
      this.bytes = new Uint8Array(this.#dataPages.buffer, page, 2 * this.size);
      this.view = new DataView(this.#dataPages.buffer, page, 2 * this.size);
      this.#words = new Int32Array(this.#dataPages.buffer, page, this.size >> 2);
      this.#mask = this.size - 1;
      this.#position = Number(BigInt.asIntN(32, Atomics.load(this.#consumer, 0)));
    } catch (error) {
      consumer?.[Symbol.dispose]();
      map[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Calls back for each committed record, in order, and frees their room: after each eighth of the ring and at the end,
   * also when the callback throws (its record counts as read).
   * @returns the number of records, discarded ones not counted
   * @throws EbpfError `disposed`, `corrupt-ring`, `busy` when the callback itself drains
   */
  drain(callback: RecordCallback, limit: number = Number.POSITIVE_INFINITY): number {
    this.#requireOpen();
    if (this.#draining) throw new EbpfError('busy', 'drain() was called by its own callback');
    this.#draining = true;
    const { view } = this;
    const words = this.#words;
    const mask = this.#mask;
    const step = this.size >> 3;
    let position = this.#position;
    let committed = position;
    let count = 0;
    try {
      while (count < limit) {
        // The producer's position is read again only when all that it covered is drained.
        const end = Atomics.load(this.#producer, 0);
        if (((end - position) | 0) <= 0) break;
        while (count < limit && ((end - position) | 0) > 0) {
          const at = position & mask;
          const header = loadHeader(words, at >>> 2);
          if (header < 0) return count; // busy: reserved and not yet committed
          const length = header & LENGTH;
          if (length > mask - (RECORD_HEADER - 1)) throw corrupt(length);
          position = (position + ((length + RECORD_HEADER + 7) & ~7)) | 0;
          if ((header & DISCARD) === 0) {
            count += 1;
            callback(view, at + RECORD_HEADER, length);
            if (!this.#open) return count;
          }
          if (((position - committed) | 0) > step) {
            this.#commit(position);
            committed = position;
          }
        }
      }
    } finally {
      this.#draining = false;
      if (this.#open && position !== committed) this.#commit(position);
    }
    return count;
  }

  /**
   * Copies committed records as they lie in the ring, headers and discarded ones included, as many whole ones as fit the
   * target, with one copy; their room is free at once. Walk them with `forEachRecord`.
   * @returns the number of bytes
   */
  copyAvailable(target: Uint8Array): number {
    this.#requireOpen();
    const words = this.#words;
    const mask = this.#mask;
    const start = this.#position;
    const end = Atomics.load(this.#producer, 0);
    let position = start;
    while (((end - position) | 0) > 0) {
      const header = loadHeader(words, (position & mask) >>> 2);
      if (header < 0) break;
      const length = header & LENGTH;
      if (length > mask - (RECORD_HEADER - 1)) throw corrupt(length);
      const next = (position + ((length + RECORD_HEADER + 7) & ~7)) | 0;
      if (((next - start) | 0) > target.length) break;
      position = next;
    }
    const length = (position - start) | 0;
    if (length > 0) {
      const at = start & mask;
      target.set(this.bytes.subarray(at, at + length));
      this.#commit(position);
    }
    return length;
  }

  /** Bytes between the consumer and the producer, uncommitted records included. */
  available(): number {
    this.#requireOpen();
    return (Atomics.load(this.#producer, 0) - this.#position) | 0;
  }

  /**
   * Blocks this thread until there may be a record, at most `timeoutMs`. For workers. A program that submits with
   * BPF_RB_NO_WAKEUP wakes nobody: then this waits for the whole time, unless there is a record at the beginning.
   */
  waitReadable(timeoutMs: number): boolean {
    this.#requireOpen();
    return pollReadable(this.#map.fd, timeoutMs);
  }

  /** Copies of the records as they come, looked for every 10 ms; ends when the reader is disposed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#open) {
      const batch: Uint8Array[] = [];
      this.drain((_, offset, length) => batch.push(this.bytes.slice(offset, offset + length)), 1024);
      yield* batch;
      if (batch.length === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  [Symbol.dispose](): void {
    this.#open = false;
    this.#consumerPage[Symbol.dispose]();
    this.#dataPages[Symbol.dispose]();
    this.#map[Symbol.dispose]();
  }

  #commit(position: number): void {
    // One 64-bit store: the kernel must never see half of a position.
    const before = Atomics.load(this.#consumer, 0);
    Atomics.store(this.#consumer, 0, before + BigInt((position - this.#position) >>> 0));
    this.#position = position;
  }

  #requireOpen(): void {
    if (!this.#open) throw new EbpfError('disposed', 'This ring buffer reader was disposed');
  }
}

// x86-64 does not reorder loads, so a plain load has the acquire order that the header needs (the kernel clears the busy
// bit last), and costs 1 ns where Atomics.load calls a builtin of 7 ns.
const PLAIN_LOAD_ACQUIRES = process.arch === 'x64';

function loadHeader(words: Int32Array, index: number): number {
  return PLAIN_LOAD_ACQUIRES ? (words[index] as number) : Atomics.load(words, index);
}

/**
 * Walks what `copyAvailable` filled.
 * @throws EbpfError `corrupt-ring` when `bytes` are no records
 */
export function forEachRecord(
  bytes: Uint8Array,
  length: number,
  callback: (offset: number, length: number) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + RECORD_HEADER <= length) {
    const header = view.getInt32(at, true);
    const size = header & LENGTH;
    if ((header & BUSY) !== 0 || at + RECORD_HEADER + size > length) throw corrupt(size);
    if ((header & DISCARD) === 0) callback(at + RECORD_HEADER, size);
    at += (size + RECORD_HEADER + 7) & ~7;
  }
}

function corrupt(length: number): EbpfError {
  return new EbpfError('corrupt-ring', `A record claims ${length} bytes`);
}
