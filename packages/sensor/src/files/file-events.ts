/** Turns what fanotify reports into events. One report may stand for several acts on a file: each becomes an event. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { classId, fieldSlot, RecordFlag } from '@ringfence/events';
import type { EventEncoder } from '../encode/event-encoder.ts';
import { offsetOf } from '../encode/slots.ts';
import type { Actors } from '../ingest/actors.ts';
import { Fan, type FileEvent, type Place } from './fanotify.ts';
import type { Folders } from './folders.ts';

const fileClass = (name: string): { id: number; path: number; slot: number } => ({
  id: classId(name),
  path: offsetOf(name, 'file.path'),
  slot: fieldSlot(name, 'file.path'),
});
const Create = fileClass('file_create');
const Write = fileClass('file_write');
const Delete = fileClass('file_delete');
const Rename = {
  ...fileClass('file_rename'),
  old: offsetOf('file_rename', 'file.old_path'),
  oldSlot: fieldSlot('file_rename', 'file.old_path'),
};
const Change = {
  ...fileClass('file_change'),
  mode: offsetOf('file_change', 'file.mode'),
  uid: offsetOf('file_change', 'file.uid'),
  setid: offsetOf('file_change', 'file.setid'),
};
const Link = {
  ...fileClass('file_link'),
  target: offsetOf('file_link', 'file.link_target'),
  targetSlot: fieldSlot('file_link', 'file.link_target'),
};
/** All classes that fanotify feeds but secret_read. */
export const fileClassIds: readonly number[] = [Create, Write, Delete, Rename, Change, Link].map(
  ({ id }) => id,
);

const SLASH = Buffer.from('/');
const DOT = 0x2e;
const SETID_BITS = 0o6000;
/** Folders in which container runtimes keep what containers write, and the scratch names of overlay's copy-up. */
const containerFolder = /\/(?:overlay2\/[^/]+\/diff|snapshots\/\d+\/fs|overlay\/[^/]+\/diff)\//;
const overlayScratch = /\/work\/(?:work|index)\/#?[0-9a-f]+$/;

interface Found {
  readonly path: Buffer;
  readonly detached: boolean;
}

export class FileEvents {
  readonly #encoder: EventEncoder;
  readonly #actors: Actors;
  readonly #folders: Folders;
  readonly #wanted: Uint8Array;
  readonly #ownPids: ReadonlySet<number>;
  readonly #ownFolders: readonly Buffer[];
  /** Called with each path that now names another file. */
  readonly #onNewFile: (path: Buffer) => void;
  #upperFolders: readonly Buffer[] = [];
  #timeLow = 0;
  #timeHigh = 0;
  #movedFrom: { pid: number; found: Found } | undefined;

  constructor(
    encoder: EventEncoder,
    actors: Actors,
    folders: Folders,
    wanted: Uint8Array,
    own: { readonly pids: readonly number[]; readonly folders: readonly string[] },
    onNewFile: (path: Buffer) => void,
  ) {
    this.#encoder = encoder;
    this.#actors = actors;
    this.#folders = folders;
    this.#wanted = wanted;
    this.#ownPids = new Set(own.pids);
    this.#ownFolders = own.folders.map((folder) => Buffer.from(folder.endsWith('/') ? folder : `${folder}/`));
    this.#onNewFile = onNewFile;
  }

  set upperFolders(folders: readonly string[]) {
    this.#upperFolders = folders.map((folder) => Buffer.from(folder));
  }

  /** The time for the events of this round: fanotify tells none. */
  setTime(low: number, high: number): void {
    this.#timeLow = low;
    this.#timeHigh = high;
    this.#movedFrom = undefined;
  }

  /** False: the agent did it in its own folders. */
  take(buffer: Buffer, event: FileEvent): boolean {
    const { mask, pid } = event;
    const found = this.#locate(buffer, event.place);
    if (!found) return true;
    const isFolder = (mask & Fan.ONDIR) !== 0;
    const target = event.target.start >= 0 ? this.#locate(buffer, event.target) : undefined;
    if (isFolder) this.#noteFolder(buffer, event, found, target);
    if (mask & (Fan.CREATE | Fan.MOVED_TO | Fan.CLOSE_WRITE)) this.#onNewFile(found.path);
    if (target) this.#onNewFile(target.path);
    if (this.#isOwn(pid, found.path)) return false;
    if (overlayScratch.test(found.path.toString('latin1'))) return true;

    if (mask & Fan.CREATE) this.#created(pid, found, isFolder);
    if (mask & Fan.ATTRIB) this.#changed(pid, found);
    if (mask & Fan.CLOSE_WRITE) this.#plain(Write, pid, found);
    if (mask & Fan.RENAME && target) this.#renamed(pid, found, target);
    // Older kernels tell the two halves one after the other.
    if (mask & Fan.MOVED_FROM) this.#movedFrom = { pid, found };
    if (mask & Fan.MOVED_TO) {
      const from = this.#movedFrom;
      this.#renamed(pid, from?.pid === pid ? from.found : undefined, found);
      this.#movedFrom = undefined;
    }
    if (mask & Fan.DELETE) this.#plain(Delete, pid, found);
    return true;
  }

  /** The path of a folder and a name in it; `undefined` when the event has none. */
  #locate(buffer: Buffer, place: Place): Found | undefined {
    if (place.start < 0) return undefined;
    const { path, gone } = this.#folders.find(buffer, place.start, place.handleEnd);
    const length = place.nameEnd - place.handleEnd;
    // "." is the folder itself.
    if (length === 0 || (length === 1 && buffer[place.handleEnd] === DOT))
      return path.length === 0 ? undefined : { path, detached: gone };
    const name = buffer.subarray(place.handleEnd, place.nameEnd);
    // In a folder that nobody can name any more, the bare name is all there is.
    if (path.length === 0) return { path: Buffer.from(name), detached: true };
    const parts = path.length === 1 ? [path, name] : [path, SLASH, name];
    return { path: Buffer.concat(parts), detached: gone };
  }

  #noteFolder(buffer: Buffer, event: FileEvent, found: Found, target: Found | undefined): void {
    if (event.mask & (Fan.RENAME | Fan.MOVED_TO | Fan.MOVED_FROM)) this.#folders.forget();
    const self = event.self;
    const path = target ?? found;
    if (self.start >= 0 && event.mask & (Fan.CREATE | Fan.RENAME | Fan.MOVED_TO) && !path.detached)
      this.#folders.learn(buffer, self.start, self.handleEnd, path.path);
  }

  #isOwn(pid: number, path: Buffer): boolean {
    if (!this.#ownPids.has(pid)) return false;
    return this.#ownFolders.some((folder) => startsWith(path, folder));
  }

  #begin(id: number, pid: number, found: Found): boolean {
    const process = this.#actors.newest(pid);
    const begun = process ? this.#encoder.begin(id, process) : this.#encoder.beginUnknown(id, pid);
    if (!begun) return false;
    if (found.detached) this.#encoder.flag(RecordFlag.PATH_DETACHED);
    if ((process && process.image.container.length > 0) || this.#isContainerPath(found.path))
      this.#encoder.flag(RecordFlag.HOST_VIEW);
    return true;
  }

  #isContainerPath(path: Buffer): boolean {
    if (this.#upperFolders.some((folder) => startsWith(path, folder))) return true;
    return path.length > 40 && containerFolder.test(path.toString('latin1'));
  }

  #plain(kind: { id: number; path: number; slot: number }, pid: number, found: Found): void {
    if (!this.#wanted[kind.id] || !this.#begin(kind.id, pid, found)) return;
    this.#encoder.text(kind.path, kind.slot, found.path);
    this.#encoder.end(this.#timeLow, this.#timeHigh);
  }

  /** A creation, or a link: the kernel reports them alike, so the file is looked at. */
  #created(pid: number, found: Found, isFolder: boolean): void {
    if (!isFolder && this.#wanted[Link.id] && !found.detached) {
      const stat = look(found.path);
      const symbolic = stat?.isSymbolicLink() ?? false;
      if (symbolic || (stat?.isFile() && stat.nlink > 1)) {
        if (!this.#begin(Link.id, pid, found)) return;
        this.#encoder.text(Link.path, Link.slot, found.path);
        if (symbolic) this.#encoder.text(Link.target, Link.targetSlot, readLink(found.path));
        this.#encoder.end(this.#timeLow, this.#timeHigh);
        return;
      }
    }
    this.#plain(Create, pid, found);
  }

  #changed(pid: number, found: Found): void {
    if (!this.#wanted[Change.id]) return;
    const stat = found.detached ? undefined : look(found.path);
    if (!this.#begin(Change.id, pid, found)) return;
    this.#encoder.text(Change.path, Change.slot, found.path);
    if (stat) {
      this.#encoder.u32(Change.mode, stat.mode);
      this.#encoder.u32(Change.uid, stat.uid);
      this.#encoder.u8(Change.setid, stat.mode & SETID_BITS ? 1 : 0);
    }
    this.#encoder.end(this.#timeLow, this.#timeHigh);
  }

  #renamed(pid: number, from: Found | undefined, to: Found): void {
    if (!this.#wanted[Rename.id] || !this.#begin(Rename.id, pid, to)) return;
    this.#encoder.text(Rename.path, Rename.slot, to.path);
    if (from) this.#encoder.text(Rename.old, Rename.oldSlot, from.path);
    this.#encoder.end(this.#timeLow, this.#timeHigh);
  }
}

function startsWith(path: Buffer, prefix: Buffer): boolean {
  return path.length >= prefix.length && path.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

function look(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // not a folder any more, or not ours to see
  }
}

function readLink(path: Buffer): Buffer {
  try {
    return readlinkSync(path, 'buffer');
  } catch {
    return Buffer.alloc(0);
  }
}
