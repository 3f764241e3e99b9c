import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { ContentError } from './error.ts';

/** O_NOFOLLOW refuses a link in the last component; O_NONBLOCK keeps the open of a FIFO from waiting for a writer. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a regular file of a release, hands it to `use` and closes it.
 * @param file how errors name it
 * @throws ContentError missing, not-regular, unreadable
 */
export function withFile<T>(path: string, file: string, use: (fd: number, stat: Stats) => T): T {
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    throw systemError(file, error);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new ContentError('not-regular', file, 'not a regular file');
    return use(fd, stat);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a whole file of at most `most` bytes; a file that grows while it is read is held to the same bound.
 * @throws ContentError missing, not-regular, too-large, unreadable
 */
export function readBounded(path: string, file: string, most: number): Buffer {
  return withFile(path, file, (fd) => {
    const bytes = Buffer.alloc(most + 1);
    let length = 0;
    for (;;) {
      const got = readSync(fd, bytes, length, bytes.length - length, null);
      length += got;
      if (length > most) throw new ContentError('too-large', file, `larger than ${most} bytes`);
      if (got === 0) return bytes.subarray(0, length);
    }
  });
}

/** Turns a system error of the file `file` into a ContentError. */
export function systemError(file: string, error: unknown): ContentError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new ContentError('missing', file, 'not found', undefined, error);
  if (code === 'ELOOP') return new ContentError('not-regular', file, 'is a symbolic link', undefined, error);
  return new ContentError('unreadable', file, `cannot be read (${code ?? String(error)})`, undefined, error);
}
