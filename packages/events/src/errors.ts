/** What is wrong with a record, a frame or a name. */
export type EventErrorCode =
  | 'bad-record'
  | 'bad-reference'
  | 'bad-frame'
  | 'unknown-class'
  | 'unknown-field'
  | 'too-large'
  | 'bad-address';

/** The one error of this package. `received` is the value that was refused. */
export class EventError extends Error {
  override readonly name = 'EventError';
  readonly code: EventErrorCode;
  readonly received: unknown;

  constructor(code: EventErrorCode, message: string, received?: unknown, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.received = received;
  }
}
