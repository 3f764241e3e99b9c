/**
 * How the drain thread waits, in poll(2): for the bell, by which the main thread calls it (an eventfd), and when it
 * sleeps for what a source watches too.
 */
import { writeSync } from 'node:fs';
import { type Native, POLLIN } from '../native.ts';

/** A descriptor whose news end a sleep; `events` are bits of poll(2). */
export interface Waker {
  readonly fd: number;
  readonly events: number;
}

const POLL_FD = 8; // bytes of a struct pollfd: fd, events, revents
const EVENTS = 4;
const RETURNED = 6;
const one = Buffer.from(BigUint64Array.of(1n).buffer);

/** Ends the wait of the drain thread, or the next one if it does not wait. */
export function ring(bell: number): void {
  writeSync(bell, one);
}

export class Waiter {
  readonly #native: Native;
  readonly #bell: number;
  readonly #set: Buffer;
  readonly #count: Buffer = Buffer.alloc(8);

  constructor(native: Native, bell: number, wakers: readonly Waker[]) {
    this.#native = native;
    this.#bell = bell;
    this.#set = Buffer.alloc((1 + wakers.length) * POLL_FD);
    for (const [i, { fd, events }] of [{ fd: bell, events: POLLIN }, ...wakers].entries()) {
      this.#set.writeInt32LE(fd, i * POLL_FD);
      this.#set.writeInt16LE(events, i * POLL_FD + EVENTS);
    }
  }

  /** Waits for the bell, at most `ms` milliseconds. */
  pause(ms: number): void {
    this.#poll(1, ms);
  }

  /** Waits for the bell or a waker, at most `ms` milliseconds. True: a waker has news. */
  sleep(ms: number): boolean {
    const count = this.#set.length / POLL_FD;
    const ready = this.#poll(count, ms);
    return ready > (this.#set.readInt16LE(RETURNED) === 0 ? 0 : 1);
  }

  /** How many descriptors have news; 0 when a signal came. */
  #poll(count: number, ms: number): number {
    // Rounded up: a wait that ends before the time is repeated for nothing.
    const ready = this.#native.poll(this.#set, count, Math.max(0, Math.ceil(ms)));
    if (ready <= 0) this.#set.writeInt16LE(0, RETURNED);
    else if (this.#set.readInt16LE(RETURNED) !== 0) this.#native.read(this.#bell, this.#count);
    return Math.max(0, ready);
  }
}
