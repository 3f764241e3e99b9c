import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACTOR_FIELDS,
  ActorBlock,
  classId,
  describe as describeEvent,
  EventError,
  EventView,
  EventWriter,
  eventClasses,
  type Field,
  fieldSlot,
  findLayout,
  forEachRecord,
  formatIp,
  MAX_RECORD_BYTES,
  parseIp,
  probeClasses,
  type RecordForm,
  sigmaGetter,
  toObject,
} from '../src/index.ts';
import { batchOf, sample, type Value, write } from './arbitrary.ts';

function read(view: EventView, field: Field, slot: number): Value {
  switch (field.type) {
    case 'string':
      return view.string(slot);
    case 'strings':
      return view.strings(slot);
    case 'ip':
      return Uint8Array.from(view.ipBytes(slot));
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
    case 'u64':
      return view[field.type](slot);
  }
}
const empty = (field: Field): Value =>
  field.type === 'string'
    ? ''
    : field.type === 'strings'
      ? []
      : field.type === 'ip'
        ? new Uint8Array(16)
        : field.type === 'u64'
          ? 0n
          : 0;

/** Asks a view for everything that it can tell. */
function readAll(view: EventView): void {
  const { fields } = view.class;
  for (let slot = -1; slot <= fields.length; slot++) {
    const getters: (() => unknown)[] = [
      () => view.u8(slot),
      () => view.u16(slot),
      () => view.u32(slot),
      () => view.i32(slot),
      () => view.u64(slot),
      () => view.u64Number(slot),
      () => view.string(slot),
      () => view.strings(slot),
      () => view.joined(slot),
      () => view.bytes(slot),
      () => view.ip(slot),
      () => view.isTruncated(slot),
    ];
    for (const get of getters) onlyEventError(get);
  }
}
function onlyEventError<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof EventError)) throw error;
    return undefined;
  }
}

describe('a batch', () => {
  test('reads back as it was written', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 8 }), (samples) => {
        const count = forEachRecord(batchOf(samples), (view, index) => {
          const { eventClass, time, flags, values } = samples[index] ?? expect.unreachable();
          expect([view.class.name, view.time, view.flags, view.truncated, view.sequence]).toEqual([
            eventClass.name,
            time,
            flags,
            0n,
            BigInt(index),
          ]);
          eventClass.fields.forEach((field, slot) => {
            expect(read(view, field, slot)).toEqual(values[slot] ?? empty(field));
          });
        });
        expect(count).toEqual({ records: samples.length, unknown: 0 });
      }),
    );
  });

  test('of random bytes gives EventError or values, never another error', () => {
    const view = { event: new EventView(), probe: new EventView('probe') };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom('event', 'probe'), (bytes, form) => {
        onlyEventError(() => forEachRecord(bytes, readAll, view[form as RecordForm]));
      }),
      { numRuns: 500 },
    );
  });

  test('with flipped bytes or a cut end gives EventError or values, and no byte from outside a record', () => {
    const secret = '\u{10ffff}SECRET';
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
        fc.nat(64),
        (samples, flips, cut) => {
          const batch = batchOf(samples).slice();
          for (const [at, byte] of flips) batch[at % batch.length] = byte;
          const whole = Buffer.concat([Buffer.from(secret), batch, Buffer.from(secret)]);
          const bytes = whole.subarray(secret.length + 2, whole.length - secret.length - 2 - cut);
          onlyEventError(() =>
            forEachRecord(bytes, (view) => {
              readAll(view);
              onlyEventError(() => toObject(view));
              const line = onlyEventError(() => describeEvent(toObject(view)));
              expect(line ?? '').not.toMatch(/SECRET|[\p{Cc}\p{Cf}]/u);
              for (const field of ['Image', 'CommandLine', 'UserId', 'Initiated'])
                onlyEventError(() => sigmaGetter(view.class.name, field)?.(view));
            }),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('skips and counts classes that it does not know, and stops at a size that it cannot trust', () => {
    const [first] = eventClasses;
    const writer = new EventWriter();
    for (let i = 0; i < 3; i++) {
      writer.begin(first?.id ?? 0, 0n);
      writer.end();
    }
    const batch = writer.batch().slice();
    const size = batch.length / 3;
    batch[size + 4] = 0xff;
    const seen: number[] = [];
    expect(forEachRecord(batch, (_, index) => seen.push(index))).toEqual({ records: 3, unknown: 1 });
    expect(seen).toEqual([0, 2]);
    batch[size] = 0;
    expect(() => forEachRecord(batch, () => {})).toThrow(expect.objectContaining({ code: 'bad-record' }));
  });
});

describe('a view', () => {
  const slot = fieldSlot('process_start', 'process.path');
  const layout = findLayout('event', 1);
  const offset = layout?.offsets[slot] ?? 0;
  const record = (): Buffer => {
    const writer = new EventWriter();
    writer.begin(1, 0n);
    writer.string(slot, 'abcdefgh');
    writer.end();
    return Buffer.from(writer.batch());
  };

  test.each([
    ['past the end', 0xffff, 1],
    ['across the end', (layout?.fixedBytes ?? 0) + 4, 5],
    ['into the header', 0, 8],
    ['into the fixed part', offset, 4],
  ])('refuses a reference %s', (_, at, length) => {
    const bytes = Buffer.concat([record(), record()]);
    bytes.writeUInt16LE(at, offset);
    bytes.writeUInt16LE(length, offset + 2);
    const view = new EventView().reset(bytes);
    for (const get of [() => view.string(slot), () => view.bytes(slot), () => view.joined(slot)])
      expect(get).toThrow(expect.objectContaining({ code: 'bad-reference' }));
    view.reset(bytes, record().length);
    expect(view.string(slot)).toBe('abcdefgh');
  });

  test('reads no neighbour by a getter wider than the field', () => {
    const writer = new EventWriter();
    for (let i = 0; i < 2; i++) {
      writer.begin(classId('file_open'), 0n);
      writer.end();
    }
    const view = new EventView().reset(writer.batch());
    const last = fieldSlot('file_open', 'file.write');
    expect(view.u8(last)).toBe(0);
    for (const get of [() => view.ip(last), () => view.ipBytes(last)])
      expect(get).toThrow(expect.objectContaining({ code: 'unknown-field' }));
  });

  test('refuses a record that is shorter than its class', () => {
    const bytes = Buffer.concat([record(), record()]);
    bytes.writeUInt32LE(32, 0);
    expect(() => new EventView().reset(bytes)).toThrow(expect.objectContaining({ code: 'bad-record' }));
  });

  test('reads nothing after a failed reset', () => {
    const view = new EventView().reset(record());
    expect(() => view.reset(new Uint8Array(8))).toThrow(EventError);
    expect(() => view.string(slot)).toThrow(EventError);
    expect(() => view.class).toThrow(EventError);
    expect(view.truncated).toBe(0n);
  });
});

describe('a writer', () => {
  test('cuts strings at a character, never in one, and sets just their bits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.boolean(), (text, asBytes) => {
        const slot = fieldSlot('capability_check', 'capability.name'); // at most 32 bytes
        const whole = Buffer.from(text);
        const writer = new EventWriter();
        writer.begin(15, 0n);
        if (asBytes) writer.bytes(slot, whole);
        else writer.string(slot, text);
        writer.end();
        const view = new EventView().reset(writer.batch());
        const got = view.bytes(slot);
        expect(whole.subarray(0, got.length).equals(got)).toBe(true);
        expect(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(got)).toBe(
          view.string(slot),
        );
        expect(got.length).toBeGreaterThan(Math.min(whole.length, 32) - 4);
        expect(view.truncated).toBe(got.length < whole.length ? 1n << BigInt(slot) : 0n);
      }),
    );
  });

  test('keeps bytes that are no UTF-8', () => {
    const slot = fieldSlot('capability_check', 'capability.name');
    const writer = new EventWriter();
    writer.begin(15, 0n);
    writer.bytes(slot, new Uint8Array(40).fill(0x80));
    writer.end();
    expect(new EventView().reset(writer.batch()).bytes(slot)).toEqual(Buffer.alloc(32, 0x80));
  });

  test('refuses what cannot fit, slots that do not exist, and setters without a record', () => {
    const writer = new EventWriter({ limit: 100_000 });
    expect(() => writer.u32(0, 1)).toThrow(expect.objectContaining({ code: 'unknown-field' }));
    expect(() => writer.end()).toThrow(expect.objectContaining({ code: 'bad-record' }));
    expect(() => writer.begin(999, 0n)).toThrow(expect.objectContaining({ code: 'unknown-class' }));
    let records = 0;
    while (writer.fits(1)) {
      writer.begin(1, 0n);
      writer.string(fieldSlot('process_start', 'process.argv'), 'a'.repeat(20_000));
      writer.end();
      records++;
    }
    expect(() => writer.begin(1, 0n)).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(writer.count).toBe(records);
    expect(forEachRecord(writer.batch(), () => {}).records).toBe(records);
    writer.clear();
    writer.begin(1, 0n);
    expect(() => writer.string(0, 'x')).toThrow(expect.objectContaining({ code: 'unknown-field' }));
    expect(() => writer.u32(99, 1)).toThrow(expect.objectContaining({ code: 'unknown-field' }));
  });

  test('a string set twice cannot push a record over its bound', () => {
    const writer = new EventWriter();
    writer.begin(1, 0n);
    for (let i = 0; i < 20; i++) writer.string(fieldSlot('process_start', 'process.argv'), 'é'.repeat(8192));
    writer.end();
    const view = new EventView().reset(writer.batch());
    expect(view.size).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    expect(view.isTruncated(fieldSlot('process_start', 'process.argv'))).toBe(true);
  });

  test('puts the same actor into an event of any class', () => {
    fc.assert(
      fc.property(sample, sample, (from, to) => {
        const source = new EventWriter();
        write(source, from);
        const writer = new EventWriter();
        writer.begin(to.eventClass.id, to.time);
        writer.actor(new ActorBlock(new EventView().reset(source.batch())));
        const last = to.eventClass.fields.findLastIndex(({ type }) => type === 'string');
        if (last >= ACTOR_FIELDS) writer.string(last, 'own');
        writer.end();
        const view = new EventView().reset(writer.batch());
        for (let slot = 0; slot < ACTOR_FIELDS; slot++) {
          const field = to.eventClass.fields[slot] ?? expect.unreachable();
          expect(read(view, field, slot)).toEqual(from.values[slot] ?? empty(field));
        }
        if (last >= ACTOR_FIELDS) expect(view.string(last)).toBe('own');
      }),
    );
  });

  test('refuses an actor after a string', () => {
    const writer = new EventWriter();
    writer.begin(1, 0n);
    writer.end();
    const block = new ActorBlock(new EventView().reset(writer.batch()));
    writer.begin(1, 0n);
    writer.string(fieldSlot('process_start', 'process.cwd'), '/');
    expect(() => writer.actor(block)).toThrow(expect.objectContaining({ code: 'bad-record' }));
  });
});

describe('the schema', () => {
  test('opens every class with the same actor at the same offsets', () => {
    const [first] = eventClasses;
    for (const { id, fields } of eventClasses) {
      expect(fields.slice(0, ACTOR_FIELDS).map(({ name }) => name)).toEqual(
        first?.fields.slice(0, ACTOR_FIELDS).map(({ name }) => name),
      );
      expect(findLayout('event', id)?.offsets.slice(0, ACTOR_FIELDS)).toEqual(
        findLayout('event', first?.id ?? 0)?.offsets.slice(0, ACTOR_FIELDS),
      );
    }
  });

  test('has unique numbers and names, and Sigma names that are unique in their class', () => {
    const all = [...eventClasses, ...probeClasses];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { id } of eventClasses) expect(id).toBeLessThan(0x8000);
    for (const { id } of probeClasses) expect(id).toBeGreaterThanOrEqual(0x8000);
    for (const { name, fields, sigma } of eventClasses) {
      expect(new Set(fields.map((field) => field.name)).size, name).toBe(fields.length);
      const names = [...Object.keys(sigma.fixed ?? {}), ...fields.flatMap((field) => field.sigma ?? [])];
      expect(new Set(names).size, name).toBe(names.length);
    }
  });
});

test('IPv6 text round-trips', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const bytes = parseIp(text);
      expect(parseIp(formatIp(bytes))).toEqual(bytes);
      expect(new URL(`http://[${text}]/`).hostname).toBe(
        new URL(`http://[${formatIp(bytes).includes(':') ? formatIp(bytes) : `::ffff:${formatIp(bytes)}`}]/`)
          .hostname,
      );
    }),
  );
});
