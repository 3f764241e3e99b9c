import type { Btf } from '../btf/btf.ts';
import * as K from '../btf/kinds.ts';
import { essentialLength } from '../btf/names.ts';
import { CoreError } from '../errors.ts';
import type { FieldRelocation } from '../spec/types.ts';
import { type Access, describeAccess, parseAccess } from './access.ts';
import { calculate, type Figure } from './calculate.ts';
import * as R from './kinds.ts';
import { kindsCompatible, matchAccess, typesCompatible, typesMatch } from './match.ts';

/** The answer to a relocation, by which an instruction is patched. */
export interface Resolution {
  /** The value that the compiler wrote. */
  readonly original: bigint;
  /** The kernel's value; undefined poisons the instruction. */
  readonly value: bigint | undefined;
  readonly validate: boolean;
  /** Sizes of the field in bytes, when a load must change with them. */
  readonly originalSize: number;
  readonly size: number;
  /** A load of a field that changed its size in a way that cannot be patched (a signed integer). */
  readonly unsafeResize: boolean;
  /** What was sought, for messages. */
  readonly description: string;
}

/**
 * Resolves relocations of an object against a kernel's types. Answers are kept, since the same field is read in many
 * places. After libbpf's relo_core.c (bpf_core_calc_relo_insn).
 */
export class Relocator {
  readonly #local: Btf;
  readonly #target: () => Btf;
  readonly #answers = new Map<string, Resolution>();
  readonly #candidates = new Map<number, readonly number[]>();

  /** @param target called when a relocation needs the kernel's types; it may throw */
  constructor(local: Btf, target: () => Btf) {
    this.#local = local;
    this.#target = target;
  }

  /** @throws CoreError when the relocation is malformed, or when several of the kernel's types give different answers */
  resolve(relocation: FieldRelocation): Resolution {
    const key = `${relocation.type}|${relocation.kind}|${relocation.access}`;
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = this.#resolve(relocation);
      this.#answers.set(key, answer);
    }
    return answer;
  }

  #resolve({ type, access: text, kind }: FieldRelocation): Resolution {
    const local = parseAccess(this.#local, type, text, kind);
    const description = `${R.relocationName(kind)} of ${describeAccess(local)}`;
    const original = calculate(kind, local);
    if (original === undefined) throw new CoreError('invalid', `${description} has no local value`);
    if (kind === R.TYPE_ID_LOCAL) return resolution(original, original, local, local, description);
    if (this.#local.isAnonymous(type)) {
      throw new CoreError('invalid', `${description}: an anonymous type cannot be found in a kernel`);
    }
    let found: { access: Access; figure: Figure | undefined } | undefined;
    for (const candidate of this.#findCandidates(type)) {
      const access = this.#match(local, candidate, kind);
      if (access === undefined) continue;
      const next = { access, figure: calculate(kind, access) };
      if (found === undefined) found = next;
      else if (found.access.bitOffset !== access.bitOffset || found.figure?.value !== next.figure?.value) {
        throw new CoreError('ambiguous', `${description} differs between the kernel's types of that name`);
      }
    }
    const figure = found === undefined ? calculate(kind, undefined) : found.figure;
    return resolution(original, figure, local, found?.access, description);
  }

  #match(local: Access, candidate: number, kind: number): Access | undefined {
    const target = this.#target();
    if (!R.isTypeKind(kind)) return matchAccess(local, target, candidate, R.isEnumKind(kind));
    const fits =
      kind === R.TYPE_MATCHES
        ? typesMatch(local.btf, local.root, target, candidate)
        : typesCompatible(local.btf, local.root, target, candidate);
    return fits ? { btf: target, root: candidate, path: [], bitOffset: 0 } : undefined;
  }

  #findCandidates(type: number): readonly number[] {
    let ids = this.#candidates.get(type);
    if (ids === undefined) {
      const target = this.#target();
      const name = this.#local.name(type);
      const kind = this.#local.kind(type);
      ids = target
        .idsByEssentialName(name.slice(0, essentialLength(name)))
        .filter((id) => kindsCompatible(kind, target.kind(id)));
      this.#candidates.set(type, ids);
    }
    return ids;
  }
}

function resolution(
  original: Figure,
  figure: Figure | undefined,
  local: Access,
  target: Access | undefined,
  description: string,
): Resolution {
  const originalSize = original.field?.size ?? 0;
  const size = figure?.field?.size ?? originalSize;
  let unsafeResize = false;
  if (
    originalSize !== size &&
    original.field !== undefined &&
    figure?.field !== undefined &&
    target !== undefined
  ) {
    const from = { btf: local.btf, type: local.btf.resolve(original.field.type) };
    const to = { btf: target.btf, type: target.btf.resolve(figure.field.type) };
    const kinds = [from.btf.kind(from.type), to.btf.kind(to.type)];
    const pointers = kinds.every((kind) => kind === K.KIND_PTR);
    const unsigned =
      kinds.every((kind) => kind === K.KIND_INT) &&
      !from.btf.isSignedInt(from.type) &&
      !to.btf.isSignedInt(to.type);
    unsafeResize = !pointers && !unsigned;
  }
  return {
    original: original.value,
    value: figure?.value,
    validate: original.validate,
    originalSize,
    size,
    unsafeResize,
    description,
  };
}
