/** The bounded queue of one publisher: what is over the bound is refused, and counted by class. */
import { findLayout } from '@ringfence/events';
import type { Cut } from './cut.ts';

/** Events of one arrival that wait for the publisher. */
export interface Waiting {
  readonly cut: Cut;
  /** When the sensor's batch came in, milliseconds of the agent's clock. */
  readonly at: number;
}

/** Losses, by class number. */
export class LossCount {
  #total = 0;
  readonly #byClass: Map<number, number> = new Map();

  add(byClass: ReadonlyMap<number, number>): void {
    for (const [id, count] of byClass) {
      this.#total += count;
      this.#byClass.set(id, (this.#byClass.get(id) ?? 0) + count);
    }
  }

  get total(): number {
    return this.#total;
  }

  /** By the classes' names. */
  named(): Record<string, number> {
    return Object.fromEntries(
      [...this.#byClass].map(([id, count]) => [
        findLayout('event', id)?.recordClass.name ?? String(id),
        count,
      ]),
    );
  }
}

export class EventQueue {
  #maxBytes: number;
  #maxEvents: number;
  #items: Waiting[] = [];
  /** Items before it are taken; the array is cut when half of it is. */
  #head = 0;
  #bytes = 0;
  #events = 0;
  readonly lost: LossCount = new LossCount();

  constructor(maxBytes: number, maxEvents: number) {
    this.#maxBytes = maxBytes;
    this.#maxEvents = maxEvents;
  }

  /** Takes events in, or refuses them all and counts them. The newest are refused: order and age stay plain. */
  push(item: Waiting): boolean {
    const { cut } = item;
    if (this.#bytes + cut.bytes.length > this.#maxBytes || this.#events + cut.count > this.#maxEvents) {
      this.lost.add(cut.byClass());
      return false;
    }
    this.#items.push(item);
    this.#bytes += cut.bytes.length;
    this.#events += cut.count;
    return true;
  }

  /** New bounds; what is over them already stays. */
  resize(maxBytes: number, maxEvents: number): void {
    this.#maxBytes = maxBytes;
    this.#maxEvents = maxEvents;
  }

  shift(): Waiting | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head++;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#bytes -= item.cut.bytes.length;
    this.#events -= item.cut.count;
    return item;
  }

  /** Drops everything and counts it as lost: for a publisher that stops. */
  drop(): void {
    for (let item = this.shift(); item !== undefined; item = this.shift()) this.lost.add(item.cut.byClass());
  }

  /** Arrival of the oldest that waits. */
  get oldest(): number | undefined {
    return this.#items[this.#head]?.at;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get events(): number {
    return this.#events;
  }
  get maxBytes(): number {
    return this.#maxBytes;
  }
  get maxEvents(): number {
    return this.#maxEvents;
  }
}
