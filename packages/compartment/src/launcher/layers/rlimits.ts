import type { Native } from '../native.ts';

/** Resource numbers: include/uapi/asm-generic/resource.h; meanings: getrlimit(2). */
const RLIMIT_FSIZE = 1;
const RLIMIT_CORE = 4;
const RLIMIT_NPROC = 6;
const RLIMIT_NOFILE = 7;
const RLIMIT_SIGPENDING = 11;
const RLIMIT_MSGQUEUE = 12;
const RLIMIT_NICE = 13;
const RLIMIT_RTPRIO = 14;

/**
 * Soft and hard limits, so that only CAP_SYS_RESOURCE could raise them.
 * - core 1, not 0: with 0 a piped core handler still gets the dump; 1 means "no dump at all" (core(5)).
 * - file size 0: no regular file can be written, wherever it is.
 * - processes: the kernel counts them per uid, so it binds only together with a uid of its own.
 * - address space has no limit: V8 and WebAssembly reserve far more than they use; the cgroup bounds memory.
 */
export function setRlimits(native: Native, limits: { files: number; pids?: number }): void {
  const values: [number, number][] = [
    [RLIMIT_CORE, 1],
    [RLIMIT_FSIZE, 0],
    ...(limits.pids === undefined ? [] : [[RLIMIT_NPROC, limits.pids] as [number, number]]),
    [RLIMIT_NOFILE, limits.files],
    [RLIMIT_SIGPENDING, 64],
    [RLIMIT_MSGQUEUE, 0],
    [RLIMIT_NICE, 0],
    [RLIMIT_RTPRIO, 0],
  ];
  for (const [resource, value] of values) {
    const limit = new BigUint64Array([BigInt(value), BigInt(value)]);
    native.call('prlimit64', 0, resource, new Uint8Array(limit.buffer), null);
  }
}

/** Raises the soft limit of open files to the hard one, and returns it. */
export function raiseOpenFiles(native: Native): number {
  const limit = new BigUint64Array(2);
  native.call('prlimit64', 0, RLIMIT_NOFILE, null, new Uint8Array(limit.buffer));
  const hard = limit[1] ?? 0n;
  native.call('prlimit64', 0, RLIMIT_NOFILE, new Uint8Array(new BigUint64Array([hard, hard]).buffer), null);
  return Number(hard);
}
