import { readFileSync } from 'node:fs';
import { features, kernelVersion } from '@ringfence/ebpf';
import type { TestContext } from 'vitest';

const CAP_SYS_ADMIN = 21n;

/** Why kernel tests cannot run here, or undefined. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  const effective = BigInt(
    `0x${/^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`,
  );
  if (((effective >> CAP_SYS_ADMIN) & 1n) === 0n) return 'needs root (CAP_SYS_ADMIN)';
  const [major, minor] = kernelVersion();
  if (major < 5 || (major === 5 && minor < 10)) return 'needs Linux 5.10';
  return undefined;
}

/**
 * Skips a test, with the reason, where it cannot run; fails it where this kernel should have what it needs.
 * @param sections program sections that must load, such as `tp_btf/sched_process_exec`
 */
export function requireKernel(context: TestContext, ...sections: string[]): void {
  const reason = obstacle();
  if (reason !== undefined) return context.skip(reason);
  for (const section of sections) {
    const answer = features.program(section);
    if (answer.supported !== 'yes') throw new Error(`This kernel should load ${section}: ${answer.reason}`);
  }
}
