import { readFileSync } from 'node:fs';
import { describe } from 'vitest';

function find(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.arch !== 'x64') return 'the probes are built for x64';
  const effective = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  if (((BigInt(`0x${effective}`) >> 21n) & 1n) === 0n) return 'needs root (CAP_SYS_ADMIN)';
  return undefined;
}

/** Why kernel probes cannot be had here; undefined as root: then tests must pass, not skip. */
export const obstacle: string | undefined = find();

/** A suite that needs kernel probes; skipped, with the reason in its name, where there are none. */
export function describeKernel(name: string, body: () => void): void {
  describe.skipIf(obstacle !== undefined)(obstacle === undefined ? name : `${name} (${obstacle})`, body);
}
