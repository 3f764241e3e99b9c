/**
 * Where each field of a record lies. All numbers are little endian; a record starts with the header, then the
 * fixed part (fields in declared order, each at its natural alignment), then the bytes of its strings.
 */
import type { Field, FieldType, RecordClass } from './schema-types.ts';

/** `probe`: what kernel code emits, only fields with `by: 'probe'`. `event`: all fields. */
export type RecordForm = 'probe' | 'event';

/** Byte offsets of the record header. */
export const Header = {
  SIZE: 0,
  CLASS: 4,
  FLAGS: 6,
  TIME: 8,
  SEQUENCE: 16,
  TRUNCATED: 24,
  BYTES: 32,
} as const;

/** Most bytes of a record: its size is a multiple of 8 and string offsets are 16 bits. */
export const MAX_RECORD_BYTES = 65_528;

/** Bytes and alignment of a field in the fixed part. Strings are a reference `u16 offset, u16 length`. */
export const fieldStorage: Readonly<
  Record<FieldType, { readonly bytes: number; readonly alignment: number }>
> = {
  u8: { bytes: 1, alignment: 1 },
  u16: { bytes: 2, alignment: 2 },
  u32: { bytes: 4, alignment: 4 },
  i32: { bytes: 4, alignment: 4 },
  u64: { bytes: 8, alignment: 8 },
  string: { bytes: 4, alignment: 2 },
  strings: { bytes: 4, alignment: 2 },
  ip: { bytes: 16, alignment: 4 },
};

export interface FieldLayout {
  readonly field: Field;
  /** Index of the field in its class, the same in both forms; also its bit in `truncated`. */
  readonly slot: number;
  /** Bytes from the start of the record. */
  readonly offset: number;
}

export interface RecordLayout {
  readonly recordClass: RecordClass;
  readonly form: RecordForm;
  /** The fields that this form has, in order. */
  readonly fields: readonly FieldLayout[];
  /** Offset by slot; 0 where this form lacks the field. */
  readonly offsets: readonly number[];
  /** Most bytes by slot; 0 for what is no string. */
  readonly maxes: readonly number[];
  /** Header and fixed part, a multiple of 8; strings begin here. */
  readonly fixedBytes: number;
  /** Size of the largest record, a multiple of 8. */
  readonly maxBytes: number;
}

/** Rounds up to a multiple of `alignment`, a power of two. */
export const align = (value: number, alignment: number): number => (value + alignment - 1) & -alignment;

/**
 * Computes the layout of a class in one form.
 * @throws {RangeError} when the schema itself breaks a rule (too many fields, no `max`, too large).
 */
export function layout(recordClass: RecordClass, form: RecordForm): RecordLayout {
  const { fields, name } = recordClass;
  if (fields.length > 64) throw new RangeError(`${name} has more than 64 fields`);
  const offsets: number[] = fields.map(() => 0);
  const maxes: number[] = fields.map(() => 0);
  const present: FieldLayout[] = [];
  let end: number = Header.BYTES;
  let stringBytes = 0;
  fields.forEach((field, slot) => {
    if (form === 'probe' && field.by !== 'probe') return;
    const { bytes, alignment } = fieldStorage[field.type];
    const offset = align(end, alignment);
    offsets[slot] = offset;
    present.push({ field, slot, offset });
    end = offset + bytes;
    if (field.type === 'string' || field.type === 'strings') {
      if (field.max === undefined) throw new RangeError(`${name}: ${field.name} has no max`);
      maxes[slot] = field.max;
      stringBytes += field.max;
    }
  });
  const fixedBytes = align(end, 8);
  const maxBytes = align(fixedBytes + stringBytes, 8);
  if (maxBytes > MAX_RECORD_BYTES) throw new RangeError(`${name} can be ${maxBytes} bytes long`);
  return { recordClass, form, fields: present, offsets, maxes, fixedBytes, maxBytes };
}
