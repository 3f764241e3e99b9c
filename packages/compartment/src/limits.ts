/**
 * Over which CPU time is counted, microseconds. An engine needs some 0.2 s of it to start: under the ceiling, with the
 * others at work, that is to fit into what they left unused. Who uses up the time stands still for the rest of the period.
 */
export const CPU_PERIOD_US = 250_000;

/**
 * What all compartments together weigh against everything else on the host where it has no CPU time to spare, in cgroup
 * v2's `cpu.weight` (100: a process of nice 0). This is that of nice 5: what waits for an engine waits in a bounded queue,
 * the agent that fills the queues must keep up with the sensor.
 */
export const CPU_WEIGHT = 33;

/** What one compartment may use. */
export interface Limits {
  /** Memory of the engine, page cache of its files included, bytes. */
  readonly memoryBytes: number;
  /**
   * CPU time, per cent of one core, counted over quarters of a second. What was left of the one before may be used too
   * (Documentation/scheduler/sched-bwc.rst, "CFS bandwidth burst"): starts and ends of engines need a lot at once.
   */
  readonly cpuPercent: number;
  /** Processes and threads. Our engine has four. */
  readonly pids: number;
  /** Open files. */
  readonly files: number;
}

/** Per publisher, when the administrator says nothing else. */
export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 512 * 2 ** 20,
  cpuPercent: 100,
  pids: 64,
  files: 256,
};

/** Ceiling of all compartments together. */
export interface Ceiling {
  readonly memoryBytes: number;
  readonly cpuPercent: number;
  readonly pids: number;
}

/**
 * By default all compartments together get at most a quarter of the host's memory, but 1 GiB if that is more,
 * half of its CPU time, but one core if that is more, and 1,024 processes.
 */
export function defaultCeiling(host: { memoryBytes: number; cores: number }): Ceiling {
  return {
    memoryBytes: Math.max(2 ** 30, Math.floor(host.memoryBytes / 4)),
    cpuPercent: Math.max(100, host.cores * 50),
    pids: 1024,
  };
}

/**
 * Uids and gids for compartments, one a publisher. Above 65,535, where system users and systemd's dynamic ones
 * end, and below 100,000, where useradd begins to hand out subordinate ids for containers.
 */
export const UID_RANGE: { readonly first: number; readonly last: number } = { first: 90_000, last: 90_999 };
