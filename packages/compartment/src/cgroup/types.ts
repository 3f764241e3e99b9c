import type { Ceiling, Limits } from '../limits.ts';

/** Counters of one compartment, from its cgroup. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly pids: number;
  /** Times that the kernel killed for want of memory under the limit. */
  readonly oomKills: number;
  /** Time that the CPU limit held the compartment back. */
  readonly throttledSeconds: number;
}

export const NO_USAGE: Usage = { cpuSeconds: 0, memoryBytes: 0, pids: 0, oomKills: 0, throttledSeconds: 0 };

/** The cgroup of one compartment. */
export interface Cgroup {
  /** `cgroup.procs` files that a process joins by writing 0. */
  readonly procs: readonly string[];
  usage(): Usage;
  /** Removes the directories; false while a process is left. */
  remove(): boolean;
}

/** One version of the cgroup interface: `ringfence` directories and their children. */
export interface Backend {
  /** Makes the common parent, with the ceiling. @throws Error with the reason */
  prepare(ceiling: Ceiling): void;
  /** @throws Error with the reason, with nothing left behind */
  create(name: string, limits: Limits): Cgroup;
  /** Names of compartments whose directories are there, running or left over. */
  names(): string[];
  remove(name: string): boolean;
}
