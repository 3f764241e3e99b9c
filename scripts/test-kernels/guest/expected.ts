/** What is known to differ between the kernels that are booted; whatever is not named here must work in each. */
import { release } from 'node:os';
import type { LayerName } from '@ringfence/compartment';

interface Expectation {
  /** Hooks that the kernel lacks: programs on them are left out as `missing-hook`, and no other is. */
  readonly missingHooks: readonly string[];
  /** Programs that the verifier refuses, their tracepoint having other arguments there. */
  readonly refusedPrograms: readonly string[];
  /** Probes of the sensor that cannot be active. */
  readonly missingProbes: readonly string[];
  /** Whether files on a tmpfs are seen: it has no fsid before 5.13, which fanotify needs. */
  readonly tmpfsFiles: boolean;
  /** Layers of the compartment's wall that cannot be had. */
  readonly missingLayers: readonly LayerName[];
}

const expectations: Readonly<Record<string, Expectation>> = {
  '5.10': {
    missingHooks: ['cap_capable', 'io_uring_submit_req'],
    refusedPrograms: ['io_uring_sqe'],
    missingProbes: ['capability', 'io_uring'],
    tmpfsFiles: false,
    missingLayers: ['landlock'],
  },
  '6.1': {
    missingHooks: ['cap_capable', 'io_uring_submit_req'],
    refusedPrograms: [],
    missingProbes: ['capability'],
    tmpfsFiles: true,
    missingLayers: [],
  },
  '6.12': {
    missingHooks: ['cap_capable', 'io_uring_submit_sqe'],
    refusedPrograms: [],
    missingProbes: ['capability'],
    tmpfsFiles: true,
    missingLayers: [],
  },
};

/** `major.minor` of the running kernel. */
export const kernel: string = release().split('.').slice(0, 2).join('.');

/** The running kernel's entry. Throws for a kernel that has none, so that a new one is looked at first. */
export function expected(): Expectation {
  const found = expectations[kernel];
  if (found === undefined) throw new Error(`nothing is written down about Linux ${kernel}`);
  return found;
}
