/**
 * The agent's clock: milliseconds that it was able to watch. While the agent itself does not run (stopped, host
 * suspended, virtual machine paused) this clock stands still, so deadlines that passed then blame nobody.
 */
export class WatchClock {
  readonly #source: () => number;
  readonly #longest: number;
  #last: number;
  #watched = 0;
  #stalledMs = 0;
  #stalls = 0;

  /**
   * @param longest a gap between two ticks above this many milliseconds is a stall, and counts as this long
   * @param source monotonic milliseconds
   */
  constructor(longest = 250, source: () => number = () => performance.now()) {
    this.#source = source;
    this.#longest = longest;
    this.#last = source();
  }

  /** Takes in the time since the last tick. Call it regularly. */
  tick(): number {
    const now = this.#source();
    const gap = Math.max(0, now - this.#last);
    this.#last = now;
    if (gap > this.#longest) {
      this.#stalls++;
      this.#stalledMs += gap - this.#longest;
    }
    this.#watched += Math.min(gap, this.#longest);
    return this.#watched;
  }

  /** Watched time as of now: within a tick, time goes on. */
  now(): number {
    return this.#watched + Math.min(Math.max(0, this.#source() - this.#last), this.#longest);
  }

  /** How often and how long in all the agent did not run. */
  get stalled(): { readonly times: number; readonly ms: number } {
    return { times: this.#stalls, ms: this.#stalledMs };
  }
}
