import { POISON } from '../core/patch.ts';
import { BtfError, CoreError, EbpfError } from '../errors.ts';
import type { ProgramSpec } from '../spec/types.ts';
import { NotSupportedError, SyscallError, VerifierError } from './errors.ts';
import { features } from './features.ts';
import { MissingHookError } from './hooks.ts';

/** Why a program was left out. */
export type SkipCode =
  | 'missing-hook' // the kernel has no such tracepoint, iterator or function
  | 'relocation' // the kernel lacks a type, field or symbol that the program needs
  | 'permission' // the kernel forbids it: lockdown, capabilities, a policy
  | 'verifier' // the verifier refused the program; the error has its log
  | 'unsupported' // the kernel does not know the program's type, section or helpers
  | 'map'; // a map that the program uses could not be created

/** A program that was chosen and not loaded. */
export interface SkippedProgram {
  readonly program: string;
  readonly code: SkipCode;
  /** One line. */
  readonly reason: string;
  readonly error: Error;
}

// What the verifier says of a helper that the kernel or the program's type does not have.
const MISSING_HELPER = /^(invalid func unknown#|unknown func |program of this type cannot use helper )/m;

/** A map could not be created, which programs that use it report. */
export class MapUnavailableError extends Error {
  override readonly name = 'MapUnavailableError';
}

/** The code for an error of one program; undefined for one that is no refusal but a fault. */
export function skipCode(error: Error): SkipCode | undefined {
  if (error instanceof MissingHookError) return 'missing-hook';
  if (error instanceof MapUnavailableError) {
    return error.cause instanceof SyscallError && error.cause.errno === 'EPERM' ? 'permission' : 'map';
  }
  if (error instanceof VerifierError) {
    if (error.cause instanceof CoreError) return 'relocation';
    if (error.errno === 'EPERM') return 'permission';
    return error.log === '' || MISSING_HELPER.test(error.log) ? 'unsupported' : 'verifier';
  }
  if (error instanceof NotSupportedError) return 'unsupported';
  if (error instanceof SyscallError) return error.errno === 'EPERM' ? 'permission' : 'unsupported';
  const isMissing = error instanceof CoreError || error instanceof BtfError;
  return isMissing || (error instanceof EbpfError && error.code === 'unresolved-extern')
    ? 'relocation'
    : undefined;
}

/**
 * Says what the kernel did not: which program type or kind of call it lacks, and which relocation was poisoned at the
 * instruction that the verifier stopped at.
 */
export function explain(error: unknown, spec: ProgramSpec, poisoned: ReadonlyMap<number, string>): unknown {
  if (!(error instanceof VerifierError)) return error;
  if (error.log === '' && error.errno === 'EINVAL' && features.program(spec.section).supported === 'no') {
    return new NotSupportedError(`This kernel knows no programs for ${spec.section}`, { cause: error });
  }
  if (error.log.startsWith('unrecognized bpf_ld_imm64 insn')) {
    const message = `Program ${spec.name} passes a function to a helper, as bpf_loop and timers want`;
    return new NotSupportedError(message, { minimumKernel: '5.13', cause: error });
  }
  if (error.log.includes(`#${POISON}`)) {
    const call = new RegExp(`^(\\d+): .*call unknown#${POISON}`, 'm').exec(error.log);
    const lacking = call === null ? [...poisoned.values()].join(', ') : poisoned.get(Number(call[1]));
    const cause = new CoreError('no-match', `This kernel lacks what program ${spec.name} needs: ${lacking}`);
    return new VerifierError(spec.name, error.number, error.log, { cause, truncated: error.truncated });
  }
  return error;
}
