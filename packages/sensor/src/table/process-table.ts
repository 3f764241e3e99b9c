/**
 * The processes of this host as the probes tell them: live ones, and exited ones for as long as late events or
 * descendants may ask for them. Keys are pid and start time (CLOCK_BOOTTIME ns, as two 32-bit halves: no BigInt on
 * the way of an event).
 */
import { type Image, unknownImage } from './image.ts';

/** An exited process is kept at least this long: fanotify events of short-lived writers arrive late. */
export const KEEP_EXITED_MS = 5000;
/** Exited processes beyond this number go early, oldest first. */
const MAX_EXITED = 32_768;
/** Exited ancestors kept for their living descendants: a chain no longer than this. */
export const MAX_ANCESTORS = 64;

export class Process {
  readonly pid: number;
  readonly startLow: number;
  readonly startHigh: number;
  /** Who forked it, also after that one's exit. */
  parent: Process | undefined;
  ppid: number;
  /** What the parent ran when it forked this process. */
  parentImage: Image;
  image: Image = unknownImage;
  /** What it ran before its last exec, for records that are older than that exec. */
  previous: Image | undefined;
  execLow = 0;
  execHigh = 0;
  /** Record templates of the current image by class id; see encode/event-encoder.ts. */
  templates: (Uint8Array | undefined)[] = [];
  /** Milliseconds (monotonic) of the exit's arrival; -1 while it lives. */
  exitedAt = -1;
  /** Whether its exit record came; an exit may be known without one. */
  exitReported = false;
  /** Children that are in the table. */
  children = 0;
  /** Whether the start time is exact; what procfs says is in ticks of 10 ms. */
  exact = true;
  /** The process that had the pid before and is still kept. */
  older: Process | undefined;

  constructor(pid: number, startLow: number, startHigh: number, parent: Process | undefined, ppid: number) {
    this.pid = pid;
    this.startLow = startLow;
    this.startHigh = startHigh;
    this.parent = parent;
    this.ppid = ppid;
    this.parentImage = parent?.image ?? unknownImage;
  }

  /** Sets what it runs now. Templates of the old image are void. */
  setImage(image: Image, timeLow: number, timeHigh: number): void {
    this.previous = this.image === unknownImage ? undefined : this.image;
    this.image = image;
    this.execLow = timeLow;
    this.execHigh = timeHigh;
    this.templates = [];
  }

  /** Sets what it runs or as whom, without an exec. */
  changeImage(image: Image): void {
    this.image = image;
    this.templates = [];
  }

  /** Was this record's time before the last exec? */
  isBeforeExec(timeLow: number, timeHigh: number): boolean {
    return timeHigh < this.execHigh || (timeHigh === this.execHigh && timeLow < this.execLow);
  }
}

export class ProcessTable {
  readonly #byPid = new Map<number, Process>();
  /** Exited processes in the order of their exits. */
  #exited: Process[] = [];
  #exitedFrom = 0;
  /** Exited and due, but with children in the table. */
  readonly #waiting = new Set<Process>();
  #live = 0;

  get live(): number {
    return this.#live;
  }
  /** All that is kept. */
  get kept(): number {
    return this.#live + this.#exited.length - this.#exitedFrom + this.#waiting.size;
  }

  /** The process with this identity. */
  find(pid: number, startLow: number, startHigh: number): Process | undefined {
    let process = this.#byPid.get(pid);
    while (process && (process.startLow !== startLow || process.startHigh !== startHigh))
      process = process.older;
    return process;
  }

  /** The newest process with this pid, exited or not. */
  newest(pid: number): Process | undefined {
    return this.#byPid.get(pid);
  }

  /**
   * Adds a process that was forked, or that a record names before its fork was seen.
   * An older holder of the pid whose exit was lost counts as exited.
   */
  add(process: Process, now: number): Process {
    const holder = this.#byPid.get(process.pid);
    if (holder) {
      this.exit(holder, now);
      process.older = holder;
    }
    this.#byPid.set(process.pid, process);
    if (process.parent) process.parent.children++;
    this.#live++;
    return process;
  }

  /** Says who the parent of a process is that was added without one. */
  link(process: Process, parent: Process): void {
    if (process.parent || process === parent) return;
    process.parent = parent;
    parent.children++;
  }

  /** Puts the same process with an exact start time in the place of one that procfs told of. */
  replace(old: Process, process: Process): void {
    process.older = old.older;
    process.children = old.children;
    process.exitedAt = old.exitedAt;
    if (this.#byPid.get(old.pid) === old) this.#byPid.set(old.pid, process);
    for (const other of this.#byPid.values()) if (other.parent === old) other.parent = process;
    if (old.exitedAt >= 0) this.#exited = this.#exited.map((exited) => (exited === old ? process : exited));
  }

  /** Marks an exit; false when it was known (two last threads may both report it). */
  exit(process: Process, now: number): boolean {
    if (process.exitedAt >= 0) return false;
    process.exitedAt = now;
    this.#live--;
    this.#exited.push(process);
    return true;
  }

  /** Forgets exited processes that are due. @param now milliseconds, monotonic */
  expire(now: number): void {
    const excess = (): boolean => this.#exited.length - this.#exitedFrom > MAX_EXITED;
    while (this.#exitedFrom < this.#exited.length) {
      const process = this.#exited[this.#exitedFrom] as Process;
      if (now - process.exitedAt < KEEP_EXITED_MS && !excess()) break;
      this.#exitedFrom++;
      process.previous = undefined;
      process.templates = [];
      if (process.children > 0 && this.#waiting.size < MAX_EXITED) this.#waiting.add(process);
      else this.#forget(process);
    }
    if (this.#exitedFrom > 4096 && this.#exitedFrom * 2 > this.#exited.length) {
      this.#exited = this.#exited.slice(this.#exitedFrom);
      this.#exitedFrom = 0;
    }
  }

  #forget(process: Process): void {
    let next: Process | undefined = process;
    // Upwards: the last child of an exited ancestor releases it too.
    while (next) {
      this.#unlink(next);
      const parent: Process | undefined = next.parent;
      next.parent = undefined;
      next = undefined;
      if (parent && --parent.children <= 0 && this.#waiting.delete(parent)) next = parent;
    }
  }

  #unlink(process: Process): void {
    let newer = this.#byPid.get(process.pid);
    if (newer === process) {
      if (process.older) this.#byPid.set(process.pid, process.older);
      else this.#byPid.delete(process.pid);
      return;
    }
    while (newer && newer.older !== process) newer = newer.older;
    if (newer) newer.older = process.older;
  }

  /** The process and its ancestors, at most `MAX_ANCESTORS`, itself first. */
  chain(process: Process): Process[] {
    const chain: Process[] = [];
    for (let at: Process | undefined = process; at && chain.length < MAX_ANCESTORS; at = at.parent)
      chain.push(at);
    return chain;
  }

  /** Living processes, in no order. */
  *living(): Generator<Process> {
    for (const process of this.#byPid.values()) if (process.exitedAt < 0) yield process;
  }
}
