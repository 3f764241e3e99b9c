/**
 * What happens when: one list per second, threaded through arrays, so that putting and taking are O(1) whatever
 * the size of the fleet. Each host has two slots (its presence, its trial) and a slot holds one event at most.
 */
export class Calendar {
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly horizon: number;
  size = 0;
  #at = -1;

  constructor(slots: number, horizon: number) {
    this.horizon = horizon;
    this.#head = new Int32Array(horizon + 1).fill(-1);
    this.#next = new Int32Array(slots);
  }

  /** Events beyond the horizon never happen. Returns whether it was put. */
  put(slot: number, time: number): boolean {
    if (time > this.horizon) return false;
    const at = time <= this.#at ? this.#at + 1 : time;
    if (at > this.horizon) return false;
    this.#next[slot] = this.#head[at] as number;
    this.#head[at] = slot;
    this.size++;
    return true;
  }

  /** Whether anything happens in this second. */
  has(time: number): boolean {
    return (this.#head[time] as number) >= 0;
  }

  /** Takes the events of this second; what they put goes to later ones. */
  drain(time: number, each: (slot: number) => void): void {
    this.#at = time;
    let slot = this.#head[time] as number;
    this.#head[time] = -1;
    while (slot >= 0) {
      const next = this.#next[slot] as number;
      this.size--;
      each(slot);
      slot = next;
    }
  }
}
