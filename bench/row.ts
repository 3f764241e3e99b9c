/** One measure of a benchmark: ours against a peer or a baseline that ran in the same session. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** The figure of Ringfence in `unit`; null where it could not be measured here. */
  readonly ours: number | null;
  readonly peer: number | null;
  readonly peerName: string | null;
  /** ours ÷ peer in `unit`, over alternating runs: the median, or the mean of their middle half. */
  readonly ratio: number | null;
  /** The bar in words, such as "ratio ≤ 1.05"; null for a row that is printed without one. */
  readonly bar: string | null;
  /** null where it cannot be judged here; `reason` says why. Never a pass. */
  readonly pass: boolean | null;
  readonly reason: string | null;
  /** Spread over the runs, such as "1.01–1.06 over 15 pairs". */
  readonly spread?: string;
}

export interface BenchOptions {
  /** Take the sample sizes that need more than eight minutes. */
  readonly long: boolean;
  /** Says what is being measured, for who waits at a terminal. */
  readonly progress: (text: string) => void;
}

export interface Bench {
  readonly name: string;
  /** What the rows answer, in one line. */
  readonly question: string;
  run(options: BenchOptions): AsyncGenerator<Row>;
}
