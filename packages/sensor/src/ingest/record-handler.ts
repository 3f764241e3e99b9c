/** Takes a probe record that begins at `offset` of `bytes`. Sizes and references in it were written by our own probes. */
export type RecordHandler = (bytes: Buffer, offset: number) => void;

/** Offsets of what opens every probe record but the one of fork. */
export const Probe = { FLAGS: 6, TIME: 8, TRUNCATED: 24, PID: 32, START_TIME: 40 } as const;
