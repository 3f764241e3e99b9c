import type { ProgramSpec } from '../spec/types.ts';
import * as B from './bpf.ts';
import { VerifierError } from './errors.ts';
import { Fd } from './fd.ts';
import { withScratch } from './memory.ts';

const F_SLEEPABLE = 1 << 4;
const ENOSPC = 28;
const FUNC_INFO_MISMATCH = /number of funcs in func_info|bpf_line_info/;
const FIRST_LOG = 1 << 20;
const LARGEST_LOG = (16 << 20) - 1; // older kernels refuse more

/** What BPF_PROG_LOAD gets beside the spec. */
export interface LoadInput {
  readonly spec: ProgramSpec;
  /** The spec's instructions with all relocations done. */
  readonly instructions: Uint8Array;
  readonly license: string;
  /** The object's BTF in the kernel. */
  readonly btf: number | undefined;
  /** The kernel's type that a tracing program attaches to. */
  readonly attachBtfId: number | undefined;
}

/**
 * Loads a program; asks for the verifier's log only when it is refused.
 * @throws VerifierError
 */
export function loadProgram(input: LoadInput): Fd {
  const { spec } = input;
  const fd = attempt(input, 0).result;
  if (fd >= 0) return new Fd(fd);
  for (let size = FIRST_LOG; ; size = Math.min(size * 4, LARGEST_LOG)) {
    const { result, log } = attempt(input, size);
    if (result >= 0) return new Fd(result);
    if (result === -ENOSPC && size < LARGEST_LOG) continue;
    // Kernels that lack a kind of call count functions otherwise, and complain about that instead of the call.
    if (FUNC_INFO_MISMATCH.test(log) && input.btf !== undefined)
      return loadProgram({ ...input, btf: undefined });
    throw new VerifierError(spec.name, -result, log, { truncated: result === -ENOSPC });
  }
}

function attempt(input: LoadInput, logSize: number): { result: number; log: string } {
  const { spec } = input;
  return withScratch((memory) => {
    const attr = new B.Attr(memory)
      .u32(0, spec.type)
      .u32(4, input.instructions.length >> 3)
      .pointer(8, input.instructions)
      .string(16, input.license)
      .name(48, spec.name)
      .u32(68, spec.attachType);
    if (spec.sleepable) attr.u32(44, F_SLEEPABLE);
    if (input.btf !== undefined && spec.functions.length > 0) {
      const functions = packWords(spec.functions.map(({ index, type }) => [index, type]));
      attr.u32(72, input.btf).u32(76, 8).pointer(80, functions).u32(88, spec.functions.length);
      if (spec.lines.length > 0) {
        const lines = packWords(
          spec.lines.map(({ index, file, line, position }) => [index, file, line, position]),
        );
        attr.u32(92, 16).pointer(96, lines).u32(104, spec.lines.length);
      }
    }
    if (input.attachBtfId !== undefined) attr.u32(108, input.attachBtfId);
    const log = logSize === 0 ? undefined : memory.allocate(logSize);
    if (log !== undefined) attr.u32(24, 1).u32(28, logSize).u64(32, log.address);
    const result = B.bpf(B.BPF_PROG_LOAD, attr);
    const end = log?.bytes.indexOf(0) ?? 0;
    return {
      result,
      log: log === undefined ? '' : Buffer.from(log.bytes.subarray(0, end)).toString('latin1'),
    };
  });
}

function packWords(records: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(records.flat()).buffer);
}
