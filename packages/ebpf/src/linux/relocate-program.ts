import type { Btf } from '../btf/btf.ts';
import { POISON, patchInstruction } from '../core/patch.ts';
import type { Relocator } from '../core/relocate.ts';
import { EbpfError } from '../errors.ts';
import {
  Instructions,
  OP_CALL,
  PSEUDO_BTF_ID,
  PSEUDO_KFUNC,
  PSEUDO_MAP_FD,
  PSEUDO_MAP_VALUE,
} from '../spec/instruction.ts';
import type { ExternSpec, ProgramSpec } from '../spec/types.ts';
import { type KconfigLayout, resolveKsym } from './externs.ts';

/** What a program's references are resolved with. */
export interface RelocationContext {
  readonly relocator: Relocator | undefined;
  readonly localBtf: Btf | undefined;
  readonly kernelBtf: () => Btf;
  /** A map's descriptor; throws when the map could not be created. */
  readonly mapFd: (name: string) => number;
  readonly externs: ReadonlyMap<string, ExternSpec>;
  readonly kconfig: KconfigLayout;
}

/** A program ready for the kernel, and what this kernel lacks of what it names. */
export interface RelocatedProgram {
  readonly instructions: Uint8Array;
  /** By instruction: a relocation without an answer. The kernel refuses the program only if it can reach one. */
  readonly poisoned: ReadonlyMap<number, string>;
}

/** Resolves all that a program refers to, in a copy of its instructions. */
export function relocateProgram(spec: ProgramSpec, context: RelocationContext): RelocatedProgram {
  const bytes = spec.instructions.slice();
  const instructions = new Instructions(bytes);
  const poisoned = new Map<number, string>();
  for (const relocation of spec.relocations) {
    const answer = context.relocator?.resolve(relocation);
    if (answer === undefined) throw new EbpfError('unresolved-extern', 'A relocation without BTF');
    if (!patchInstruction(instructions, relocation.index, answer))
      poisoned.set(relocation.index, answer.description);
  }
  for (const reference of spec.references) {
    const { index } = reference;
    switch (reference.kind) {
      case 'map':
        instructions.setSource(index, PSEUDO_MAP_FD);
        instructions.setImmediate(index, context.mapFd(reference.map));
        instructions.setImmediate(index + 1, 0);
        break;
      case 'data':
        setMapValue(instructions, index, context.mapFd(reference.map), reference.offset);
        break;
      case 'extern':
      case 'kfunc':
        resolveExtern(instructions, index, reference.name, reference.kind, context, poisoned);
        break;
    }
  }
  return { instructions: bytes, poisoned };
}

function setMapValue(instructions: Instructions, index: number, fd: number, offset: number): void {
  instructions.setSource(index, PSEUDO_MAP_VALUE);
  instructions.setImmediate(index, fd);
  instructions.setImmediate(index + 1, offset);
}

function resolveExtern(
  instructions: Instructions,
  index: number,
  name: string,
  kind: 'extern' | 'kfunc',
  context: RelocationContext,
  poisoned: Map<number, string>,
): void {
  const extern = context.externs.get(name);
  if (extern === undefined || context.localBtf === undefined) {
    throw new EbpfError('unresolved-extern', `Nothing defines ${name}`);
  }
  if (extern.origin === 'kconfig') {
    if (context.kconfig.missing.has(name)) {
      throw new EbpfError('unresolved-extern', `The kernel's configuration has no value for ${name}`);
    }
    setMapValue(instructions, index, context.mapFd('.kconfig'), context.kconfig.offsets.get(name) ?? 0);
    return;
  }
  const symbol = resolveKsym(extern, context.localBtf, context.kernelBtf);
  if (kind === 'kfunc') {
    if (symbol === undefined || !('id' in symbol)) {
      instructions.set(index, OP_CALL, 0, 0, 0, POISON);
      poisoned.set(index, `kernel function ${name}`);
      return;
    }
    instructions.setSource(index, PSEUDO_KFUNC);
    instructions.setOffset(index, 0);
    instructions.setImmediate(index, symbol.id);
    return;
  }
  if (symbol !== undefined && 'id' in symbol) {
    instructions.setSource(index, PSEUDO_BTF_ID);
    instructions.setImmediate(index, symbol.id);
    instructions.setImmediate(index + 1, 0);
  } else {
    const address = symbol?.address ?? 0n;
    instructions.setImmediate(index, Number(BigInt.asIntN(32, address)));
    instructions.setImmediate(index + 1, Number(BigInt.asIntN(32, address >> 32n)));
  }
}
