import { isAtLeast } from './kernel-version.ts';
import { withScratch } from './memory.ts';
import { native } from './native.ts';
import { syscallNumbers } from './syscalls.ts';

const RLIMIT_MEMLOCK = 8;
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/**
 * Before Linux 5.11 maps and programs count as locked memory: raises that limit as far as it goes. Later kernels count
 * them in the memory cgroup and need nothing. Never fails: what does not fit is refused when it is created.
 */
export function raiseMemlock(): void {
  if (isAtLeast(5, 11)) return;
  withScratch((memory) => {
    const limit = memory.allocate(16);
    const view = new DataView(limit.bytes.buffer, limit.bytes.byteOffset);
    const lib = native();
    const { prlimit64 } = syscallNumbers();
    view.setBigUint64(0, UNLIMITED, true);
    view.setBigUint64(8, UNLIMITED, true);
    if (lib.syscall(prlimit64, 0, RLIMIT_MEMLOCK, limit.address, 0) === 0) return;
    if (lib.syscall(prlimit64, 0, RLIMIT_MEMLOCK, 0, limit.address) !== 0) return;
    view.setBigUint64(0, view.getBigUint64(8, true), true);
    lib.syscall(prlimit64, 0, RLIMIT_MEMLOCK, limit.address, 0);
  });
}
