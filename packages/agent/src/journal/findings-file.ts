/**
 * findings.jsonl: one OCSF Detection Finding a line, mode 0600. Whoever rotates it moves it away: the agent sees that
 * its inode is another one (at most a second later, or at once on SIGHUP) and begins a new file.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { errnoOf } from '../errors.ts';

/** How long a look at the path's inode is trusted, milliseconds. */
const LOOK_EVERY = 1_000;

export class FindingsFile {
  readonly path: string;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #fd: number | undefined;
  #size = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param maxBytes moved to `<path>.1` when it is this large; 0: never */
  constructor(path: string, maxBytes: number, now: () => number = () => performance.now()) {
    this.path = path;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /**
   * Appends lines. All of them are there when it returns; when it throws (disk full), none is: what was written of
   * them is taken back.
   */
  append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const fd = this.#ready();
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const start = this.#size;
    let at = 0;
    try {
      while (at < bytes.length) at += writeSync(fd, bytes, at);
      this.#size += bytes.length;
    } catch (error) {
      try {
        ftruncateSync(fd, start);
      } catch {
        this.reopen();
      }
      throw error;
    }
  }

  /** Closes the file, so that the next line goes to whatever file then has the name. */
  reopen(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #ready(): number {
    if (this.#fd !== undefined && this.#now() - this.#lookedAt >= LOOK_EVERY && this.#moved(this.#fd))
      this.reopen();
    if (this.#fd !== undefined && this.#maxBytes > 0 && this.#size >= this.#maxBytes) {
      this.reopen();
      renameSync(this.path, `${this.path}.1`);
    }
    this.#fd ??= this.#open();
    return this.#fd;
  }

  #open(): number {
    const fd = openSync(this.path, 'a+', 0o600);
    this.#size = fstatSync(fd).size;
    this.#lookedAt = this.#now();
    // A line that a power cut left half written is ended, so that the next one is whole.
    if (this.#size > 0) {
      const last = Buffer.alloc(1);
      readSync(fd, last, 0, 1, this.#size - 1);
      if (last[0] !== 0x0a) this.#size += writeSync(fd, '\n');
    }
    return fd;
  }

  #moved(fd: number): boolean {
    this.#lookedAt = this.#now();
    try {
      const here = statSync(this.path);
      const held = fstatSync(fd);
      // copytruncate: the same inode, shorter.
      this.#size = held.size;
      return here.ino !== held.ino || here.dev !== held.dev;
    } catch (error) {
      return errnoOf(error) === 'ENOENT' || !existsSync(this.path);
    }
  }
}
