/** CO-RE relocation kinds (enum bpf_core_relo_kind, include/uapi/linux/bpf.h). */
export const FIELD_BYTE_OFFSET = 0;
export const FIELD_BYTE_SIZE = 1;
export const FIELD_EXISTS = 2;
export const FIELD_SIGNED = 3;
export const FIELD_LSHIFT_U64 = 4;
const FIELD_RSHIFT_U64 = 5;
export const TYPE_ID_LOCAL = 6;
export const TYPE_ID_TARGET = 7;
export const TYPE_EXISTS = 8;
export const TYPE_SIZE = 9;
export const ENUMVAL_EXISTS = 10;
const ENUMVAL_VALUE = 11;
export const TYPE_MATCHES = 12;

const names = [
  'field offset',
  'field size',
  'field existence',
  'field signedness',
  'field left shift',
  'field right shift',
  'local type id',
  'target type id',
  'type existence',
  'type size',
  'enum value existence',
  'enum value',
  'type match',
];

export function relocationName(kind: number): string {
  return names[kind] ?? `relocation kind ${kind}`;
}

export function isFieldKind(kind: number): boolean {
  return kind <= FIELD_RSHIFT_U64;
}

export function isTypeKind(kind: number): boolean {
  return (kind >= TYPE_ID_LOCAL && kind <= TYPE_SIZE) || kind === TYPE_MATCHES;
}

export function isEnumKind(kind: number): boolean {
  return kind === ENUMVAL_EXISTS || kind === ENUMVAL_VALUE;
}
