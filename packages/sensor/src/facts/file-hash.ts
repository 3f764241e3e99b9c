/** SHA-256 of files, cached by what changes when the content does; bounded in size and time. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SensorError } from '../errors.ts';

const MAX_BYTES = 512 * 1024 * 1024;
const MAX_MS = 5000;
const MAX_CACHED = 4096;
const CHUNK = 1 << 20;
const MAX_AT_ONCE = 2;

export class FileHasher {
  readonly #known = new Map<string, string>();
  readonly #underWay = new Map<string, Promise<string>>();
  #running = 0;
  readonly #queue: (() => void)[] = [];

  /** The executable of a process; `undefined` when it cannot be had or is another file by now. */
  async ofProcess(target: {
    readonly pid: number;
    readonly path: string;
    readonly inode: bigint;
    readonly alive: boolean;
  }): Promise<string | undefined> {
    const paths = target.alive ? [`/proc/${target.pid}/exe`, target.path] : [target.path];
    for (const path of paths) {
      try {
        return await this.#hash(path, target.inode);
      } catch {
        // Gone, replaced or not to be read: try the next.
      }
    }
    return undefined;
  }

  /** A file as a process sees it (its root and working directory), or as this one does. @throws {SensorError} `refused` */
  async ofFile(path: string, pid?: number): Promise<string> {
    const candidates = pid === undefined ? [path] : [`/proc/${pid}/root${path}`, path];
    let last: unknown;
    for (const candidate of candidates) {
      try {
        return await this.#hash(candidate, undefined);
      } catch (error) {
        last = error;
      }
    }
    throw last instanceof SensorError
      ? last
      : new SensorError('refused', `${path} cannot be read: ${last instanceof Error ? last.message : ''}`, {
          cause: last,
        });
  }

  async #hash(path: string, inode: bigint | undefined): Promise<string> {
    // A fifo or a device must not hold us up.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile()) throw new SensorError('refused', `${path} is no regular file`);
      if (inode !== undefined && stat.ino !== inode)
        throw new SensorError('refused', `${path} is another file by now`);
      if (stat.size > MAX_BYTES) throw new SensorError('refused', `${path} has more than ${MAX_BYTES} bytes`);
      const key = `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
      const known = this.#known.get(key);
      if (known !== undefined) return known;
      let result = this.#underWay.get(key);
      if (!result) {
        result = this.#read(file, path);
        this.#underWay.set(key, result);
      }
      try {
        const sha256 = await result;
        if (this.#known.size >= MAX_CACHED) this.#known.delete(this.#known.keys().next().value as string);
        this.#known.set(key, sha256);
        return sha256;
      } finally {
        this.#underWay.delete(key);
      }
    } finally {
      await file.close();
    }
  }

  async #read(file: FileHandle, path: string): Promise<string> {
    await this.#enter();
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafeSlow(CHUNK);
      const end = performance.now() + MAX_MS;
      let total = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK, total);
        if (bytesRead === 0) return hash.digest('hex');
        total += bytesRead;
        hash.update(buffer.subarray(0, bytesRead));
        if (total > MAX_BYTES || performance.now() > end)
          throw new SensorError('refused', `${path} took longer than ${MAX_MS} ms to read`);
      }
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running++;
  }

  #leave(): void {
    this.#running--;
    this.#queue.shift()?.();
  }
}
