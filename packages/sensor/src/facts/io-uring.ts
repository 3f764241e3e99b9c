/** io_uring operations that are told, by opcode (enum io_uring_op): those that a system-call rule would want to see. */
const operations: Readonly<Record<number, string>> = {
  13: 'ACCEPT',
  16: 'CONNECT',
  18: 'OPENAT',
  28: 'OPENAT2',
  35: 'RENAMEAT',
  36: 'UNLINKAT',
  37: 'MKDIRAT',
  38: 'SYMLINKAT',
  39: 'LINKAT',
  41: 'FSETXATTR',
  42: 'SETXATTR',
  45: 'SOCKET',
  55: 'FTRUNCATE',
  56: 'BIND',
  57: 'LISTEN',
};

export function operationName(opcode: number): string {
  return operations[opcode] ?? String(opcode);
}

/** Bit n is set when opcode n is told. */
export const toldOpcodes: bigint = Object.keys(operations).reduce(
  (bits, opcode) => bits | (1n << BigInt(opcode)),
  0n,
);
