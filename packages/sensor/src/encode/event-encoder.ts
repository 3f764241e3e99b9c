/**
 * Writes events into batches. Most bytes of an event say who acted, and do not change while that process runs the
 * same image: they are laid out once per process and class (a template), and an event is a copy of those bytes with
 * its own fields put in. That keeps an event well below a microsecond.
 */
import {
  type ClockOffset,
  classBit,
  eventClasses,
  Header,
  RecordFlag,
  type RecordLayout,
} from '@ringfence/events';
import { Cut, type Image } from '../table/image.ts';
import type { Process } from '../table/process-table.ts';
import { BATCH_HEADER, type BatchPool } from './batch-pool.ts';
import type { Counts } from './counts.ts';
import { Actor, ActorSlot, layoutOf, PARENT_ARGV_MAX } from './slots.ts';

/**
 * Takes a batch, and puts its buffer back into the pool. The bytes of the frame header are left blank.
 * @param classes those of its records, as a set of `classBit`s
 */
export type BatchSink = (buffer: ArrayBuffer, used: number, count: number, classes: number) => void;

const layouts: (RecordLayout | undefined)[] = [];
for (const { id, name } of eventClasses) layouts[id] = layoutOf(name, 'event');

/** Classes that can come in floods. */
const isBulk = Uint8Array.from(layouts, (layout) => (layout?.recordClass.name === 'file_open' ? 1 : 0));

/** Classes of which an image has one event, or hardly more: a template would be made for nothing. */
const isOnce = Uint8Array.from(layouts, (layout) =>
  ['process_start', 'process_exit'].includes(layout?.recordClass.name ?? '') ? 1 : 0,
);

const TWO_32 = 0x1_0000_0000;
/** Shorter texts are copied byte by byte: a typed array's `set` costs more than that. */
const SHORT = 40;

export class EventEncoder {
  readonly #pool: BatchPool;
  readonly #sink: BatchSink;
  readonly #counts: Counts;
  readonly #clock: ClockOffset;
  #buffer: ArrayBuffer | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #data: DataView = new DataView(new ArrayBuffer(0));
  /** End of the finished records. */
  #used = 0;
  #count = 0;
  #classes = 0;
  /** The record being written. */
  #start = 0;
  #end = 0;
  #classId = 0;
  #flags = 0;
  #cutLow = 0;
  #cutHigh = 0;
  #sequenceLow = 1;
  #sequenceHigh = 0;

  constructor(pool: BatchPool, counts: Counts, clock: ClockOffset, sink: BatchSink) {
    this.#pool = pool;
    this.#counts = counts;
    this.#clock = clock;
    this.#sink = sink;
  }

  /**
   * Begins an event of `process` with its current image, or `image` where the record is older. False: there is no
   * room in the output queue, and the event is counted as shed.
   */
  begin(classId: number, process: Process, image: Image = process.image): boolean {
    const current = image === process.image;
    const template = current ? process.templates[classId] : undefined;
    const length = template?.length ?? actorBytes(classId, process, image);
    // The rest of a record: at most four texts of 4096 bytes.
    if (!this.#room(classId, length + 20_480)) return false;
    this.#start = this.#used;
    if (template === undefined) {
      this.#layOut(classId, process, image);
      if (current && isOnce[classId] !== 1)
        process.templates[classId] = Buffer.from(this.#bytes.subarray(this.#start, this.#end));
    } else {
      this.#bytes.set(template, this.#start);
      this.#end = this.#start + length;
    }
    this.#classId = classId;
    this.#flags = image.flags;
    this.#cutLow = this.#data.getUint32(this.#start + Header.TRUNCATED, true);
    this.#cutHigh = 0;
    return true;
  }

  /** As `begin`, when all that is known is the pid (0 is unknown too). */
  beginUnknown(classId: number, pid: number, startLow = 0, startHigh = 0): boolean {
    const { fixedBytes } = layouts[classId] as RecordLayout;
    if (!this.#room(classId, fixedBytes + 20_480)) return false;
    this.#start = this.#used;
    this.#end = this.#start + fixedBytes;
    this.#bytes.fill(0, this.#start, this.#end);
    this.#classId = classId;
    this.#flags = RecordFlag.ACTOR_UNKNOWN;
    this.#cutLow = 0;
    this.#cutHigh = 0;
    this.#data.setUint16(this.#start + Header.CLASS, classId, true);
    this.u32(Actor.PID, pid);
    if (startLow !== 0 || startHigh !== 0) this.bootTime(Actor.START_TIME, startLow, startHigh);
    for (const offset of [Actor.UID, Actor.GID, Actor.EUID, Actor.LOGIN_UID]) this.u32(offset, 0xffff_ffff);
    return true;
  }

  #room(classId: number, most: number): boolean {
    if (isBulk[classId] === 1 && this.#pool.scarce) return this.#shed(classId);
    if (this.#buffer !== undefined && this.#used + most <= this.#buffer.byteLength) return true;
    this.flush();
    this.#buffer = this.#pool.take();
    if (this.#buffer === undefined) return this.#shed(classId);
    this.#bytes = new Uint8Array(this.#buffer);
    this.#data = new DataView(this.#buffer);
    this.#used = BATCH_HEADER;
    this.#count = 0;
    this.#classes = 0;
    return true;
  }

  #shed(classId: number): false {
    this.#bump(this.#counts.decoded, classId);
    this.#bump(this.#counts.shed, classId);
    this.#nextSequence();
    return false;
  }

  #bump(counts: Float64Array, classId: number): void {
    counts[classId] = (counts[classId] ?? 0) + 1;
  }

  /** Setters take the field's byte offset (`offsetOf`). */
  u8(offset: number, value: number): void {
    this.#bytes[this.#start + offset] = value;
  }
  u16(offset: number, value: number): void {
    this.#data.setUint16(this.#start + offset, value, true);
  }
  u32(offset: number, value: number): void {
    this.#data.setUint32(this.#start + offset, value, true);
  }
  u64(offset: number, low: number, high: number): void {
    this.#data.setUint32(this.#start + offset, low, true);
    this.#data.setUint32(this.#start + offset + 4, high, true);
  }
  /** A CLOCK_BOOTTIME time, written as Unix time. */
  bootTime(offset: number, low: number, high: number): void {
    putTime(this.#data, this.#start + offset, low, high, this.#clock);
  }
  /** Copies `length` bytes as they are. */
  raw(offset: number, source: Uint8Array, start: number, length: number): void {
    const at = this.#start + offset;
    for (let i = 0; i < length; i++) this.#bytes[at + i] = source[start + i] as number;
  }
  /** A text of at most 4096 bytes (longer ones are cut, and the record says so). */
  text(
    offset: number,
    slot: number,
    source: Uint8Array,
    start = 0,
    length: number = source.length - start,
  ): void {
    let bytes = length;
    if (bytes > 4096) {
      bytes = 4096;
      this.cut(slot);
    }
    this.#append(offset, source, start, bytes);
  }
  #append(offset: number, source: Uint8Array, start: number, bytes: number): void {
    const to = this.#end;
    if (bytes <= SHORT) {
      const target = this.#bytes;
      for (let i = 0; i < bytes; i++) target[to + i] = source[start + i] as number;
    } else {
      this.#bytes.set(bytes === source.length ? source : source.subarray(start, start + bytes), to);
    }
    const at = this.#start + offset;
    this.#data.setUint16(at, to - this.#start, true);
    this.#data.setUint16(at + 2, bytes, true);
    this.#end = to + bytes;
  }
  /** Says that the field in `slot` was cut. */
  cut(slot: number): void {
    if (slot < 32) this.#cutLow |= 1 << slot;
    else this.#cutHigh |= 1 << (slot - 32);
  }
  flag(flags: number): void {
    this.#flags |= flags;
  }

  /** Finishes the event. @param timeLow CLOCK_BOOTTIME ns */
  end(timeLow: number, timeHigh: number): void {
    const data = this.#data;
    const start = this.#start;
    let end = this.#end;
    while ((end & 7) !== 0) this.#bytes[end++] = 0;
    data.setUint32(start + Header.SIZE, end - start, true);
    data.setUint16(start + Header.FLAGS, this.#flags, true);
    putTime(data, start + Header.TIME, timeLow, timeHigh, this.#clock);
    data.setUint32(start + Header.SEQUENCE, this.#sequenceLow, true);
    data.setUint32(start + Header.SEQUENCE + 4, this.#sequenceHigh, true);
    data.setUint32(start + Header.TRUNCATED, this.#cutLow, true);
    data.setUint32(start + Header.TRUNCATED + 4, this.#cutHigh, true);
    this.#nextSequence();
    this.#used = end;
    this.#count++;
    this.#classes |= classBit(this.#classId);
    this.#bump(this.#counts.decoded, this.#classId);
    if (this.#cutLow !== 0 || this.#cutHigh !== 0) this.#bump(this.#counts.truncated, this.#classId);
    if ((this.#flags & RecordFlag.HOST_VIEW) !== 0) this.#bump(this.#counts.hostView, this.#classId);
  }

  /** A shed event takes a number too: a gap shows the agent where. */
  #nextSequence(): void {
    this.#sequenceLow = (this.#sequenceLow + 1) >>> 0;
    if (this.#sequenceLow === 0) this.#sequenceHigh++;
  }

  /** Bytes of finished events that were not handed over. */
  get waiting(): number {
    return this.#buffer === undefined || this.#count === 0 ? 0 : this.#used - BATCH_HEADER;
  }

  /** Hands over what is finished. */
  flush(): void {
    if (this.#buffer === undefined) return;
    const buffer = this.#buffer;
    this.#buffer = undefined;
    if (this.#count === 0) this.#pool.putBack(buffer);
    else this.#sink(buffer, this.#used, this.#count, this.#classes);
  }

  /** Writes who acted where the record begins, up to the end of the texts that belong to the actor. */
  #layOut(classId: number, process: Process, image: Image): void {
    const { fixedBytes } = layouts[classId] as RecordLayout;
    const parent = process.parentImage;
    const parentArgv = Math.min(parent.argv.length, PARENT_ARGV_MAX);
    this.#bytes.fill(0, this.#start, this.#start + fixedBytes);
    this.#end = this.#start + fixedBytes;
    this.u16(Header.CLASS, classId);
    this.u32(Actor.PID, process.pid);
    this.u32(Actor.PPID, process.ppid);
    this.bootTime(Actor.START_TIME, process.startLow, process.startHigh);
    this.u32(Actor.UID, image.uid);
    this.u32(Actor.GID, image.gid);
    this.u32(Actor.EUID, image.euid);
    this.u32(Actor.LOGIN_UID, image.loginUid);
    this.u32(Actor.SESSION, image.session);
    this.#actorText(Actor.PATH, image.path);
    this.#actorText(Actor.ARGV, image.argv);
    this.#actorText(Actor.USER, image.user);
    this.#actorText(Actor.CONTAINER, image.container);
    this.#actorText(Actor.PARENT_PATH, parent.path);
    this.#actorText(Actor.PARENT_ARGV, parent.argv, parentArgv);
    let cut = 0;
    if (image.truncated & Cut.PATH) cut |= 1 << ActorSlot.PATH;
    if (image.truncated & Cut.ARGV) cut |= 1 << ActorSlot.ARGV;
    if (parent.truncated & Cut.PATH) cut |= 1 << ActorSlot.PARENT_PATH;
    if (parent.truncated & Cut.ARGV || parentArgv < parent.argv.length) cut |= 1 << ActorSlot.PARENT_ARGV;
    this.u32(Header.TRUNCATED, cut);
  }

  #actorText(offset: number, source: Uint8Array, length: number = source.length): void {
    if (length > 0) this.#append(offset, source, 0, length);
  }
}

/** Bytes that `#layOut` writes. */
function actorBytes(classId: number, process: Process, image: Image): number {
  const parent = process.parentImage;
  return (
    (layouts[classId] as RecordLayout).fixedBytes +
    image.path.length +
    image.argv.length +
    image.user.length +
    image.container.length +
    parent.path.length +
    Math.min(parent.argv.length, PARENT_ARGV_MAX)
  );
}

function putTime(data: DataView, at: number, low: number, high: number, clock: ClockOffset): void {
  const sum = low + clock.low;
  data.setUint32(at, sum, true);
  data.setUint32(at + 4, high + clock.high + (sum >= TWO_32 ? 1 : 0), true);
}
