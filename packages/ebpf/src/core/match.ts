import type { Btf } from '../btf/btf.ts';
import * as K from '../btf/kinds.ts';
import { CoreError } from '../errors.ts';
import { type Access, type Accessor, isFlexibleArray, MAX_ACCESS, sameEssentialName } from './access.ts';

const MAX_DEPTH = 32;
// Comparing two types can revisit members exponentially often when both are hostile.
const MAX_COMPARISONS = 200_000;

/**
 * Finds in a target type what `local` names: an enumerator, or a field whose path has the same names, through anonymous
 * structs and unions. After libbpf's bpf_core_spec_match.
 * @returns undefined when the target has no such thing
 */
export function matchAccess(local: Access, btf: Btf, target: number, isEnum: boolean): Access | undefined {
  if (isEnum) return matchEnumerator(local, btf, target);
  const path: Accessor[] = [];
  let bitOffset = 0;
  let id = target;
  for (const [position, step] of local.path.entries()) {
    id = btf.resolve(id);
    if (step.name !== undefined) {
      const found = matchMember(local.btf, step, step.name, btf, id, 0);
      if (found === undefined) return undefined;
      path.push(found.accessor);
      bitOffset += found.bitOffset;
      id = found.type;
    } else {
      // At the first step the root is the element already.
      if (position > 0) {
        if (btf.kind(id) !== K.KIND_ARRAY) return undefined;
        if (!isFlexibleArray(btf, path.at(-1), id) && step.index >= btf.elementCount(id)) return undefined;
        id = btf.resolve(btf.elementType(id));
      }
      path.push({ type: id, index: step.index, name: undefined });
      bitOffset += step.index * btf.sizeOf(id) * 8;
    }
  }
  return { btf, root: target, path, bitOffset };
}

function matchEnumerator(local: Access, btf: Btf, target: number): Access | undefined {
  const id = btf.resolve(target);
  const wanted = local.path[0]?.name ?? '';
  if (!K.isEnum(btf.kind(id))) return undefined;
  for (let index = 0; index < btf.vlen(id); index += 1) {
    const { name } = btf.enumerator(id, index);
    if (!sameEssentialName(name, wanted)) continue;
    return { btf, root: target, path: [{ type: id, index, name }], bitOffset: 0 };
  }
  return undefined;
}

interface FoundMember {
  readonly accessor: Accessor;
  readonly type: number;
  readonly bitOffset: number;
}

function matchMember(
  localBtf: Btf,
  step: Accessor,
  wanted: string,
  btf: Btf,
  target: number,
  depth: number,
): FoundMember | undefined {
  const id = btf.resolve(target);
  if (!K.isComposite(btf.kind(id))) return undefined;
  if (depth > MAX_ACCESS) throw new CoreError('invalid', `Type ${target} nests too deeply`);
  for (let index = 0; index < btf.vlen(id); index += 1) {
    const name = btf.memberName(id, index);
    if (name === '') {
      const member = btf.member(id, index);
      const inner = matchMember(localBtf, step, wanted, btf, member.type, depth + 1);
      if (inner !== undefined) return { ...inner, bitOffset: inner.bitOffset + member.bitOffset };
    } else if (name === wanted) {
      const member = btf.member(id, index);
      const localType = localBtf.memberType(step.type, step.index);
      if (!fieldsCompatible(localBtf, localType, btf, member.type)) return undefined;
      return { accessor: { type: id, index, name }, type: member.type, bitOffset: member.bitOffset };
    }
  }
  return undefined;
}

/** Whether a field of one type can be read as the other, by libbpf's bpf_core_fields_are_compat. */
function fieldsCompatible(localBtf: Btf, localType: number, btf: Btf, target: number): boolean {
  let local = localType;
  let other = target;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    local = localBtf.resolve(local);
    other = btf.resolve(other);
    const kind = localBtf.kind(local);
    if (K.isComposite(kind) && K.isComposite(btf.kind(other))) return true;
    if (!kindsCompatible(kind, btf.kind(other))) return false;
    switch (kind) {
      case K.KIND_PTR:
      case K.KIND_FLOAT:
        return true;
      case K.KIND_FWD:
      case K.KIND_ENUM:
      case K.KIND_ENUM64:
        if (localBtf.isAnonymous(local) || btf.isAnonymous(other)) return true;
        return sameEssentialName(localBtf.name(local), btf.name(other));
      case K.KIND_INT:
        return localBtf.intBitOffset(local) === 0 && btf.intBitOffset(other) === 0;
      case K.KIND_ARRAY:
        local = localBtf.elementType(local);
        other = btf.elementType(other);
        break;
      default:
        return false;
    }
  }
  return false;
}

export function kindsCompatible(local: number, target: number): boolean {
  return local === target || (K.isEnum(local) && K.isEnum(target));
}

/** Whether two types of the same name are compatible, by libbpf's bpf_core_types_are_compat: names of members do not count. */
export function typesCompatible(localBtf: Btf, localType: number, btf: Btf, target: number): boolean {
  if (!kindsCompatible(localBtf.kind(localType), btf.kind(target))) return false;
  let budget = MAX_COMPARISONS;
  const compare = (localId: number, targetId: number, level: number): boolean => {
    budget -= 1;
    if (level > MAX_DEPTH || budget < 0) return false;
    const local = localBtf.resolve(localId);
    const other = btf.resolve(targetId);
    const kind = localBtf.kind(local);
    if (!kindsCompatible(kind, btf.kind(other))) return false;
    switch (kind) {
      case K.KIND_UNKNOWN:
      case K.KIND_STRUCT:
      case K.KIND_UNION:
      case K.KIND_ENUM:
      case K.KIND_ENUM64:
      case K.KIND_FWD:
        return true;
      case K.KIND_INT:
        return localBtf.intBitOffset(local) === 0 && btf.intBitOffset(other) === 0;
      case K.KIND_PTR:
        return compare(localBtf.target(local), btf.target(other), level + 1);
      case K.KIND_ARRAY:
        return compare(localBtf.elementType(local), btf.elementType(other), level + 1);
      case K.KIND_FUNC_PROTO:
        return comparePrototypes(localBtf, local, btf, other, (left, right) =>
          compare(left, right, level + 1),
        );
      default:
        return false;
    }
  };
  return compare(localType, target, 0);
}

function comparePrototypes(
  localBtf: Btf,
  local: number,
  btf: Btf,
  other: number,
  compare: (local: number, other: number) => boolean,
): boolean {
  const count = localBtf.vlen(local);
  if (count !== btf.vlen(other)) return false;
  for (let index = 0; index < count; index += 1) {
    if (!compare(localBtf.parameter(local, index).type, btf.parameter(other, index).type)) return false;
  }
  return compare(localBtf.target(local), btf.target(other));
}

/** Whether the local type's members and enumerators are all in the target, by libbpf's bpf_core_types_match. */
export function typesMatch(localBtf: Btf, localType: number, btf: Btf, target: number): boolean {
  let budget = MAX_COMPARISONS;
  const match = (localId: number, targetId: number, behindPointer: boolean, level: number): boolean => {
    budget -= 1;
    if (level > MAX_DEPTH || budget < 0) return false;
    const local = localBtf.resolve(localId);
    const other = btf.resolve(targetId);
    const anonymousOrVoid = (from: Btf, id: number): string => (id === 0 ? '' : from.name(id));
    if (!sameEssentialName(anonymousOrVoid(localBtf, local), anonymousOrVoid(btf, other))) return false;
    const kind = localBtf.kind(local);
    const otherKind = btf.kind(other);
    switch (kind) {
      case K.KIND_UNKNOWN:
        return otherKind === kind;
      case K.KIND_FWD:
        if (otherKind === kind) return localBtf.flag(local) === btf.flag(other);
        return behindPointer && otherKind === (localBtf.flag(local) ? K.KIND_UNION : K.KIND_STRUCT);
      case K.KIND_ENUM:
      case K.KIND_ENUM64:
        return K.isEnum(otherKind) && enumeratorsMatch(localBtf, local, btf, other);
      case K.KIND_STRUCT:
      case K.KIND_UNION:
        if (behindPointer) {
          return (
            otherKind === kind || (otherKind === K.KIND_FWD && btf.flag(other) === (kind === K.KIND_UNION))
          );
        }
        return otherKind === kind && membersMatch(local, other, level);
      case K.KIND_INT:
        if (otherKind !== kind || localBtf.rawSize(local) !== btf.rawSize(other)) return false;
        return localBtf.isSignedInt(local) === btf.isSignedInt(other);
      case K.KIND_PTR:
        return otherKind === kind && match(localBtf.target(local), btf.target(other), true, level + 1);
      case K.KIND_ARRAY:
        if (otherKind !== kind || localBtf.elementCount(local) !== btf.elementCount(other)) return false;
        return match(localBtf.elementType(local), btf.elementType(other), behindPointer, level + 1);
      case K.KIND_FUNC_PROTO:
        if (otherKind !== kind) return false;
        return comparePrototypes(localBtf, local, btf, other, (left, right) =>
          match(left, right, behindPointer, level + 1),
        );
      default:
        return false;
    }
  };
  const membersMatch = (local: number, other: number, level: number): boolean => {
    if (localBtf.vlen(local) > btf.vlen(other)) return false;
    for (const member of localBtf.members(local)) {
      let found = false;
      for (let index = 0; index < btf.vlen(other) && !found; index += 1) {
        budget -= 1;
        if (budget < 0) return false;
        if (!sameEssentialName(member.name, btf.memberName(other, index))) continue;
        found = match(member.type, btf.memberType(other, index), false, level + 1);
      }
      if (!found) return false;
    }
    return true;
  };
  return match(localType, target, false, 0);
}

function enumeratorsMatch(localBtf: Btf, local: number, btf: Btf, other: number): boolean {
  if (localBtf.vlen(local) > btf.vlen(other)) return false;
  const names = new Set<string>();
  for (let index = 0; index < btf.vlen(other); index += 1) names.add(btf.enumerator(other, index).name);
  for (let index = 0; index < localBtf.vlen(local); index += 1) {
    const { name } = localBtf.enumerator(local, index);
    if (!names.has(name) && ![...names].some((candidate) => sameEssentialName(candidate, name))) return false;
  }
  return true;
}
