/** What this host is, as far as probes need to know. */
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { readSmall } from '../procfs/read-file.ts';

const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/** Effective capabilities of this process. */
export function capabilities(): bigint {
  const status = readSmall('/proc/self/status')?.toString('latin1') ?? '';
  const hex = /^CapEff:\t([0-9a-f]+)$/m.exec(status)?.[1];
  return hex ? BigInt(`0x${hex}`) : 0n;
}

export function kernelVersion(): { major: number; minor: number } {
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return { major, minor };
}

export function kernelAtLeast(major: number, minor: number): boolean {
  const own = kernelVersion();
  return own.major > major || (own.major === major && own.minor >= minor);
}

/** May this process watch whole file systems by fanotify? */
export const canWatchFiles = (): boolean => ((capabilities() >> CAP_SYS_ADMIN) & 1n) === 1n;

/** Why kernel probes cannot be had here, without trying to load any; undefined when nothing is known against it. */
export function whyNoProbes(): { reason: string; cure: string } | undefined {
  if (process.platform !== 'linux') return { reason: 'this is no Linux', cure: 'none' };
  if (process.arch !== 'x64')
    return { reason: `the probes are built for x64, not ${process.arch}`, cure: 'none in this version' };
  if (!kernelAtLeast(5, 10))
    return { reason: `Linux ${release()} is older than 5.10`, cure: 'a kernel from 5.10 on' };
  if (!existsSync('/sys/kernel/btf/vmlinux'))
    return {
      reason: 'the kernel has no BTF (/sys/kernel/btf/vmlinux)',
      cure: 'a kernel with CONFIG_DEBUG_INFO_BTF, and /sys mounted',
    };
  const own = capabilities();
  const has = (capability: bigint): boolean => ((own >> capability) & 1n) === 1n;
  if (!has(CAP_SYS_ADMIN) && !(has(CAP_BPF) && has(CAP_PERFMON)))
    return { reason: 'not enough rights (CAP_BPF and CAP_PERFMON)', cure: 'run as root' };
  return undefined;
}
