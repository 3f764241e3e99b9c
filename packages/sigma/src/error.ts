/** What went wrong, as a closed set that callers can switch on. */
export type SigmaErrorCode =
  /** The text is not YAML, or uses YAML that rules may not use. */
  | 'yaml'
  /** A bound of this library was passed (size, count, depth, length). */
  | 'limit'
  /** A required part is missing. */
  | 'missing'
  /** A key that the specification does not know, or one given twice. */
  | 'key'
  /** A value of the wrong type or outside its range. */
  | 'value'
  /** A modifier that is unknown, repeated, or cannot stand with its neighbours or its value. */
  | 'modifier'
  /** The condition does not parse or names something that is not there. */
  | 'condition'
  /** A regular expression that does not parse or needs what cannot be matched in linear time. */
  | 'regex'
  /** A placeholder that nobody gave values for. */
  | 'placeholder'
  /** Part of Sigma, but not supported by this version. */
  | 'unsupported'
  /** Tuning (exceptions, levels) that cannot be applied. */
  | 'tuning';

export interface SigmaErrorDetails {
  /** File name as the caller gave it. */
  file?: string | undefined;
  /** Line, from 1. */
  line?: number | undefined;
  /** Column, from 1. */
  column?: number | undefined;
  /** What the author can do about it. */
  cure?: string | undefined;
  /** The value that was refused, shortened. */
  received?: string | undefined;
  cause?: unknown;
}

/**
 * The one error of this package. `message` is a single line that starts with `file:line:column` where they are known
 * and ends with the cure.
 */
export class SigmaError extends Error {
  override readonly name = 'SigmaError';
  readonly code: SigmaErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The problem alone, without place and cure. */
  readonly problem: string;
  readonly cure: string | undefined;
  readonly received: string | undefined;

  constructor(code: SigmaErrorCode, problem: string, details: SigmaErrorDetails = {}) {
    const place = [details.file, details.line, details.column].filter((part) => part !== undefined).join(':');
    const text = `${place === '' ? '' : `${place}: `}${problem}${details.cure === undefined ? '' : `; ${details.cure}`}`;
    super(text, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.problem = problem;
    this.file = details.file;
    this.line = details.line;
    this.column = details.column;
    this.cure = details.cure;
    this.received = details.received;
  }
}

/** Shortens a value from a rule for a one-line message. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value);
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(short);
}
