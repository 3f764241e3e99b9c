/**
 * Buffers that travel between the drain thread, which fills them, and the main thread, which writes them to the
 * agent. The bytes under way are the output queue, which is bounded: beyond that, events are shed.
 */

/** Room for records; with the header a frame stays far below the limit of 1 MiB. */
export const BATCH_BYTES: number = 256 * 1024;
/** Frame header and `u32 count | u32 reserved` come first, so that a batch is written as it lies. */
export const BATCH_HEADER = 16;
const WHOLE = BATCH_HEADER + BATCH_BYTES;
/** A smaller batch travels in a buffer of its own size: many small ones must not pin many large ones. */
const SMALL = WHOLE / 4;
const MAX_QUEUED = 32 << 20;
/** The last part of the queue is for events that come rarely: a flood of opens cannot push out process starts. */
const RESERVED = 8 << 20;

export class BatchPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #limit: number;
  readonly #reserved: number;
  #queued = 0;

  /** @param limit most bytes under way */
  constructor(limit: number = MAX_QUEUED, reserved: number = RESERVED) {
    this.#limit = limit;
    this.#reserved = reserved;
  }

  /** A buffer of the full size, or `undefined` when the queue is full. */
  take(): ArrayBuffer | undefined {
    if (this.#queued >= this.#limit) return undefined;
    return this.#free.pop() ?? new ArrayBuffer(WHOLE);
  }

  /** The buffer to send for one that holds `used` bytes. */
  pack(buffer: ArrayBuffer, used: number): ArrayBuffer {
    let packed = buffer;
    if (used <= SMALL) {
      packed = buffer.slice(0, used);
      this.#free.push(buffer);
    }
    this.#queued += packed.byteLength;
    return packed;
  }

  /** Puts back a buffer that was taken and not sent. */
  putBack(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }

  /** A sent buffer was written, and is back. */
  written(buffer: ArrayBuffer): void {
    this.#queued -= buffer.byteLength;
    if (buffer.byteLength === WHOLE && this.#free.length * WHOLE < this.#limit) this.#free.push(buffer);
  }

  /** Is no more left than what is reserved for rare events? */
  get scarce(): boolean {
    return this.#queued >= this.#limit - this.#reserved;
  }
}
