/** What went wrong in the agent; the set is closed. */
export type AgentErrorCode =
  /** The configuration cannot be used. */
  | 'config'
  /** Another agent holds the state directory. */
  | 'already-running'
  /** A directory or file of the agent cannot be created, read or written. */
  | 'io'
  /** A release folder is not one, too large, or holds what a release may not hold. */
  | 'release'
  /** No agent answers on the control socket. */
  | 'not-running'
  /** The agent refused a control request. */
  | 'refused'
  /** Something asked for does not exist: a publisher, a release. */
  | 'not-found';

/** The one error of this package: one line that says what happened and, in `cure`, what to do. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;
  readonly cure: string | undefined;

  constructor(code: AgentErrorCode, message: string, options: { cure?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.cure = options.cure;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The errno name of a system error, such as ENOSPC, or `undefined`. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
