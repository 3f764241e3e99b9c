/**
 * The way to the agent. The drain thread is the only one that writes to the channel, and it never waits for it: what
 * the socket does not take now waits here, in order. What waits is the output queue; `BatchPool` bounds it.
 */
import { writeSync } from 'node:fs';

interface Waiting {
  readonly bytes: Uint8Array;
  /** Bytes of memory that it holds. */
  readonly holds: number;
  /** Nobody else may write to them until this is called. */
  readonly written: () => void;
}

const nothing = (): void => {};

export class Outlet {
  readonly fd: number;
  readonly #waiting: Waiting[] = [];
  #queued = 0;
  #closed = false;

  /** @param fd a socket that does not block */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** Bytes of memory that what waits holds. */
  get queued(): number {
    return this.#queued;
  }

  /** Does something wait for the socket to have room? */
  get blocked(): boolean {
    return this.#waiting.length > 0;
  }

  /** Writes a frame, or the part that finds room, before what is sent later. @param written its memory is free again */
  send(frame: Uint8Array, written: () => void = nothing): void {
    const left = frame.subarray(this.blocked ? 0 : this.#write(frame));
    if (left.length === 0) return written();
    // Little of much memory is copied: many small frames must not hold many large buffers.
    const isCopied = left.length <= frame.buffer.byteLength / 4;
    const bytes = isCopied ? Uint8Array.from(left) : left;
    const holds = bytes.buffer.byteLength;
    this.#waiting.push({ bytes, holds, written: isCopied ? nothing : written });
    this.#queued += holds;
    if (isCopied) written();
  }

  /** Writes what waits, as far as it finds room. */
  flush(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { bytes, holds, written } = first;
      const done = this.#write(bytes);
      if (done < bytes.length) {
        this.#waiting[0] = { ...first, bytes: bytes.subarray(done) };
        return;
      }
      this.#waiting.shift();
      this.#queued -= holds;
      written();
    }
  }

  /** Bytes that the socket took: all, once the agent is gone, which ends this process. */
  #write(bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length && !this.#closed) {
      try {
        done += writeSync(this.fd, bytes, done, bytes.length - done);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return done;
        this.#closed = true;
      }
    }
    return bytes.length;
  }
}
