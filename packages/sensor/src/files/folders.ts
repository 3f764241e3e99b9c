/**
 * Paths of folders by their handles (name_to_handle_at(2)). No descriptor is kept open: that would keep a file system
 * from being unmounted.
 */
import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import type { Native } from '../native.ts';

const O_PATH = 0x20_0000;
const O_CLOEXEC = 0x8_0000;
const MAX_CACHED = 32_768;
const DELETED = Buffer.from(' (deleted)');

/** The path of a folder; `gone` when it was deleted or cannot be found. */
export interface Folder {
  readonly path: Buffer;
  readonly gone: boolean;
}

const unknown: Folder = { path: Buffer.alloc(0), gone: true };

export class Folders {
  readonly #native: Native;
  readonly #known = new Map<string, Folder>();
  /** Mount paths by fsid (hex). */
  readonly #mounts = new Map<string, string>();

  constructor(native: Native) {
    this.#native = native;
  }

  setMounts(mounts: Iterable<readonly [fsid: string, path: string]>): void {
    this.#mounts.clear();
    for (const [fsid, path] of mounts) this.#mounts.set(fsid, path);
    this.#known.clear();
  }

  /** After a folder was renamed paths below it are others. */
  forget(): void {
    this.#known.clear();
  }

  /** The folder whose fsid and handle lie at `start` to `end`. */
  find(buffer: Buffer, start: number, end: number): Folder {
    const key = buffer.toString('latin1', start, end);
    const known = this.#known.get(key);
    if (known) return known;
    const found = this.#resolve(buffer, start, end);
    // A handle that is stale now stays stale.
    this.#remember(key, found);
    return found;
  }

  /** Tells the path of a folder that was just created, since it may be gone before anybody asks. */
  learn(buffer: Buffer, start: number, end: number, path: Buffer): void {
    this.#remember(buffer.toString('latin1', start, end), { path, gone: false });
  }

  #remember(key: string, folder: Folder): void {
    if (this.#known.size >= MAX_CACHED) this.#known.clear();
    this.#known.set(key, folder);
  }

  #resolve(buffer: Buffer, start: number, end: number): Folder {
    const mount = this.#mounts.get(buffer.toString('hex', start, start + 8));
    if (mount === undefined) return unknown;
    let mountFd: number;
    try {
      mountFd = openSync(mount, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      return unknown;
    }
    try {
      const handle = buffer.subarray(start + 8, end);
      const fd = this.#native.openByHandle(mountFd, handle, O_PATH | O_CLOEXEC);
      if (fd < 0) return unknown;
      try {
        const path = readlinkSync(`/proc/self/fd/${fd}`, 'buffer');
        const gone = path.length > DELETED.length && path.subarray(-DELETED.length).equals(DELETED);
        return { path: gone ? path.subarray(0, path.length - DELETED.length) : path, gone };
      } finally {
        closeSync(fd);
      }
    } catch {
      return unknown;
    } finally {
      closeSync(mountFd);
    }
  }
}
