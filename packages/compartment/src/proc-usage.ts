import { NO_USAGE, type Usage } from './cgroup/types.ts';
import { procStat } from './proc-stat.ts';

/** USER_HZ, the unit of times in /proc, is 100 on every architecture that we run on: proc_pid_stat(5). */
const TICKS_PER_SECOND = 100;
/** Places in what `procStat` gives. */
const UTIME = 11;
const STIME = 12;
const THREADS = 17;
const RSS = 21;

/** What one process uses, from /proc: for hosts without cgroups. An engine is one process, for it cannot fork. */
export function procUsage(pid: number): Usage {
  const fields = procStat(pid);
  if (fields === undefined) return NO_USAGE;
  const field = (index: number): number => Number(fields[index] ?? 0);
  return {
    cpuSeconds: (field(UTIME) + field(STIME)) / TICKS_PER_SECOND,
    memoryBytes: field(RSS) * 4096,
    pids: field(THREADS),
    oomKills: 0,
    throttledSeconds: 0,
  };
}
