import {
  ClockOffset,
  classId,
  EventView,
  fieldSlot,
  forEachRecord,
  RecordFlag,
  toObject,
} from '@ringfence/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATCH_HEADER, BatchPool } from '../src/encode/batch-pool.ts';
import { Counts } from '../src/encode/counts.ts';
import { EventEncoder } from '../src/encode/event-encoder.ts';
import { offsetOf } from '../src/encode/slots.ts';
import { Cut, type Image, unknownImage } from '../src/table/image.ts';
import { Process } from '../src/table/process-table.ts';

const OPEN = classId('file_open');
const START = classId('process_start');

function make(limit?: number, reserved?: number) {
  const counts = new Counts();
  const batches: { buffer: ArrayBuffer; used: number; count: number; classes: number }[] = [];
  const queue = {
    get queued() {
      return batches.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    },
  };
  const pool = new BatchPool(queue, { limit, reserved });
  const clock = new ClockOffset(1_700_000_000_000_000_000n);
  const encoder = new EventEncoder(pool, counts, clock, (buffer, used, count, classes) => {
    batches.push({ buffer, used, count, classes });
  });
  const read = (): ReturnType<typeof toObject>[] => {
    encoder.flush();
    const events: ReturnType<typeof toObject>[] = [];
    for (const { buffer, used } of batches)
      forEachRecord(
        new Uint8Array(buffer, BATCH_HEADER, used - BATCH_HEADER),
        (view) => {
          events.push(toObject(view));
        },
        new EventView(),
      );
    return events;
  };
  return { counts, encoder, batches, read };
}

const utf8 = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((text) => !text.includes('\0'));
const image = fc.record({
  path: utf8(200),
  argv: fc.array(utf8(40), { minLength: 1, maxLength: 20 }),
  user: utf8(30),
  container: utf8(16),
  uid: fc.nat(),
  gid: fc.nat(),
  euid: fc.nat(),
  loginUid: fc.nat(),
  session: fc.nat(),
});

function toImage(parts: {
  path: string;
  argv: string[];
  user: string;
  container: string;
  uid: number;
}): Image {
  return {
    ...unknownImage,
    flags: 0,
    ...parts,
    path: Buffer.from(parts.path),
    argv: Buffer.from(parts.argv.join('\0')),
    user: Buffer.from(parts.user),
    container: Buffer.from(parts.container),
  };
}

describe('the event encoder', () => {
  it('writes what the decoder reads', () => {
    fc.assert(
      fc.property(image, image, utf8(300), fc.nat(), fc.nat(), (own, parent, file, flags, low) => {
        const { encoder, read, counts } = make();
        const mother = new Process(7, 70, 0, undefined, 1);
        mother.image = toImage(parent);
        const process = new Process(8, 80, 1, mother, 7);
        process.image = toImage(own);
        // Twice: the second comes from the template.
        for (let i = 0; i < 2; i++) {
          expect(encoder.begin(OPEN, process)).toBe(true);
          encoder.u32(offsetOf('file_open', 'file.flags'), flags);
          encoder.text(
            offsetOf('file_open', 'file.path'),
            fieldSlot('file_open', 'file.path'),
            Buffer.from(file),
          );
          encoder.end(low, 5);
        }
        const events = read();
        expect(events).toHaveLength(2);
        expect({ ...events[1], sequence: '1' }).toEqual(events[0]);
        expect(events[0]).toMatchObject({
          class: 'file_open',
          sequence: '1',
          flags: [],
          truncated: [],
          'process.pid': 8,
          'process.ppid': 7,
          'process.start_time': String(1_700_000_000_000_000_000n + (1n << 32n) + 80n),
          'process.uid': own.uid,
          'process.session': own.session,
          'process.path': own.path,
          'process.argv': own.argv.join('\0') === '' ? [] : own.argv,
          'process.user': own.user,
          'process.container': own.container,
          'parent.path': parent.path,
          'file.path': file,
          'file.flags': flags,
        });
        expect(counts.decoded[OPEN]).toBe(2);
      }),
      { numRuns: 60 },
    );
  });

  it('says what was cut', () => {
    const { encoder, read, counts } = make();
    const mother = new Process(7, 70, 0, undefined, 1);
    mother.image = { ...unknownImage, flags: 0, argv: Buffer.alloc(9000, 'p') };
    const process = new Process(8, 80, 1, mother, 7);
    process.image = { ...unknownImage, flags: 0, truncated: Cut.ARGV, argv: Buffer.alloc(16_384, 'a') };
    encoder.begin(OPEN, process);
    encoder.text(
      offsetOf('file_open', 'file.path'),
      fieldSlot('file_open', 'file.path'),
      Buffer.alloc(5000, 'f'),
    );
    encoder.end(0, 0);
    expect(read()[0]?.truncated).toEqual(['process.argv', 'parent.argv', 'file.path']);
    expect(counts.truncated[OPEN]).toBe(1);
  });

  it('marks an unknown actor', () => {
    const { encoder, read } = make();
    encoder.beginUnknown(OPEN, 4711);
    encoder.end(0, 0);
    const stranger = new Process(9, 1, 0, undefined, 0);
    encoder.begin(START, stranger);
    encoder.flag(RecordFlag.EXISTING);
    encoder.end(0, 0);
    const events = read();
    expect(events[0]).toMatchObject({ flags: ['ACTOR_UNKNOWN'], 'process.pid': 4711 });
    expect(events[1]?.flags.toSorted()).toEqual(['ACTOR_UNKNOWN', 'EXISTING']);
  });

  it('sheds when the queue is full, opens first, and counts and numbers what it shed', () => {
    const { encoder, counts, batches } = make(1 << 20, 512 << 10);
    const process = new Process(8, 80, 1, undefined, 7);
    process.image = { ...unknownImage, flags: 0, argv: Buffer.alloc(1000, 'a') };
    const event = (id: number): boolean => {
      const begun = encoder.begin(id, process);
      if (begun) encoder.end(0, 0);
      return begun;
    };
    let opens = 0;
    while (event(OPEN)) opens++;
    expect(opens * 1100).toBeGreaterThan(450_000);
    expect(opens * 1100).toBeLessThan(800_000);
    // There still is room for what is rare.
    let starts = 0;
    while (event(START)) starts++;
    expect(starts).toBeGreaterThan(100);
    expect(counts.shed[OPEN]).toBe(1);
    expect(counts.shed[START]).toBe(1);
    expect(counts.decoded[OPEN]).toBe(opens + 1);
    // The agent reads again.
    batches.length = 0;
    expect(event(OPEN)).toBe(true);
    encoder.flush();
    const { buffer, used } = batches[0] as { buffer: ArrayBuffer; used: number };
    const view = new EventView().reset(new Uint8Array(buffer, BATCH_HEADER, used - BATCH_HEADER));
    expect(view.sequence).toBe(BigInt(opens + starts + 2 + 1));
  });
});
