import { constants } from 'node:os';
import koffi from 'koffi';
import { type Architecture, type SyscallName, syscallNumbers } from './syscall-numbers.ts';

/** A system call failed. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError';
  /** Name of the errno, such as EPERM. */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code =
      Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.code = code;
  }
}

/** Numbers are passed as they are, bytes by their address; a string becomes a NUL-terminated one. */
type Argument = number | bigint | string | Uint8Array | null;

/** The one way into the kernel: system calls of the calling thread. */
export interface Native {
  readonly architecture: Architecture;
  /**
   * Makes a system call and returns its result.
   * @throws SyscallError
   */
  call(name: SyscallName, ...args: Argument[]): number;
}

/**
 * Loads the C library's `syscall`. Raw calls rather than wrappers, because glibc's set*id wrappers signal every
 * thread of the process and the launcher's other threads end with the exec anyway.
 * @throws Error on another architecture than x64 and arm64
 */
export function loadNative(): Native {
  const architecture = process.arch as Architecture;
  const numbers: Partial<Record<SyscallName, number>> | undefined = syscallNumbers[architecture];
  if (numbers === undefined)
    throw new Error(`architecture ${process.arch} is not supported (x64, arm64 are)`);
  const word = 'uintptr_t';
  const syscall = koffi.load(null).func('syscall', 'long', ['long', word, word, word, word, word, word]);
  return {
    architecture,
    call(name, ...args) {
      const number = numbers[name];
      if (number === undefined) throw new Error(`${name} does not exist on ${architecture}`);
      // The buffers stay referenced by `held` until the call has returned.
      const held = args.map((argument) =>
        typeof argument === 'string' ? Buffer.from(`${argument}\0`) : argument,
      );
      const words = held.map(toWord);
      while (words.length < 6) words.push(0n);
      const result = Number(syscall(number, ...words) as number | bigint);
      if (result < 0) throw new SyscallError(name, koffi.errno());
      return held.length >= 0 ? result : 0;
    },
  };
}

function toWord(argument: Exclude<Argument, string>): bigint {
  if (argument === null) return 0n;
  if (argument instanceof Uint8Array) return argument.length === 0 ? 0n : addressOf(argument);
  return BigInt.asUintN(64, BigInt(argument));
}

/** Address of the bytes, which do not move: the memory of a typed array is outside the heap. */
export function addressOf(bytes: Uint8Array): bigint {
  return BigInt(koffi.address(bytes));
}
