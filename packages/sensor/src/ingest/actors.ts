/** Finds who acted, for records that name a process by pid and start time, or by pid alone. */
import type { Containers } from '../facts/container.ts';
import type { Users } from '../facts/users.ts';
import { readProcess } from '../procfs/read-process.ts';
import { type Image, unknownImage } from '../table/image.ts';
import { Process, type ProcessTable } from '../table/process-table.ts';

const TICK_NS = 10_000_000n;
export const join64 = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low);
export const low32 = (value: bigint): number => Number(BigInt.asUintN(32, value));
export const high32 = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));

export class Actors {
  readonly #table: ProcessTable;
  readonly #users: Users;
  readonly #containers: Containers;
  /** Milliseconds, monotonic, of this round of the drain loop. */
  now = 0;
  #last: Process | undefined;

  constructor(table: ProcessTable, users: Users, containers: Containers) {
    this.#table = table;
    this.#users = users;
    this.#containers = containers;
  }

  /** The process with this identity; taken in from /proc, or as an unknown one, when the table lacks it. */
  find(pid: number, startLow: number, startHigh: number): Process {
    // Records come in runs of one process.
    const last = this.#last;
    if (last !== undefined && last.pid === pid && last.startLow === startLow && last.startHigh === startHigh)
      return last;
    const process = this.#table.find(pid, startLow, startHigh) ?? this.#adopt(pid, startLow, startHigh);
    this.#last = process;
    return process;
  }

  /** The image that a record of this time belongs to. */
  static imageAt(process: Process, timeLow: number, timeHigh: number): Image {
    return process.previous !== undefined && process.isBeforeExec(timeLow, timeHigh)
      ? process.previous
      : process.image;
  }

  /** The newest process with a pid, for fanotify, which tells no start time. */
  newest(pid: number): Process | undefined {
    return this.#table.newest(pid) ?? this.adoptPid(pid);
  }

  /** Takes a process in from /proc; its parents too, as far as they are missing. `undefined`: it is gone. */
  adoptPid(pid: number, depth = 0): Process | undefined {
    if (pid <= 0) return undefined;
    const read = readProcess(pid, this.#users, this.#containers);
    if (!read) return undefined;
    const known = this.#table.newest(pid);
    if (known && sameStart(known, read.startTime)) return known;
    return this.#insert(
      pid,
      low32(read.startTime),
      high32(read.startTime),
      false,
      read.ppid,
      read.image,
      depth,
    );
  }

  #adopt(pid: number, startLow: number, startHigh: number): Process {
    const start = join64(startLow, startHigh);
    const newest = this.#table.newest(pid);
    if (newest && !newest.exact && sameStart(newest, start)) {
      // Known from procfs by its tick; now the exact time is known too.
      return this.#replace(newest, startLow, startHigh);
    }
    const read = readProcess(pid, this.#users, this.#containers);
    if (read && start - (start % TICK_NS) === read.startTime)
      return this.#insert(pid, startLow, startHigh, true, read.ppid, read.image, 0);
    const process = this.#insert(pid, startLow, startHigh, true, 0, unknownImage, 0);
    this.#table.exit(process, this.now);
    return process;
  }

  #replace(old: Process, startLow: number, startHigh: number): Process {
    const process = new Process(old.pid, startLow, startHigh, old.parent, old.ppid);
    process.parentImage = old.parentImage;
    process.image = old.image;
    process.previous = old.previous;
    this.#table.replace(old, process);
    return process;
  }

  #insert(
    pid: number,
    startLow: number,
    startHigh: number,
    exact: boolean,
    ppid: number,
    image: Image,
    depth: number,
  ): Process {
    let parent = ppid > 0 ? this.#table.newest(ppid) : undefined;
    if (!parent && ppid > 0 && depth < 16) parent = this.adoptPid(ppid, depth + 1);
    const process = new Process(pid, startLow, startHigh, parent, ppid);
    process.exact = exact;
    process.image = image;
    return this.#table.add(process, this.now);
  }
}

/** Do a process of the table and a start time mean the same, by ticks of 10 ms? */
function sameStart(process: Process, start: bigint): boolean {
  const known = join64(process.startLow, process.startHigh);
  return known - (known % TICK_NS) === start - (start % TICK_NS);
}
