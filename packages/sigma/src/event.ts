/** A field's value. `undefined` means that the event has no such field; `null` that it has one without a value. */
export type FieldValue = string | number | bigint | boolean | null | undefined | readonly string[];

/** How the matcher reads an event, so that events need not become objects first. Values must not change during `match`. */
export interface EventReader {
  /** The value of a field by its Sigma name. */
  get(field: string): FieldValue;
  /** The value of a field by the number that `resolveField` gave for it. Needed only when `resolveField` is given. */
  at?(slot: number): FieldValue;
  /** All fields with their values, for keyword searches. Without it keywords match nothing. */
  entries?(): Iterable<readonly [string, FieldValue]>;
}

/**
 * Reads a plain object. Only own properties count; `a.b` is looked up as a key first, then as `b` inside `a`. Lists are several
 * values of the field; any other nested object is its JSON text.
 */
export function fromObject(object: Readonly<Record<string, unknown>>): EventReader {
  return {
    get: (field) => toValue(lookUp(object, field)),
    entries: () => leaves(object, '', 0),
  };
}

const MAX_DEPTH = 32;

function lookUp(object: Readonly<Record<string, unknown>>, field: string): unknown {
  if (Object.hasOwn(object, field)) return object[field];
  let current: unknown = object;
  for (const part of field.split('.')) {
    if (!isRecord(current) || !Object.hasOwn(current, part)) return undefined;
    current = current[part];
  }
  return current;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toValue(value: unknown): FieldValue {
  if (value === null) return null;
  if (typeof value === 'object') return Array.isArray(value) ? value.map(textOf) : textOf(value);
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : (value as FieldValue);
}

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

function* leaves(
  value: Record<string, unknown>,
  prefix: string,
  depth: number,
): Iterable<[string, FieldValue]> {
  if (depth > MAX_DEPTH) return;
  for (const [key, item] of Object.entries(value)) {
    if (isRecord(item)) yield* leaves(item, `${prefix}${key}.`, depth + 1);
    else yield [`${prefix}${key}`, toValue(item)];
  }
}
