/** Why a release was refused. */
export type ContentErrorCode =
  /** The folder or a file that must be there is missing. */
  | 'missing'
  /** A symbolic link, device, pipe or socket where a regular file or folder must be. */
  | 'not-regular'
  /** Larger, deeper or more than the stated bound. */
  | 'too-large'
  /** Not UTF-8, or not JSON. */
  | 'syntax'
  /** JSON, but not a release manifest. */
  | 'invalid'
  /** A path that leaves the release, or is not in its simplest form. */
  | 'bad-path'
  /** The operating system refused to read it. */
  | 'unreadable';

/** A release, or a file of it, was refused. The message is one line: `file:line: reason`. */
export class ContentError extends Error {
  override readonly name = 'ContentError';
  readonly code: ContentErrorCode;
  /** Path relative to the release folder, or the folder itself. */
  readonly file: string;
  /** 1-based line in the file, where it is known. */
  readonly line: number | undefined;

  constructor(code: ContentErrorCode, file: string, reason: string, line?: number, cause?: unknown) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${reason}`, { cause });
    this.code = code;
    this.file = file;
    this.line = line;
  }
}
