/** Who this host is, for findings. */
import { readFileSync } from 'node:fs';
import { hostname, release } from 'node:os';
import type { OcsfContext } from '@ringfence/events';

/** Reads the machine's id and distribution; what cannot be read is left out. */
export function hostContext(version: string): OcsfContext {
  const machineId = read('/etc/machine-id').trim();
  const osRelease = new Map(
    read('/etc/os-release')
      .split('\n')
      .map((line) => /^([A-Z_]+)="?([^"]*)"?$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1] ?? '', match[2] ?? '']),
  );
  const name = osRelease.get('NAME');
  const osVersion = osRelease.get('VERSION_ID');
  return {
    version,
    host: {
      hostname: hostname(),
      kernelRelease: release(),
      ...(machineId !== '' && { uid: machineId }),
      ...(name !== undefined && { osName: name }),
      ...(osVersion !== undefined && { osVersion }),
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 16_384);
  } catch {
    return '';
  }
}
