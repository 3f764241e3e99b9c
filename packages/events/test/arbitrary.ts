/** Random events: what a class, its fields and their bounds allow. */
import fc from 'fast-check';
import { type EventClass, EventWriter, eventClasses, type Field } from '../src/index.ts';

export type Value = number | bigint | string | string[] | Uint8Array;
export interface Sample {
  readonly eventClass: EventClass;
  readonly time: bigint;
  readonly flags: number;
  readonly values: readonly (Value | undefined)[];
}

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
// NUL separates the members of a list, so none may hold one; lone surrogates have no UTF-8.
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', maxLength }).map((value) => value.toWellFormed().replaceAll('\0', ''));

function value(field: Field): fc.Arbitrary<Value> {
  switch (field.type) {
    case 'u8':
      return fc.nat(0xff);
    case 'u16':
      return fc.nat(0xffff);
    case 'u32':
      return fc.nat(0xffff_ffff);
    case 'i32':
      return fc.integer();
    case 'u64':
      return u64;
    case 'string':
      return text(Math.min(100, (field.max ?? 0) >> 2));
    case 'strings':
      return fc.array(text(20), { maxLength: 6 }).filter((list) => list.length !== 1 || list[0] !== '');
    case 'ip':
      return fc.uint8Array({ minLength: 16, maxLength: 16 });
  }
}

export const sample: fc.Arbitrary<Sample> = fc.constantFrom(...eventClasses).chain((eventClass) =>
  fc.record({
    eventClass: fc.constant(eventClass),
    time: u64,
    flags: fc.nat(31),
    values: fc.tuple(...eventClass.fields.map((field) => fc.option(value(field), { nil: undefined }))),
  }),
);

export function write(writer: EventWriter, { eventClass, time, flags, values }: Sample): void {
  writer.begin(eventClass.id, time, flags);
  eventClass.fields.forEach((field, slot) => {
    const given = values[slot];
    if (given === undefined) return;
    if (typeof given === 'string') writer.string(slot, given);
    else if (typeof given === 'bigint') writer.u64(slot, given);
    else if (given instanceof Uint8Array) writer.ip(slot, given);
    else if (typeof given === 'object') writer.strings(slot, given);
    else writer[field.type as 'u8' | 'u16' | 'u32' | 'i32'](slot, given);
  });
  writer.end();
}

export function batchOf(samples: readonly Sample[]): Uint8Array {
  const writer = new EventWriter();
  for (const one of samples) write(writer, one);
  return writer.batch();
}
