/**
 * How the drain thread waits, in poll(2): for the bell, by which the main thread calls it (an eventfd), for room in the
 * channel to the agent when something waits for it, and when it sleeps for what a source watches too.
 */
import { writeSync } from 'node:fs';
import { type Native, POLLIN, POLLOUT } from '../native.ts';
import type { Outlet } from './outlet.ts';

/** A descriptor whose news end a sleep; `events` are bits of poll(2). */
export interface Waker {
  readonly fd: number;
  readonly events: number;
}

const POLL_FD = 8; // bytes of a struct pollfd: fd, events, revents
const EVENTS = 4;
const RETURNED = 6;
/** Where the first two are, of those that each wait is for. */
const BELL = 0;
const CHANNEL = POLL_FD;
const OWN = 2;
const one = Buffer.from(BigUint64Array.of(1n).buffer);

/** Ends the wait of the drain thread, or the next one if it does not wait. */
export function ring(bell: number): void {
  writeSync(bell, one);
}

export class Waiter {
  readonly #native: Native;
  readonly #bell: number;
  readonly #outlet: Pick<Outlet, 'fd' | 'blocked'>;
  /** Structs pollfd: the bell, the channel, the wakers. */
  readonly #set: Buffer;
  readonly #count: Buffer = Buffer.alloc(8);

  constructor(
    native: Native,
    bell: number,
    outlet: Pick<Outlet, 'fd' | 'blocked'>,
    wakers: readonly Waker[],
  ) {
    this.#native = native;
    this.#bell = bell;
    this.#outlet = outlet;
    this.#set = Buffer.alloc((OWN + wakers.length) * POLL_FD);
    const all = [{ fd: bell, events: POLLIN }, { fd: outlet.fd, events: POLLOUT }, ...wakers];
    for (const [i, { fd, events }] of all.entries()) {
      this.#set.writeInt32LE(fd, i * POLL_FD);
      this.#set.writeInt16LE(events, i * POLL_FD + EVENTS);
    }
  }

  /** Waits for the bell or for room, at most `ms` milliseconds. */
  pause(ms: number): void {
    this.#poll(OWN, ms);
  }

  /** As `pause`, or for a waker. True: a waker has news. */
  sleep(ms: number): boolean {
    const ready = this.#poll(this.#set.length / POLL_FD, ms);
    return ready > 0 && ready > Number(this.#has(BELL)) + Number(this.#has(CHANNEL));
  }

  #has(at: number): boolean {
    return this.#set.readInt16LE(at + RETURNED) !== 0;
  }

  /** How many descriptors have news; not above 0 when the time has passed or a signal came. */
  #poll(count: number, ms: number): number {
    // poll(2) passes over a negative descriptor.
    this.#set.writeInt32LE(this.#outlet.blocked ? this.#outlet.fd : -1, CHANNEL);
    // Rounded up: a wait that ends before the time is repeated for nothing.
    const ready = this.#native.poll(this.#set, count, Math.max(0, Math.ceil(ms)));
    if (ready > 0 && this.#has(BELL)) this.#native.read(this.#bell, this.#count);
    return ready;
  }
}
