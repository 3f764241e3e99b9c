import { SyscallError } from './errors.ts';
import { withScratch } from './memory.ts';
import { native } from './native.ts';
import { syscallNumbers } from './syscalls.ts';

const POLLIN = 1;
const EINTR = 4;

/** Blocks until a descriptor is readable, at most `timeoutMs`; a signal ends it early. */
export function pollReadable(fd: number, timeoutMs: number): boolean {
  return withScratch((memory) => {
    const set = memory.allocate(8);
    const time = memory.allocate(16);
    new DataView(set.bytes.buffer, set.bytes.byteOffset).setInt32(0, fd, true);
    new DataView(set.bytes.buffer, set.bytes.byteOffset).setInt16(4, POLLIN, true);
    const timespec = new DataView(time.bytes.buffer, time.bytes.byteOffset);
    timespec.setBigInt64(0, BigInt(Math.floor(timeoutMs / 1000)), true);
    timespec.setBigInt64(8, BigInt(Math.floor((timeoutMs % 1000) * 1e6)), true);
    const ready = native().syscall(syscallNumbers().ppoll, set.address, 1, time.address, 0, 8);
    if (ready < 0 && ready !== -EINTR) throw new SyscallError('ppoll', -ready);
    return ready > 0;
  });
}
