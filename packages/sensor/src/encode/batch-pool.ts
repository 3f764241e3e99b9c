/**
 * Buffers that travel between the drain thread, which fills them, and the main thread, which writes them to the
 * agent. The bytes under way are the output queue, which is bounded: beyond that, events are shed.
 */

/** Room for records; with the header a frame stays far below the limit of 1 MiB. */
export const BATCH_BYTES: number = 256 * 1024;
/** Frame header and `u32 count | u32 classes` come first, so that a batch is written as it lies. */
export const BATCH_HEADER = 16;
/** Bytes of a buffer that is worth sending back. */
export const BUFFER_BYTES: number = BATCH_HEADER + BATCH_BYTES;
/** A smaller batch travels in a buffer of its own size: many small ones must not pin many large ones. */
const SMALL = BUFFER_BYTES / 4;
const MAX_QUEUED = 32 << 20;
/** The last part of the queue is for events that come rarely: a flood of opens cannot push out process starts. */
const RESERVED = 8 << 20;

export interface BatchPoolOptions {
  /** Most bytes under way. */
  readonly limit?: number | undefined;
  /** Bytes of them for events that come rarely. */
  readonly reserved?: number | undefined;
  /** One word, in memory that is shared with who writes the batches and adds their bytes. */
  readonly written?: Int32Array | undefined;
}

export class BatchPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #limit: number;
  readonly #reserved: number;
  /** Bytes sent, and in the shared word those that were written, both modulo 2^32. */
  #sent = 0;
  readonly #written: Int32Array;

  constructor({ limit, reserved, written }: BatchPoolOptions = {}) {
    this.#limit = limit ?? MAX_QUEUED;
    this.#reserved = reserved ?? RESERVED;
    this.#written = written ?? new Int32Array(1);
  }

  get #queued(): number {
    return (this.#sent - Atomics.load(this.#written, 0)) | 0;
  }

  /** A buffer of the full size, or `undefined` when the queue is full. */
  take(): ArrayBuffer | undefined {
    if (this.#queued >= this.#limit) return undefined;
    return this.#free.pop() ?? new ArrayBuffer(BUFFER_BYTES);
  }

  /** The buffer to send for one that holds `used` bytes. */
  pack(buffer: ArrayBuffer, used: number): ArrayBuffer {
    let packed = buffer;
    if (used <= SMALL) {
      packed = buffer.slice(0, used);
      this.#free.push(buffer);
    }
    this.#sent = (this.#sent + packed.byteLength) | 0;
    return packed;
  }

  /** Puts back a buffer that was taken and not sent. */
  putBack(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }

  /** A sent buffer of the full size was written, and is back. */
  returned(buffer: ArrayBuffer): void {
    if (this.#free.length * BUFFER_BYTES < this.#limit) this.#free.push(buffer);
  }

  /** Is no more left than what is reserved for rare events? */
  get scarce(): boolean {
    return this.#queued >= this.#limit - this.#reserved;
  }
}
