import type { Btf } from '../btf/btf.ts';
import * as K from '../btf/kinds.ts';
import { essentialLength } from '../btf/names.ts';
import { CoreError } from '../errors.ts';
import { isEnumKind, isFieldKind, isTypeKind } from './kinds.ts';

/** Steps of an access path; the kernel has the same limit (BPF_CORE_SPEC_MAX_LEN). */
export const MAX_ACCESS = 64;

/** One named member, array element or enumerator. Members of anonymous structs count with the next named one. */
export interface Accessor {
  readonly type: number;
  readonly index: number;
  readonly name: string | undefined;
}

/** A path from a root type to what a relocation speaks of. */
export interface Access {
  readonly btf: Btf;
  readonly root: number;
  readonly path: readonly Accessor[];
  /** Bits from the beginning of the root type. */
  readonly bitOffset: number;
}

/**
 * Reads a relocation's access string against the object's types: `0:1:2` is element 0 of the root, its member 1, and
 * of that the member or element 2. After libbpf's bpf_core_parse_spec.
 * @throws CoreError `invalid`
 */
export function parseAccess(btf: Btf, type: number, text: string, kind: number): Access {
  const invalid = (why: string): never => {
    throw new CoreError('invalid', `Relocation ${text} of ${describeType(btf, type)}: ${why}`);
  };
  if (!/^\d{1,9}(:\d{1,9})*$/.test(text)) invalid('not an access string');
  const steps = text.split(':').map(Number);
  if (steps.length > MAX_ACCESS) invalid('the path is too long');
  const first = steps[0] ?? 0;
  if (isTypeKind(kind)) {
    if (text !== '0') invalid('a type has no path');
    return { btf, root: type, path: [], bitOffset: 0 };
  }
  let id = btf.resolve(type);
  if (isEnumKind(kind)) {
    if (!K.isEnum(btf.kind(id)) || steps.length > 1 || first >= btf.vlen(id)) invalid('no such enumerator');
    const { name } = btf.enumerator(id, first);
    return { btf, root: type, path: [{ type: id, index: first, name }], bitOffset: 0 };
  }
  if (!isFieldKind(kind)) invalid('the kind is not known');
  const path: Accessor[] = [{ type: id, index: first, name: undefined }];
  let bitOffset = first * btf.sizeOf(id) * 8;
  for (const step of steps.slice(1)) {
    id = btf.resolve(id);
    if (K.isComposite(btf.kind(id))) {
      if (step >= btf.vlen(id)) invalid('no such member');
      const member = btf.member(id, step);
      bitOffset += member.bitOffset;
      if (member.name !== '') path.push({ type: id, index: step, name: member.name });
      id = member.type;
    } else if (btf.kind(id) === K.KIND_ARRAY) {
      const flexible = isFlexibleArray(btf, path.at(-1), id);
      if (!flexible && step >= btf.elementCount(id)) invalid('beyond the array');
      id = btf.resolve(btf.elementType(id));
      path.push({ type: id, index: step, name: undefined });
      bitOffset += step * btf.sizeOf(id) * 8;
    } else {
      invalid('a step into what has no members');
    }
  }
  return { btf, root: type, path, bitOffset };
}

/** A last member without a length: any index is within it. */
export function isFlexibleArray(btf: Btf, holder: Accessor | undefined, array: number): boolean {
  if (holder?.name === undefined || btf.elementCount(array) > 0) return false;
  return holder.index === btf.vlen(holder.type) - 1;
}

/** `struct task_struct`, for messages. */
function describeType(btf: Btf, type: number): string {
  const kind = K.kindName(btf.kind(type));
  return btf.isAnonymous(type) ? `an anonymous ${kind}` : `${kind} ${btf.name(type)}`;
}

/** `struct task_struct.mm` or `struct sock.skc_daddr[0]`, for messages. */
export function describeAccess(access: Access): string {
  let text = describeType(access.btf, access.root);
  for (const [position, step] of access.path.entries()) {
    if (step.name !== undefined) text += `.${step.name}`;
    else if (position > 0 || step.index > 0) text += `[${step.index}]`;
  }
  return text;
}

/** Names are equal up to the flavour. */
export function sameEssentialName(left: string, right: string): boolean {
  return left.slice(0, essentialLength(left)) === right.slice(0, essentialLength(right));
}
