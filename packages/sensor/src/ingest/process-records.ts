/** Process life: exec, fork and exit records become the table, and events. */
import { fieldSlot, RecordFlag } from '@ringfence/events';
import { type EventEncoder } from '../encode/event-encoder.ts';
import { layoutOf, offsetOf } from '../encode/slots.ts';
import type { Containers } from '../facts/container.ts';
import type { Users } from '../facts/users.ts';
import { Cut, type Image } from '../table/image.ts';
import { Process, type ProcessTable } from '../table/process-table.ts';
import type { Actors } from './actors.ts';

const at = (field: string): number => offsetOf('process_start', field, 'probe');
const Start = {
  PID: at('process.pid'),
  PPID: at('process.ppid'),
  TIME: at('process.start_time'),
  UID: at('process.uid'),
  GID: at('process.gid'),
  EUID: at('process.euid'),
  LOGIN_UID: at('process.login_uid'),
  SESSION: at('process.session'),
  PATH: at('process.path'),
  ARGV: at('process.argv'),
  CWD: at('process.cwd'),
  TTY: at('process.tty'),
  CGROUP: at('process.cgroup'),
  LINKS: at('file.links'),
  INODE: at('file.inode'),
  /** What start.h puts after the public layout. */
  PARENT_START: layoutOf('process_start', 'probe').fixedBytes,
  CGROUP_NAMES: layoutOf('process_start', 'probe').fixedBytes + 8,
} as const;
const slot = (field: string): number => fieldSlot('process_start', field);
const CUT_PATH = 1 << slot('process.path');
const CUT_ARGV = 1 << slot('process.argv');
const CUT_CWD = 1 << slot('process.cwd');

const Event = {
  START: {
    id: layoutOf('process_start', 'event').recordClass.id,
    CWD: offsetOf('process_start', 'process.cwd'),
    CWD_SLOT: slot('process.cwd'),
    TTY: offsetOf('process_start', 'process.tty'),
    TTY_SLOT: slot('process.tty'),
    CGROUP: offsetOf('process_start', 'process.cgroup'),
    LINKS: offsetOf('process_start', 'file.links'),
    INODE: offsetOf('process_start', 'file.inode'),
    PARENT_START: offsetOf('process_start', 'parent.start_time'),
  },
  MEMORY: {
    id: layoutOf('memory_exec', 'event').recordClass.id,
    FILE: offsetOf('memory_exec', 'file.path'),
    FILE_SLOT: fieldSlot('memory_exec', 'file.path'),
  },
  EXIT: {
    id: layoutOf('process_exit', 'event').recordClass.id,
    CODE: offsetOf('process_exit', 'exit.code'),
    SIGNAL: offsetOf('process_exit', 'exit.signal'),
  },
} as const;
const EXIT_CODE = offsetOf('process_exit', 'exit.code', 'probe');
const Fork = {
  PID: offsetOf('process_fork', 'process.pid', 'probe'),
  START: offsetOf('process_fork', 'process.start_time', 'probe'),
  PARENT: offsetOf('process_fork', 'parent.pid', 'probe'),
  PARENT_START: offsetOf('process_fork', 'parent.start_time', 'probe'),
} as const;

/**
 * Reads the image out of a process start record that begins at `base`.
 * @param before what the process ran until then: mostly in the same folder and on the same terminal
 */
export function readImage(
  bytes: Buffer,
  base: number,
  users: Users,
  containers: Containers,
  before: Image,
): Image {
  const u32 = (offset: number): number => bytes.readUInt32LE(base + offset);
  const text = (offset: number, likely: Uint8Array = none): Uint8Array => {
    const start = base + bytes.readUInt16LE(base + offset);
    return copyText(bytes, start, bytes.readUInt16LE(base + offset + 2), likely);
  };
  const cut = u32(24);
  const names = base + bytes.readUInt16LE(base + Start.CGROUP_NAMES);
  const uid = u32(Start.UID);
  return {
    path: text(Start.PATH),
    argv: text(Start.ARGV),
    cwd: text(Start.CWD, before.cwd),
    tty: text(Start.TTY, before.tty),
    user: users.name(uid),
    container: containers.id(bytes, names, names + bytes.readUInt16LE(base + Start.CGROUP_NAMES + 2)),
    uid,
    gid: u32(Start.GID),
    euid: u32(Start.EUID),
    loginUid: u32(Start.LOGIN_UID),
    session: u32(Start.SESSION),
    cgroupLow: u32(Start.CGROUP),
    cgroupHigh: u32(Start.CGROUP + 4),
    links: u32(Start.LINKS),
    inodeLow: u32(Start.INODE),
    inodeHigh: u32(Start.INODE + 4),
    truncated:
      (cut & CUT_PATH ? Cut.PATH : 0) | (cut & CUT_ARGV ? Cut.ARGV : 0) | (cut & CUT_CWD ? Cut.CWD : 0),
    flags: bytes.readUInt16LE(base + 6),
  };
}

const none = new Uint8Array(0);

/** The bytes of a text in a record, or `likely` if it has the same: making a typed array costs more than comparing. */
function copyText(bytes: Buffer, start: number, length: number, likely: Uint8Array): Uint8Array {
  if (length === 0) return none;
  if (length === likely.length) {
    let same = 0;
    while (same < length && bytes[start + same] === likely[same]) same++;
    if (same === length) return likely;
  }
  const copy = Buffer.allocUnsafe(length);
  bytes.copy(copy, 0, start, start + length);
  return copy;
}

export class ProcessRecords {
  readonly #table: ProcessTable;
  readonly #actors: Actors;
  readonly #encoder: EventEncoder;
  readonly #users: Users;
  readonly #containers: Containers;
  readonly #wanted: Uint8Array;

  constructor(
    table: ProcessTable,
    actors: Actors,
    encoder: EventEncoder,
    users: Users,
    containers: Containers,
    wanted: Uint8Array,
  ) {
    this.#table = table;
    this.#actors = actors;
    this.#encoder = encoder;
    this.#users = users;
    this.#containers = containers;
    this.#wanted = wanted;
  }

  fork(bytes: Buffer, base: number): void {
    const u32 = (offset: number): number => bytes.readUInt32LE(base + offset);
    const pid = u32(Fork.PID);
    const [low, high] = [u32(Fork.START), u32(Fork.START + 4)];
    if (this.#table.find(pid, low, high)) return; // the task iterator was first
    const parent = this.#actors.find(u32(Fork.PARENT), u32(Fork.PARENT_START), u32(Fork.PARENT_START + 4));
    const process = new Process(pid, low, high, parent, parent.pid);
    process.image = parent.image;
    this.#table.add(process, this.#actors.now);
  }

  /** Returns the process; also for records of the task iterator (`existing`), which are no events. */
  start(bytes: Buffer, base: number, existing: boolean): Process {
    const u32 = (offset: number): number => bytes.readUInt32LE(base + offset);
    const pid = u32(Start.PID);
    const [low, high] = [u32(Start.TIME), u32(Start.TIME + 4)];
    const [timeLow, timeHigh] = [u32(8), u32(12)];
    let process = this.#table.find(pid, low, high);
    if (!process) {
      const ppid = u32(Start.PPID);
      // While the iterator runs parents may come after their children: it links them in a second pass.
      const parent =
        ppid > 0 && !existing
          ? this.#actors.find(ppid, u32(Start.PARENT_START), u32(Start.PARENT_START + 4))
          : undefined;
      process = this.#table.add(new Process(pid, low, high, parent, ppid), this.#actors.now);
    }
    const image = readImage(bytes, base, this.#users, this.#containers, process.image);
    if (existing) {
      process.image = image;
      return process;
    }
    process.setImage(image, timeLow, timeHigh);
    this.reportStart(process, timeLow, timeHigh, 0);
    return process;
  }

  /** Identity of the parent in a process start record, for linking. */
  static parentOf(bytes: Buffer, base: number): { pid: number; low: number; high: number } {
    return {
      pid: bytes.readUInt32LE(base + Start.PPID),
      low: bytes.readUInt32LE(base + Start.PARENT_START),
      high: bytes.readUInt32LE(base + Start.PARENT_START + 4),
    };
  }

  exit(bytes: Buffer, base: number): void {
    const u32 = (offset: number): number => bytes.readUInt32LE(base + offset);
    const process = this.#actors.find(u32(32), u32(40), u32(44));
    if (process.exitReported) return; // two last threads may both report it
    process.exitReported = true;
    this.#table.exit(process, this.#actors.now);
    if (!this.#wanted[Event.EXIT.id] || !this.#encoder.begin(Event.EXIT.id, process)) return;
    this.#encoder.raw(Event.EXIT.CODE, bytes, base + EXIT_CODE, 8);
    this.#encoder.end(u32(8), u32(12));
  }

  /** An exit that polling found: nobody told its status. */
  encodePolledExit(process: Process, timeLow: number, timeHigh: number): void {
    if (process.exitReported) return;
    process.exitReported = true;
    if (!this.#wanted[Event.EXIT.id] || !this.#encoder.begin(Event.EXIT.id, process)) return;
    this.#encoder.flag(RecordFlag.POLLED);
    this.#encoder.end(timeLow, timeHigh);
  }

  /** A program start, which is a second event when the program is in no folder. */
  reportStart(process: Process, timeLow: number, timeHigh: number, flags: number): void {
    this.encodeStart(process, timeLow, timeHigh, flags);
    if (process.image.links === 0 && process.image.path.length > 0 && this.#wanted[Event.MEMORY.id])
      this.#encodeMemoryExec(process, timeLow, timeHigh, flags);
  }

  encodeStart(process: Process, timeLow: number, timeHigh: number, flags: number): void {
    const { image } = process;
    const encoder = this.#encoder;
    if (!this.#wanted[Event.START.id] || !encoder.begin(Event.START.id, process)) return;
    encoder.text(Event.START.CWD, Event.START.CWD_SLOT, image.cwd);
    if (image.truncated & Cut.CWD) encoder.cut(Event.START.CWD_SLOT);
    encoder.text(Event.START.TTY, Event.START.TTY_SLOT, image.tty);
    encoder.u64(Event.START.CGROUP, image.cgroupLow, image.cgroupHigh);
    encoder.u32(Event.START.LINKS, image.links);
    encoder.u64(Event.START.INODE, image.inodeLow, image.inodeHigh);
    if (process.parent)
      encoder.bootTime(Event.START.PARENT_START, process.parent.startLow, process.parent.startHigh);
    encoder.flag(flags);
    encoder.end(timeLow, timeHigh);
  }

  #encodeMemoryExec(process: Process, timeLow: number, timeHigh: number, flags: number): void {
    const encoder = this.#encoder;
    if (!encoder.begin(Event.MEMORY.id, process)) return;
    const { path } = process.image;
    // A memory file lies in no directory: its name has no slash in front.
    const memory = path[0] === 0x2f && Buffer.from(path.subarray(1, 7)).equals(memfd) ? 1 : 0;
    encoder.text(Event.MEMORY.FILE, Event.MEMORY.FILE_SLOT, path, memory);
    encoder.flag(flags | RecordFlag.PATH_DETACHED);
    encoder.end(timeLow, timeHigh);
  }
}

const memfd = Buffer.from('memfd:');
