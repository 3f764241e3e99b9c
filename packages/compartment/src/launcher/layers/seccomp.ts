import { addressOf, type Native } from '../native.ts';
import { type Architecture, type SyscallName, syscallNumbers } from '../syscall-numbers.ts';
import { allowed, type Rule } from './seccomp-rules.ts';

/**
 * A seccomp filter that allows what computing needs and answers everything else with ENOSYS, as an older kernel
 * would: Documentation/userspace-api/seccomp_filter.rst. The program is classic BPF over struct seccomp_data
 * (include/uapi/linux/seccomp.h): nr at 0, arch at 4, the low half of argument n at 16 + 8n, the high at 20 + 8n.
 */
const SECCOMP_SET_MODE_FILTER = 1;
const RET_ALLOW = 0x7fff_0000;
const RET_ERRNO = 0x0005_0000;
const ENOSYS = 38;
const EPERM = 1;

/** include/uapi/linux/audit.h: a system call of another ABI (int 0x80) has other numbers. */
const auditArchitecture: Record<Architecture, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/** include/uapi/linux/bpf_common.h */
const LOAD = 0x20; // LD | W | ABS
const AND = 0x54; // ALU | AND | K
const JUMP_EQUAL = 0x15; // JMP | JEQ | K
const RETURN = 0x06; // RET | K

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

export interface FilterOptions {
  /** Descriptor of the program that is to be executed; see `allowed`. */
  readonly execDescriptor: number;
  /** Thread group to which signals may go: the process itself. */
  readonly pid: number;
}

/** The filter program, as an array of struct sock_filter. */
export function buildFilter(architecture: Architecture, options: FilterOptions): Uint8Array {
  const numbers: Partial<Record<SyscallName, number>> = syscallNumbers[architecture];
  const program: Instruction[] = [
    [LOAD, 0, 0, 4],
    [JUMP_EQUAL, 1, 0, auditArchitecture[architecture]],
    [RETURN, 0, 0, RET_ERRNO | ENOSYS],
    [LOAD, 0, 0, 0],
  ];
  for (const rule of allowed(options)) {
    const number = numbers[rule.name];
    if (number === undefined) continue;
    const body = bodyOf(rule);
    program.push([JUMP_EQUAL, 0, body.length, number], ...body);
  }
  program.push([RETURN, 0, 0, RET_ERRNO | ENOSYS]);
  return encode(program);
}

/** What runs once the number matched; always returns. */
function bodyOf(rule: Rule): Instruction[] {
  const body: Instruction[] = [];
  for (const check of rule.checks ?? []) {
    body.push([LOAD, 0, 0, 16 + 8 * check.argument]);
    if (check.mask !== undefined) body.push([AND, 0, 0, check.mask]);
    check.values.forEach((value, i) => {
      const rest = check.values.length - 1 - i;
      // A match jumps over the other values and the refusal.
      body.push([JUMP_EQUAL, rest + 1, 0, value]);
    });
    body.push([RETURN, 0, 0, RET_ERRNO | EPERM]);
    if (check.high === undefined) continue;
    body.push([LOAD, 0, 0, 20 + 8 * check.argument], [JUMP_EQUAL, 1, 0, check.high]);
    body.push([RETURN, 0, 0, RET_ERRNO | EPERM]);
  }
  body.push([RETURN, 0, 0, RET_ALLOW]);
  return body;
}

function encode(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, jumpTrue, jumpFalse, k], i) => {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, jumpTrue);
    view.setUint8(i * 8 + 3, jumpFalse);
    view.setUint32(i * 8 + 4, k, true);
  });
  return new Uint8Array(view.buffer);
}

/** Installs the filter on the calling thread, for good. Needs no-new-privs or CAP_SYS_ADMIN: seccomp(2). */
export function installFilter(native: Native, filter: Uint8Array): void {
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, filter.length / 8, true);
  program.setBigUint64(8, addressOf(filter), true);
  native.call('seccomp', SECCOMP_SET_MODE_FILTER, 0, new Uint8Array(program.buffer));
}
