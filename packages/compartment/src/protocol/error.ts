/** Why a frame was refused; the set is closed, and every code is in the README's second table. */
export type ProtocolErrorCode =
  /** A header that announces too much or an unknown type, reserved bits that are set, or an end within a frame. */
  | 'bad-frame'
  /** A payload shorter than its fixed part, or longer than its type may be. */
  | 'bad-length'
  /** Not UTF-8 or not JSON. */
  | 'bad-json'
  /** JSON, but a member is missing, of another type, or over its bound. */
  | 'bad-member'
  /** Another protocol version. */
  | 'version'
  /** A frame that may not come now: before READY, READY twice, START before HELLO. */
  | 'out-of-order'
  /** A batch that is not in flight, or not the next one to be acknowledged. */
  | 'unknown-batch'
  /** A record index at or past the batch's count. */
  | 'bad-index'
  /** An ACK whose number of findings is not the number that came. */
  | 'wrong-count'
  /** A PONG for no PING. */
  | 'unknown-ping'
  /** A hash request id that is still open, or too many open requests. */
  | 'bad-request'
  /** More findings a second than the limit. */
  | 'finding-flood'
  /** More frames or bytes a second than the limit. */
  | 'flood';

/** The other side broke the protocol. One line; says what came and what was allowed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
