/** Takes what a ring holds in one copy, which frees its room at once; the records are then walked at leisure. */
import type { RingBufferReader } from '@ringfence/ebpf';

const DISCARDED = 0x4000_0000;
const LENGTH = 0x3fff_ffff;
const HEADER = 8;

/** Bytes that are copied at once: what was read from the ring, and the copy, are to stay in a processor's cache. */
export const COPY_BYTES: number = 128 * 1024;

export class RingCopy {
  readonly reader: RingBufferReader;
  readonly bytes: Buffer;
  readonly words: Int32Array;
  #length = 0;

  constructor(reader: RingBufferReader) {
    this.reader = reader;
    this.bytes = Buffer.allocUnsafeSlow(COPY_BYTES);
    this.words = new Int32Array(this.bytes.buffer);
  }

  /** Copies as much as fits. True: there may be more. */
  take(): boolean {
    this.#length = this.reader.copyAvailable(this.bytes);
    return this.#length > this.bytes.length >> 1;
  }

  /** Calls back with the offset of each record in `bytes`; their sizes were written by our own probes. */
  forEach(callback: (offset: number) => void): void {
    const length = this.#length;
    const { words } = this;
    for (let at = 0; at + HEADER <= length; ) {
      const header = words[at >> 2] as number;
      if ((header & DISCARDED) === 0) callback(at + HEADER);
      at += ((header & LENGTH) + HEADER + 7) & ~7;
    }
    this.#length = 0;
  }
}
