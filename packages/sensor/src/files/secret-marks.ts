/**
 * Reads of secrets, by marks on their inodes. A file that is replaced (as passwd(1) does, by rename) gets its mark
 * again as soon as the rename is seen; between the two a read is missed.
 */
import { statSync } from 'node:fs';
import { classId, fieldSlot } from '@ringfence/events';
import type { Waker } from '../drain/waiter.ts';
import type { EventEncoder } from '../encode/event-encoder.ts';
import { offsetOf } from '../encode/slots.ts';
import { secretPaths } from '../facts/secret-paths.ts';
import type { Users } from '../facts/users.ts';
import type { Actors } from '../ingest/actors.ts';
import { errnoName, type Native } from '../native.ts';
import type { Missing } from '../protocol.ts';
import { Fan, FileEvent, forEachFileEvent, Init, Mark } from './fanotify.ts';
import { FanotifyGroup } from './fanotify-group.ts';

const CLASS = classId('secret_read');
const PATH = offsetOf('secret_read', 'file.path');
const SLOT = fieldSlot('secret_read', 'file.path');
const LIST_MS = 10_000;
/**
 * Replaced files are seen at once where renames and creations are (`renewed`). The look finds the rest: other file
 * systems, folders that were replaced, paths through symbolic links.
 */
const LOOK_MS = 5000;
/** An open and the reads after it are one event. */
const SAME_READ_MS = 2000;
const HANDLE_BYTES = 128;

export class SecretMarks implements Disposable {
  readonly #native: Native;
  readonly #group: FanotifyGroup;
  readonly #encoder: EventEncoder;
  readonly #actors: Actors;
  readonly #users: Users;
  readonly #more: readonly string[];
  readonly #ownPids: ReadonlySet<number>;
  readonly #event: FileEvent = new FileEvent();
  /** Secrets by path: the stamp of the marked inode, or why there is no mark. */
  readonly #marked = new Map<string, { stamp: string; key: string; path: Buffer }>();
  readonly #byHandle = new Map<string, Buffer>();
  readonly #reported = new Map<string, number>();
  readonly #failed = new Map<string, string>();
  #paths: ReadonlySet<string> = new Set();
  #listed = -Infinity;
  #looked = -Infinity;
  overflows = 0;

  /** @throws {SensorError} `system-call` */
  constructor(
    native: Native,
    encoder: EventEncoder,
    actors: Actors,
    users: Users,
    more: readonly string[],
    ownPids: readonly number[],
  ) {
    this.#native = native;
    this.#encoder = encoder;
    this.#actors = actors;
    this.#users = users;
    this.#more = more;
    this.#ownPids = new Set(ownPids);
    this.#group = new FanotifyGroup(native, Init.CLOEXEC | Init.NONBLOCK | Init.REPORT_FID);
    this.refresh(performance.now());
  }

  get missing(): Missing[] {
    return [...this.#failed].map(([path, reason]) => ({
      what: `reads of ${path}: ${reason}`,
      effect: 'they are not reported',
      cure: 'none: its file system cannot be watched',
    }));
  }

  get waker(): Waker {
    return this.#group.waker;
  }

  /** Looks for new secrets and replaced files, at most each 5 s. */
  refresh(now: number): void {
    if (now - this.#looked < LOOK_MS) return;
    this.#looked = now;
    if (now - this.#listed >= LIST_MS) {
      this.#listed = now;
      this.#paths = new Set(secretPaths(this.#users.all, this.#more));
      for (const [path, { key }] of this.#marked)
        if (!this.#paths.has(path)) {
          this.#marked.delete(path);
          this.#byHandle.delete(key);
        }
    }
    for (const path of this.#paths) this.#look(path);
  }

  /** A path names another file now. */
  renewed(path: Buffer): void {
    const text = path.toString('utf8');
    if (this.#paths.has(text)) this.#look(text);
  }

  #look(path: string): void {
    const stat = statOf(path);
    const stamp = stat ? `${stat.dev}:${stat.ino}:${stat.ctimeMs}` : '';
    const known = this.#marked.get(path);
    // A new ctime may be a new inode with an old number; marking twice does no harm.
    if (known?.stamp === stamp || (!known && !stat)) return;
    if (known) {
      this.#marked.delete(path);
      this.#byHandle.delete(known.key);
    }
    if (!stat) return;
    const key = this.#keyOf(path);
    const result = key === undefined ? -1 : this.#group.mark(Mark.ADD, Fan.OPEN | Fan.ACCESS, path);
    if (key === undefined || result !== 0) {
      this.#failed.set(path, errnoName(result));
      return;
    }
    this.#failed.delete(path);
    const bytes = Buffer.from(path);
    this.#marked.set(path, { stamp, key, path: bytes });
    this.#byHandle.set(key, bytes);
  }

  /** What an event about this file will carry: its fsid and handle. */
  #keyOf(path: string): string | undefined {
    const AT_SYMLINK_FOLLOW = 0x400;
    const fsid = this.#native.fsid(path);
    const handle = Buffer.alloc(8 + HANDLE_BYTES);
    handle.writeUInt32LE(HANDLE_BYTES, 0);
    if (fsid === undefined) return undefined;
    if (this.#native.nameToHandle(path, handle, Buffer.alloc(4), AT_SYMLINK_FOLLOW) !== 0) return undefined;
    return fsid + handle.toString('hex', 0, 8 + handle.readUInt32LE(0));
  }

  /** Reads what there is; bytes in the group's buffer. */
  read(): number {
    return this.#group.read();
  }

  /** Reports what `read` left in the buffer. */
  take(length: number, wanted: Uint8Array, now: number, timeLow: number, timeHigh: number): void {
    const { buffer } = this.#group;
    if (this.#reported.size > 8192) this.#reported.clear();
    forEachFileEvent(buffer, length, this.#event, ({ mask, pid, self }) => {
      if (mask & Fan.OVERFLOW) this.overflows++;
      if (self.start < 0 || !wanted[CLASS] || this.#ownPids.has(pid)) return;
      const path = this.#byHandle.get(buffer.toString('hex', self.start, self.handleEnd));
      if (!path) return;
      const process = this.#actors.newest(pid);
      const reader = `${pid}:${process?.startLow ?? 0}:${process?.execLow ?? 0}:${path.toString()}`;
      const before = this.#reported.get(reader);
      if (before !== undefined && now - before < SAME_READ_MS) return;
      this.#reported.set(reader, now);
      const begun = process ? this.#encoder.begin(CLASS, process) : this.#encoder.beginUnknown(CLASS, pid);
      if (!begun) return;
      this.#encoder.text(PATH, SLOT, path);
      this.#encoder.end(timeLow, timeHigh);
    });
  }

  [Symbol.dispose](): void {
    this.#group[Symbol.dispose]();
  }
}

function statOf(path: string): { dev: number; ino: number; ctimeMs: number } | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? stat : undefined;
  } catch {
    return undefined;
  }
}
