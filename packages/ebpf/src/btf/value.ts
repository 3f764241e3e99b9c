import { EbpfError } from '../errors.ts';
import type { Btf } from './btf.ts';
import * as K from './kinds.ts';

/** A global variable's value: a number where it is exact, a bigint for 8 bytes, arrays of them; else its bytes. */
export type Value = number | bigint | boolean | Uint8Array | readonly Value[];

const MAX_ELEMENTS = 1 << 20;

/**
 * Reads the value of a type at the beginning of `bytes` (little-endian). Integers of 8 bytes are bigints, other integers
 * and enums numbers; an array of 1-byte integers, a struct or a union is a copy of its bytes.
 */
export function decodeValue(btf: Btf, type: number, bytes: Uint8Array): Value {
  const id = btf.resolve(type);
  const kind = btf.kind(id);
  if (kind === K.KIND_ARRAY) {
    const size = btf.sizeOf(btf.elementType(id));
    const count = btf.elementCount(id);
    if (size === 1 || count > MAX_ELEMENTS || !isScalar(btf, btf.elementType(id)))
      return bytes.slice(0, size * count);
    return Array.from({ length: count }, (_, index) =>
      decodeValue(btf, btf.elementType(id), bytes.subarray(index * size, (index + 1) * size)),
    );
  }
  if (!isScalar(btf, id)) return bytes.slice(0, btf.sizeOf(id));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signed = kind === K.KIND_INT ? btf.isSignedInt(id) : K.isEnum(kind) && btf.flag(id);
  switch (btf.sizeOf(id)) {
    case 1:
      if (kind === K.KIND_INT && btf.isBool(id)) return view.getUint8(0) !== 0;
      return signed ? view.getInt8(0) : view.getUint8(0);
    case 2:
      return signed ? view.getInt16(0, true) : view.getUint16(0, true);
    case 4:
      return signed ? view.getInt32(0, true) : view.getUint32(0, true);
    default:
      return signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
  }
}

/**
 * Writes a value to the beginning of `bytes`.
 * @throws EbpfError `invalid-value` when it does not fit the type
 */
export function encodeValue(btf: Btf, type: number, value: Value, bytes: Uint8Array, name: string): void {
  const id = btf.resolve(type);
  const kind = btf.kind(id);
  const size = btf.sizeOf(id);
  const fail = (why: string): never => {
    throw new EbpfError('invalid-value', `${name}: ${why}`);
  };
  if (value instanceof Uint8Array) {
    if (value.length !== size) fail(`needs ${size} bytes, not ${value.length}`);
    bytes.set(value);
  } else if (typeof value === 'object') {
    if (kind !== K.KIND_ARRAY) fail('is no array');
    if (value.length > btf.elementCount(id))
      fail(`has ${btf.elementCount(id)} elements, not ${value.length}`);
    const step = btf.sizeOf(btf.elementType(id));
    bytes.fill(0, 0, size);
    value.forEach((element, index) => {
      encodeValue(btf, btf.elementType(id), element, bytes.subarray(index * step, (index + 1) * step), name);
    });
  } else {
    if (!isScalar(btf, id)) fail(`a ${K.kindName(kind)} of ${size} bytes is written as a Uint8Array`);
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      fail(`${value} is no integer (use a bigint beyond 2^53)`);
    const wide = BigInt(value);
    const signed = kind === K.KIND_INT ? btf.isSignedInt(id) : K.isEnum(kind) && btf.flag(id);
    const bits = size * 8;
    const fits = signed ? BigInt.asIntN(bits, wide) === wide : BigInt.asUintN(bits, wide) === wide;
    if (!fits) fail(`${wide} does not fit ${size} ${signed ? 'signed' : 'unsigned'} bytes`);
    for (let index = 0; index < size; index += 1)
      bytes[index] = Number(BigInt.asUintN(8, wide >> BigInt(8 * index)));
  }
}

function isScalar(btf: Btf, type: number): boolean {
  const id = btf.resolve(type);
  const kind = btf.kind(id);
  if (kind === K.KIND_PTR) return true;
  return (kind === K.KIND_INT || K.isEnum(kind)) && [1, 2, 4, 8].includes(btf.sizeOf(id));
}
