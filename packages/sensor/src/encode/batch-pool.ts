/**
 * Buffers for batches, used again once they are written. What waits to be written is the output queue, which is
 * bounded here: beyond that, events are shed.
 */

/** Room for records; with the header a frame stays far below the limit of 1 MiB. */
export const BATCH_BYTES: number = 256 * 1024;
/** Frame header and `u32 count | u32 classes` come first, so that a batch is written as it lies. */
export const BATCH_HEADER = 16;
const BUFFER_BYTES = BATCH_HEADER + BATCH_BYTES;
const MAX_QUEUED = 32 << 20;
/** The last part of the queue is for events that come rarely: a flood of opens cannot push out process starts. */
const RESERVED = 8 << 20;

/** Where batches wait. */
export interface OutputQueue {
  /** Bytes in it. */
  readonly queued: number;
}

export interface BatchPoolOptions {
  /** Most bytes in the queue. */
  readonly limit?: number | undefined;
  /** Bytes of them for events that come rarely. */
  readonly reserved?: number | undefined;
}

export class BatchPool {
  readonly #queue: OutputQueue;
  readonly #free: ArrayBuffer[] = [];
  readonly #limit: number;
  readonly #reserved: number;

  constructor(queue: OutputQueue, { limit, reserved }: BatchPoolOptions = {}) {
    this.#queue = queue;
    this.#limit = limit ?? MAX_QUEUED;
    this.#reserved = reserved ?? RESERVED;
  }

  /** A buffer of the full size, or `undefined` when the queue is full. */
  take(): ArrayBuffer | undefined {
    if (this.full) return undefined;
    return this.#free.pop() ?? new ArrayBuffer(BUFFER_BYTES);
  }

  /** Puts back a buffer of which nobody reads any more. */
  putBack(buffer: ArrayBuffer): void {
    if (this.#free.length * BUFFER_BYTES < this.#limit) this.#free.push(buffer);
  }

  get full(): boolean {
    return this.#queue.queued >= this.#limit;
  }

  /** Is no more left than what is reserved for rare events? */
  get scarce(): boolean {
    return this.#queue.queued >= this.#limit - this.#reserved;
  }
}
