import { constants } from 'node:os';

const EPERM = 1;
const NOT_PERMITTED = 'not permitted: a capability is missing, or this kernel is locked down';

/** A system call failed. `errno` is the symbolic name, such as `EPERM`. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError';
  /** The symbolic errno, which says what happened; the same as `errno`. */
  readonly code: string;
  readonly errno: string;
  /** The operation, such as `BPF_MAP_CREATE events`. */
  readonly operation: string;

  constructor(operation: string, errno: number) {
    const name = errnoName(errno);
    super(`${operation}: ${name}${errno === EPERM ? ` (${NOT_PERMITTED})` : ''}`);
    this.code = name;
    this.errno = name;
    this.operation = operation;
  }
}

/** This kernel, machine or installation lacks a feature. */
export class NotSupportedError extends Error {
  override readonly name = 'NotSupportedError';
  readonly code = 'not-supported';
  /** The first kernel that has the feature, where known: `5.8`. */
  readonly minimumKernel: string | undefined;

  constructor(message: string, options: ErrorOptions & { minimumKernel?: string } = {}) {
    const { minimumKernel, ...rest } = options;
    super(minimumKernel === undefined ? message : `${message} (needs Linux ${minimumKernel} or later)`, rest);
    this.minimumKernel = minimumKernel;
  }
}

const names = new Map<number, string>(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);
// Two names share 11; and the kernel's own codes that user space has no name for but bpf(2) returns.
names.set(11, 'EAGAIN');
names.set(7, 'E2BIG');
names.set(116, 'ESTALE');
names.set(524, 'ENOTSUPP');

/** The symbolic name of an errno, or `errno N`. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}

const omitted = (count: number): string => (count === 1 ? '(1 line omitted)' : `(${count} lines omitted)`);
// The verifier ends every log with statistics, which say nothing about the refusal.
const statistics = /^(processed \d+ insns|verification time|stack depth|peak_states|max_states_per_insn)/;

/** The kernel's verifier refused a program. The message has the last lines that matter (or the cause, if it is known); `log` has all. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError';
  readonly code: string;
  readonly errno: string;
  /** The errno itself. */
  readonly number: number;
  readonly program: string;
  /** The kernel's log. Empty when the kernel gave none (then permission or the program type is the cause). */
  readonly log: string;
  /** True when the log did not fit into the buffer and its end is missing. */
  readonly truncated: boolean;

  constructor(
    program: string,
    errno: number,
    log: string,
    options: ErrorOptions & { truncated?: boolean } = {},
  ) {
    const { cause } = options;
    const why =
      cause instanceof Error ? cause.message : log === '' && errno === EPERM ? NOT_PERMITTED : summarize(log);
    super(`program ${program}: ${errnoName(errno)}: ${why}`, { cause });
    this.number = errno;
    this.code = errnoName(errno);
    this.errno = this.code;
    this.program = program;
    this.log = log;
    this.truncated = options.truncated ?? false;
  }
}

/** The last useful lines of a verifier log, on one line each, and how many were left out. */
export function summarize(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  while (lines.length > 1 && statistics.test(lines.at(-1) ?? '')) lines.pop();
  if (lines.length === 0) return 'the kernel gave no log';
  const last = lines.at(-1) ?? '';
  // A refusal is one line; the line before it is the instruction or the register that it speaks of.
  const keep = /^(\s|\d+: \(|R\d)/.test(last) || lines.length === 1 ? 1 : 2;
  const shown = lines.slice(-keep).map((line) => line.trim());
  const rest = lines.length - shown.length;
  return shown.join(': ') + (rest > 0 ? ` ${omitted(rest)}` : '');
}
