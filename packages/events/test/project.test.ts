import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EventError,
  EventView,
  EventWriter,
  eventClasses,
  fieldSlot,
  findLayout,
  forEachRecord,
  projectBatch,
  type Subscription,
  subscriptionKey,
} from '../src/index.ts';
import { batchOf, sample } from './arbitrary.ts';

const subscription: fc.Arbitrary<Subscription> = fc
  .array(
    fc
      .constantFrom(...eventClasses)
      .chain((eventClass) =>
        fc.tuple(
          fc.constant(eventClass.id),
          fc.oneof(
            { weight: 1, arbitrary: fc.constant('all' as const) },
            { weight: 4, arbitrary: fc.subarray(eventClass.fields.map((_, slot) => slot)) },
          ),
        ),
      ),
    { maxLength: 22 },
  )
  .map((entries) => new Map(entries));

describe('projectBatch', () => {
  test('keeps what is subscribed and leaks nothing else', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 8 }), subscription, fc.boolean(), (samples, wanted, cut) => {
        const batch = batchOf(samples).slice();
        // Truncated bits too are information about a field.
        if (cut) forEachRecord(batch, (view) => batch.fill(0xff, view.offset + 24, view.offset + 28));
        const projected = projectBatch(batch, wanted);
        const original = new EventView();
        const count = forEachRecord(projected.bytes, (view, index) => {
          original.reset(batch, projected.sources[index] ?? -1);
          const slots = wanted.get(view.classId) ?? expect.unreachable();
          expect([view.classId, view.time, view.sequence, view.flags]).toEqual([
            original.classId,
            original.time,
            original.sequence,
            original.flags,
          ]);
          // What must be there: exactly a record written with the subscribed fields alone.
          const kept = (slot: number): boolean => slots === 'all' || slots.includes(slot);
          const layout = findLayout('event', view.classId) ?? expect.unreachable();
          const record = view.record();
          const allowed = new Uint8Array(record.length);
          allowed.fill(1, 0, 24);
          for (const { field, slot, offset } of layout.fields) {
            const text = field.type === 'string' || field.type === 'strings';
            if (!kept(slot)) {
              expect(view.isTruncated(slot)).toBe(false);
              continue;
            }
            expect(view.isTruncated(slot)).toBe(original.isTruncated(slot));
            const bytes = text ? 4 : field.type === 'ip' ? 16 : Number(field.type.slice(1)) / 8;
            allowed.fill(1, offset, offset + bytes);
            if (text) {
              expect(Buffer.from(view.bytes(slot)).equals(original.bytes(slot))).toBe(true);
              const start = view.stringStart(slot) - view.offset;
              allowed.fill(1, start, start + view.stringLength(slot));
            } else {
              expect(record.subarray(offset, offset + bytes)).toEqual(
                original.record().subarray(offset, offset + bytes),
              );
            }
          }
          allowed.fill(1, 24, 32);
          expect(record.every((byte, at) => byte === 0 || allowed[at] === 1)).toBe(true);
        });
        expect(count.records).toBe(projected.count);
        expect(projected.count).toBe(samples.filter(({ eventClass }) => wanted.has(eventClass.id)).length);
      }),
      { numRuns: 300 },
    );
  });

  test('gives EventError for bytes that cannot be trusted, and never grows', () => {
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        subscription,
        (samples, flips, wanted) => {
          const batch = batchOf(samples).slice();
          for (const [at, byte] of flips) batch[at % batch.length] = byte;
          try {
            const { bytes } = projectBatch(batch, wanted);
            expect(bytes.length).toBeLessThanOrEqual(batch.length);
            forEachRecord(bytes, () => {});
          } catch (error) {
            expect(error).toBeInstanceOf(EventError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('refuses references that share bytes, which would grow the result', () => {
    const path = fieldSlot('process_start', 'process.path');
    const cwd = fieldSlot('process_start', 'process.cwd');
    const writer = new EventWriter();
    writer.begin(1, 0n);
    writer.string(path, '/'.repeat(4000));
    writer.end();
    const batch = Buffer.from(writer.batch());
    const offsets = findLayout('event', 1)?.offsets ?? [];
    batch.copy(batch, offsets[cwd] ?? 0, offsets[path] ?? 0, (offsets[path] ?? 0) + 4);
    expect(new EventView().reset(batch).string(cwd)).toHaveLength(4000);
    expect(() => projectBatch(batch, new Map([[1, [path, cwd]]]))).toThrow(
      expect.objectContaining({ code: 'bad-reference' }),
    );
  });

  test('refuses a subscription to what does not exist', () => {
    expect(() => projectBatch(new Uint8Array(), new Map([[77, 'all']]))).toThrow('no event class');
    expect(() => projectBatch(new Uint8Array(), new Map([[1, [63]]]))).toThrow('has no field 63');
  });
});

test('subscriptionKey is the same exactly for the same request', () => {
  expect(subscriptionKey(new Map([[3, [2, 1, 2]]]))).toBe('3:1,2');
  expect(
    subscriptionKey(
      new Map<number, readonly number[] | 'all'>([
        [11, 'all'],
        [1, []],
      ]),
    ),
  ).toBe('1:;11:*');
});
