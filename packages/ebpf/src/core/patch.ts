import { CoreError } from '../errors.ts';
import { type Instructions, OP_CALL, OP_LDIMM64 } from '../spec/instruction.ts';
import type { Resolution } from './relocate.ts';

/** A call that no kernel has. The verifier refuses it only where it can be reached: guarded code stays loadable. */
export const POISON = 0xbad2310;

const CLASS_MASK = 7;
const CLASS_LD = 0;
const CLASS_LDX = 1;
const CLASS_ST = 2;
const CLASS_STX = 3;
const CLASS_ALU = 4;
const CLASS_ALU64 = 7;
const SOURCE_REGISTER = 8;
const SIZE_MASK = 0x18;
const sizeCodes = new Map([
  [1, 0x10],
  [2, 0x08],
  [4, 0x00],
  [8, 0x18],
]);

/**
 * Writes a relocation's answer into an instruction. After libbpf's bpf_core_patch_insn.
 * @returns false when the instruction was poisoned
 * @throws CoreError `unpatchable` when the instruction is none that a compiler relocates
 */
export function patchInstruction(instructions: Instructions, index: number, answer: Resolution): boolean {
  const opcode = instructions.opcode(index);
  const isWide = opcode === OP_LDIMM64;
  const poison = (): false => {
    if (isWide) instructions.set(index + 1, OP_CALL, 0, 0, 0, POISON);
    instructions.set(index, OP_CALL, 0, 0, 0, POISON);
    return false;
  };
  const fail = (why: string): never => {
    throw new CoreError('unpatchable', `${answer.description}: instruction ${index} ${why}`);
  };
  const expect = (actual: bigint): void => {
    if (answer.validate && actual !== answer.original)
      fail(`holds ${actual} where the compiler wrote ${answer.original}`);
  };
  if (isWide && index + 1 >= instructions.count) fail('is cut off');
  if (answer.value === undefined) return poison();
  const value = answer.value;
  switch (opcode & CLASS_MASK) {
    case CLASS_ALU:
    case CLASS_ALU64:
      if ((opcode & SOURCE_REGISTER) !== 0) fail('has no immediate');
      expect(BigInt.asUintN(64, BigInt(instructions.immediate(index))));
      instructions.setImmediate(index, Number(BigInt.asIntN(32, value)));
      return true;
    case CLASS_LDX:
    case CLASS_ST:
    case CLASS_STX: {
      expect(BigInt.asUintN(64, BigInt(instructions.offset(index))));
      if (value > 0x7fffn) fail(`cannot hold the offset ${value}`);
      if (answer.unsafeResize) return poison();
      instructions.setOffset(index, Number(value));
      if (answer.size !== answer.originalSize) {
        const code = sizeCodes.get(answer.size);
        if ((opcode & SIZE_MASK) !== sizeCodes.get(answer.originalSize) || code === undefined) {
          return fail(`loads ${answer.originalSize} bytes where the kernel has ${answer.size}`);
        }
        instructions.setOpcode(index, (opcode & ~SIZE_MASK) | code);
      }
      return true;
    }
    case CLASS_LD: {
      if (!isWide || instructions.source(index) !== 0 || instructions.offset(index) !== 0)
        fail('takes no relocation');
      const low = BigInt.asUintN(32, BigInt(instructions.immediate(index)));
      expect(low | (BigInt.asUintN(32, BigInt(instructions.immediate(index + 1))) << 32n));
      instructions.setImmediate(index, Number(BigInt.asIntN(32, value)));
      instructions.setImmediate(index + 1, Number(BigInt.asIntN(32, value >> 32n)));
      return true;
    }
    default:
      return fail('takes no relocation');
  }
}
