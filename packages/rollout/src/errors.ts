/** What went wrong; the union is closed, so a caller can switch on it. */
export type RolloutErrorCode =
  | 'plan-syntax'
  | 'plan-schema'
  | 'plan-contradiction'
  | 'plan-cannot-finish'
  | 'plan-over-budget'
  | 'bad-number'
  | 'bad-event'
  | 'unknown-host'
  | 'too-large'
  | 'clock-backwards'
  | 'no-release'
  | 'log-syntax'
  | 'log-order'
  | 'log-truncated'
  | 'log-version'
  | 'snapshot-damaged'
  | 'snapshot-version';

/** The one error of this package: a code, a one-line message and, where there is one, the received value. */
export class RolloutError extends Error {
  override readonly name = 'RolloutError';
  readonly code: RolloutErrorCode;
  readonly received: unknown;

  constructor(
    code: RolloutErrorCode,
    message: string,
    options: { received?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.received = options.received;
  }
}
