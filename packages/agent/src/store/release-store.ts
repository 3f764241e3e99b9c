/**
 * The agent's own copies of releases: `<state>/releases/<sha256>/`, read-only, named by the hash of everything in
 * them. What an administrator edits later in the folder that it came from changes nothing here.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ContentError, listFiles, type Release, type ReleaseFile, readRelease } from '@ringfence/content';
import { AgentError, messageOf } from '../errors.ts';
import { removeTree } from './remove-tree.ts';

/** A release in the store. */
export interface StoredRelease {
  /** SHA-256 over paths, modes and contents, hexadecimal. */
  readonly hash: string;
  readonly release: Release;
}

export class ReleaseStore {
  readonly #root: string;
  readonly #releases: Map<string, StoredRelease> = new Map();

  /** @throws AgentError io */
  constructor(state: string) {
    this.#root = join(state, 'releases');
    try {
      mkdirSync(this.#root, { recursive: true, mode: 0o700 });
      // What a killed agent left half copied.
      for (const name of readdirSync(this.#root))
        if (name.startsWith('.')) removeTree(join(this.#root, name));
    } catch (error) {
      throw new AgentError('io', `cannot use the release store ${this.#root}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /**
   * Takes a copy of a release folder, unless the same content is here already.
   * @throws ContentError when the folder is no release, AgentError io when it cannot be copied
   */
  add(dir: string): StoredRelease {
    // Bounds and kinds are checked before anything is copied, and hashed again in the copy.
    readRelease(dir);
    const files = listFiles(dir);
    const known = this.get(hashOf(files));
    if (known !== null) return known;
    const copy = join(this.#root, `.copy-${randomBytes(8).toString('hex')}`);
    try {
      for (const file of files) copyOne(dir, copy, file);
      const copied = listFiles(copy);
      const hash = hashOf(copied);
      const release = readRelease(copy);
      for (const folder of foldersOf(copied)) chmodSync(join(copy, folder), 0o555);
      const final = join(this.#root, hash);
      // Damaged, or it would have been found above.
      if (existsSync(final)) removeTree(final);
      chmodSync(copy, 0o755);
      renameSync(copy, final);
      chmodSync(final, 0o555);
      syncFolder(this.#root);
      const stored = { hash, release: readRelease(final) };
      if (stored.release.publisher !== release.publisher)
        throw new AgentError('io', `${final} changed while it was copied`);
      this.#releases.set(hash, stored);
      return stored;
    } catch (error) {
      removeTree(copy);
      if (error instanceof ContentError || error instanceof AgentError) throw error;
      throw new AgentError('io', `cannot copy the release ${dir}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** A release by its hash, verified once per run of the agent; null when it is not here or its content is not what its name says. */
  get(hash: string): StoredRelease | null {
    const known = this.#releases.get(hash);
    if (known !== undefined) return known;
    if (!/^[0-9a-f]{64}$/.test(hash)) return null;
    return this.verify(hash);
  }

  /** Hashes a stored release again. */
  verify(hash: string): StoredRelease | null {
    const dir = join(this.#root, hash);
    this.#releases.delete(hash);
    try {
      if (!existsSync(dir) || hashOf(listFiles(dir)) !== hash) return null;
      const stored = { hash, release: readRelease(dir) };
      this.#releases.set(hash, stored);
      return stored;
    } catch {
      return null;
    }
  }

  /** Removes every release that is not in `keep`. */
  prune(keep: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#root)) {
      if (keep.has(name) || name.startsWith('.')) continue;
      this.#releases.delete(name);
      removeTree(join(this.#root, name));
    }
  }
}

/** Hash of a release: one line per file, sorted by path. */
export function hashOf(files: readonly ReleaseFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes, sha256, executable } of files)
    hash.update(`${sha256} ${bytes} ${executable ? 'x' : '-'} ${JSON.stringify(path)}\n`);
  return hash.digest('hex');
}

function foldersOf(files: readonly ReleaseFile[]): Set<string> {
  const folders = new Set<string>();
  for (const { path } of files)
    for (let dir = dirname(path); dir !== '.'; dir = dirname(dir)) folders.add(dir);
  return folders;
}

/** Copies one file, opened without following a link. What was listed and what was copied are compared by hash later. */
function copyOne(from: string, to: string, file: ReleaseFile): void {
  const path = join(to, file.path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const source = openSync(
    join(from, file.path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const target = openSync(path, 'wx', 0o600);
    try {
      const buffer = Buffer.allocUnsafe(256 * 1024);
      for (let left = file.bytes; left > 0; ) {
        const got = readSync(source, buffer, 0, Math.min(buffer.length, left), null);
        if (got === 0) break;
        writeSync(target, buffer, 0, got);
        left -= got;
      }
      fsyncSync(target);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
  chmodSync(path, file.executable ? 0o555 : 0o444);
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
