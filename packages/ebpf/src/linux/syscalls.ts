import { NotSupportedError } from './errors.ts';

/** System call numbers of one machine. */
export interface SyscallNumbers {
  readonly bpf: number;
  readonly mmap: number;
  readonly munmap: number;
  readonly close: number;
  readonly fcntl: number;
  readonly ioctl: number;
  readonly ppoll: number;
  readonly perfEventOpen: number;
  readonly prlimit64: number;
}

const x64: SyscallNumbers = {
  bpf: 321,
  mmap: 9,
  munmap: 11,
  close: 3,
  fcntl: 72,
  ioctl: 16,
  ppoll: 271,
  perfEventOpen: 298,
  prlimit64: 302,
};

// The generic table of asm-generic/unistd.h.
const arm64: SyscallNumbers = {
  bpf: 280,
  mmap: 222,
  munmap: 215,
  close: 57,
  fcntl: 25,
  ioctl: 29,
  ppoll: 73,
  perfEventOpen: 241,
  prlimit64: 261,
};

/**
 * The numbers for this machine.
 * @throws NotSupportedError on another architecture
 */
export function syscallNumbers(): SyscallNumbers {
  if (process.arch === 'x64') return x64;
  if (process.arch === 'arm64') return arm64;
  throw new NotSupportedError(`No system call numbers for ${process.arch}`);
}
