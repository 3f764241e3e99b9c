/** What a publisher's engine was given and has not acknowledged, and how it is fed again after a crash. */
import { Bound } from '@ringfence/compartment/protocol';
import type { Waiting } from './queue.ts';

export interface Batch extends Waiting {
  /** Grows by one from batch to batch and stays with the batch when it is fed again. */
  readonly id: bigint;
  /** Engines that died while they had it. */
  readonly deaths: number;
}

/** So many engines may die with a batch, the last of them with that batch alone. */
const MOST_DEATHS = 2;

export class BatchWindow {
  #nextId = 1n;
  #inFlight: Batch[] = [];
  /** In flight at a crash: fed again one at a time, so that the next crash names its batch. */
  #again: Batch[] = [];

  /** The next batch to send, or undefined: nothing waits, or the window is full. `take` gives new events. */
  next(take: () => Waiting | undefined): Batch | undefined {
    if (this.#again.length > 0) {
      if (this.#inFlight.length > 0) return undefined;
      const batch = this.#again.shift();
      if (batch !== undefined) this.#inFlight.push(batch);
      return batch;
    }
    // A suspect is alone in flight until it is acknowledged.
    if (this.#inFlight.length >= Bound.WINDOW || this.#inFlight.some(({ deaths }) => deaths > 0))
      return undefined;
    const waiting = take();
    if (waiting === undefined) return undefined;
    const batch: Batch = { ...waiting, id: this.#nextId++, deaths: 0 };
    this.#inFlight.push(batch);
    return batch;
  }

  find(id: bigint): Batch | undefined {
    return this.#inFlight.find((batch) => batch.id === id);
  }

  acknowledge(id: bigint): Batch | undefined {
    const index = this.#inFlight.findIndex((batch) => batch.id === id);
    return index < 0 ? undefined : this.#inFlight.splice(index, 1)[0];
  }

  /** The engine died: everything in flight is fed again, except a batch that has now killed twice, which is returned. */
  died(): Batch | undefined {
    const dead = this.#inFlight.map((batch) => ({ ...batch, deaths: batch.deaths + 1 }));
    this.#inFlight = [];
    const [only] = dead;
    if (dead.length === 1 && only !== undefined && only.deaths >= MOST_DEATHS) return only;
    this.#again.unshift(...dead);
    return undefined;
  }

  /** The engine was ended for reasons of ours: everything in flight is fed again, and nothing is held against it. */
  returned(): void {
    this.#again.unshift(...this.#inFlight);
    this.#inFlight = [];
  }

  /** Everything not acknowledged, which is then forgotten: for a publisher that stops. */
  drop(): Batch[] {
    const all = [...this.#inFlight, ...this.#again];
    this.#inFlight = [];
    this.#again = [];
    return all;
  }

  get inFlight(): readonly Batch[] {
    return this.#inFlight;
  }
  /** Batches that wait to be fed again. */
  get again(): readonly Batch[] {
    return this.#again;
  }
  /** Arrival of the oldest event that is not acknowledged. */
  get oldest(): number | undefined {
    return this.#inFlight[0]?.at ?? this.#again[0]?.at;
  }
}
