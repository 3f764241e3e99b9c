export type SensorErrorCode =
  /** The sensor process could not be started, or ended before it said what it can do. */
  | 'start-failed'
  /** The sensor process ended while a request was under way. */
  | 'ended'
  /** The request took longer than its limit. */
  | 'timeout'
  /** The sensor or the host refused: no such process, file not readable, too large. */
  | 'refused'
  /** What arrived on the channel breaks the protocol. */
  | 'protocol'
  /** An option has a value that makes no sense. */
  | 'bad-option'
  /** The FFI library could not be loaded, or this is no Linux. */
  | 'no-ffi'
  /** A system call failed. */
  | 'system-call';

/** The one error class of this package. */
export class SensorError extends Error {
  override readonly name = 'SensorError';
  readonly code: SensorErrorCode;
  /** The value that was refused, where there is one. */
  readonly value: unknown;
  /** What a person can do about it, where known. */
  readonly cure: string | undefined;

  constructor(
    code: SensorErrorCode,
    message: string,
    options: ErrorOptions & { value?: unknown; cure?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.value = options.value;
    this.cure = options.cure;
  }
}
