/** How long batches took from their arrival at the agent until they were acknowledged: the newest ones, milliseconds. */
const KEPT = 256;

export class Lags {
  readonly #kept: number[] = [];

  add(ms: number): void {
    this.#kept.push(ms);
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  /** Zeros while there was none. */
  summary(): { medianMs: number; p99Ms: number } {
    const sorted = this.#kept.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
    return { medianMs: at(0.5), p99Ms: at(0.99) };
  }
}
