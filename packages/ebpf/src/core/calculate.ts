import * as K from '../btf/kinds.ts';
import { CoreError } from '../errors.ts';
import type { Access } from './access.ts';
import * as R from './kinds.ts';

/** What a relocation comes to in one set of types. */
export interface Figure {
  readonly value: bigint;
  /** Whether the instruction must hold the local figure now. */
  readonly validate: boolean;
  /** For a field's offset: its type and size in bytes, by which a load is widened or narrowed. */
  readonly field: { readonly type: number; readonly size: number } | undefined;
}

const figure = (value: number | bigint, validate = true, field?: Figure['field']): Figure => ({
  value: BigInt(value),
  validate,
  field,
});

/**
 * The value of a relocation for an access that exists, or for none.
 * @returns undefined when it has no value (then the instruction is poisoned)
 */
export function calculate(kind: number, access: Access | undefined): Figure | undefined {
  if (R.isFieldKind(kind)) return calculateField(kind, access);
  if (R.isEnumKind(kind)) {
    if (kind === R.ENUMVAL_EXISTS) return figure(access === undefined ? 0 : 1);
    const step = access?.path[0];
    return access === undefined || step === undefined
      ? undefined
      : figure(BigInt.asUintN(64, access.btf.enumerator(step.type, step.index).value));
  }
  // A type that does not exist has size 0 and id 0; libbpf poisons neither.
  if (access === undefined) return figure(0);
  switch (kind) {
    case R.TYPE_ID_LOCAL:
    case R.TYPE_ID_TARGET:
      return figure(access.root, false);
    case R.TYPE_SIZE:
      return figure(access.btf.sizeOf(access.root));
    case R.TYPE_EXISTS:
    case R.TYPE_MATCHES:
      return figure(1);
    default:
      throw new CoreError('invalid', `Unknown relocation kind ${kind}`);
  }
}

function calculateField(kind: number, access: Access | undefined): Figure | undefined {
  if (kind === R.FIELD_EXISTS) return figure(access === undefined ? 0 : 1);
  if (access === undefined) return undefined;
  const { btf, bitOffset } = access;
  const last = access.path.at(-1);
  if (last === undefined) throw new CoreError('invalid', 'A field without a path');
  if (last.name === undefined) {
    const size = btf.sizeOf(last.type);
    if (kind === R.FIELD_BYTE_OFFSET)
      return figure(Math.floor(bitOffset / 8), true, { type: last.type, size });
    if (kind === R.FIELD_BYTE_SIZE) return figure(size);
    throw new CoreError('invalid', `An array element has no ${R.relocationName(kind)}`);
  }
  const member = btf.member(last.type, last.index);
  const type = btf.resolve(member.type);
  const isBitField = member.bitSize > 0;
  let size = btf.sizeOf(type);
  let offset = Math.floor(bitOffset / 8);
  let bits = size * 8;
  if (isBitField) {
    // The smallest aligned load that holds the whole bit-field.
    bits = member.bitSize;
    if (size === 0) throw new CoreError('invalid', `${member.name} is a bit-field of a type without size`);
    offset = Math.floor(bitOffset / 8 / size) * size;
    while (bitOffset + bits - offset * 8 > size * 8) {
      if (size >= 8) throw new CoreError('invalid', `Bit-field ${member.name} spans more than 8 bytes`);
      size *= 2;
      offset = Math.floor(bitOffset / 8 / size) * size;
    }
  }
  switch (kind) {
    case R.FIELD_BYTE_OFFSET:
      return figure(offset, !isBitField, isBitField ? undefined : { type, size });
    case R.FIELD_BYTE_SIZE:
      return figure(size, !isBitField);
    case R.FIELD_SIGNED: {
      const signed =
        (K.isEnum(btf.kind(type)) && btf.flag(type)) ||
        (btf.kind(type) === K.KIND_INT && btf.isSignedInt(type));
      return figure(signed ? 1 : 0);
    }
    case R.FIELD_LSHIFT_U64:
      return figure(64 - (bitOffset + bits - offset * 8), !isBitField);
    default:
      return figure(64 - bits);
  }
}
