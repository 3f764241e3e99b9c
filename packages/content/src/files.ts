import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ContentError } from './error.ts';
import { isPlainRelativePath } from './manifest.ts';
import { systemError, withFile } from './read-file.ts';

export interface ReleaseFile {
  /** Relative to the release folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly executable: boolean;
}

/** What a release may hold at most. */
export interface ReleaseBounds {
  readonly files: number;
  readonly depth: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
}

export const RELEASE_BOUNDS: ReleaseBounds = {
  files: 20_000,
  depth: 8,
  fileBytes: 64 * 2 ** 20,
  totalBytes: 256 * 2 ** 20,
};

/**
 * Lists every file of a release, sorted by path, with size and SHA-256. Symbolic links, devices, pipes and
 * sockets are refused: a release is regular files and folders.
 * @throws ContentError
 */
export function listFiles(dir: string, bounds: ReleaseBounds = RELEASE_BOUNDS): ReleaseFile[] {
  const root = resolve(dir);
  const files: ReleaseFile[] = [];
  const buffer = Buffer.alloc(64 * 1024);
  let total = 0;
  const walk = (folder: string, depth: number): void => {
    if (depth > bounds.depth)
      throw new ContentError('too-large', folder, `deeper than ${bounds.depth} folders`);
    for (const entry of entriesOf(join(root, folder), folder === '' ? root : folder)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!isPlainRelativePath(path))
        throw new ContentError('bad-path', JSON.stringify(path), 'not a plain name');
      if (entry.isDirectory()) walk(path, depth + 1);
      else if (!entry.isFile()) throw new ContentError('not-regular', path, 'not a regular file');
      else {
        if (files.length >= bounds.files)
          throw new ContentError('too-large', path, `more than ${bounds.files} files`);
        const file = hashFile(
          join(root, path),
          path,
          Math.min(bounds.fileBytes, bounds.totalBytes - total),
          buffer,
        );
        total += file.bytes;
        files.push(file);
      }
    }
  };
  walk('', 0);
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(folder: string, name: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw systemError(name, error);
  }
}

function hashFile(path: string, name: string, most: number, buffer: Buffer): ReleaseFile {
  return withFile(path, name, (fd, stat) => {
    const hash = createHash('sha256');
    let bytes = 0;
    for (;;) {
      const got = readSync(fd, buffer, 0, buffer.length, null);
      if (got === 0) break;
      bytes += got;
      if (bytes > most)
        throw new ContentError('too-large', name, `the release would hold more than its bound`);
      hash.update(buffer.subarray(0, got));
    }
    return { path: name, bytes, sha256: hash.digest('hex'), executable: (stat.mode & 0o111) !== 0 };
  });
}
