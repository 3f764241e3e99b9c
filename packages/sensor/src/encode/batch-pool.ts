/**
 * Buffers that travel between the drain thread, which fills them, and the main thread, which writes them to the
 * agent. Their number bounds the output queue: when all are away, events are shed.
 */

/** Room for records; with the header a frame stays far below the limit of 1 MiB. */
export const BATCH_BYTES: number = 256 * 1024;
/** Frame header and `u32 count | u32 reserved` come first, so that a batch is written as it lies. */
export const BATCH_HEADER = 16;
const BUFFERS = 128;
/** The last ones are for events that come rarely: a flood of opens cannot push out process starts. */
const RESERVED = 32;

export class BatchPool {
  readonly #free: ArrayBuffer[] = [];
  #made = 0;
  readonly #limit: number;

  constructor(limit: number = BUFFERS) {
    this.#limit = limit;
  }

  /** A buffer, or `undefined` when all are under way. */
  take(): ArrayBuffer | undefined {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#made >= this.#limit) return undefined;
    this.#made++;
    return new ArrayBuffer(BATCH_HEADER + BATCH_BYTES);
  }

  give(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }

  /** Is no more left than what is reserved for rare events? */
  get scarce(): boolean {
    return this.#made - this.#free.length >= this.#limit - RESERVED;
  }

  /** Batches on their way to the agent. */
  get away(): number {
    return this.#made - this.#free.length;
  }
}
