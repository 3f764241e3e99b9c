import { readFileSync } from 'node:fs';
import { NO_USAGE, type Usage } from './cgroup/types.ts';

/** USER_HZ, the unit of times in /proc, is 100 on every architecture that we run on: proc_pid_stat(5). */
const TICKS_PER_SECOND = 100;
/** Where the fields stand after the command's name: state is 0. */
const UTIME = 11;
const STIME = 12;
const THREADS = 17;
const RSS = 21;

/** What one process uses, from /proc: for hosts without cgroups. An engine is one process, for it cannot fork. */
export function procUsage(pid: number): Usage {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const field = (index: number): number => fields[index] ?? 0;
    return {
      cpuSeconds: (field(UTIME) + field(STIME)) / TICKS_PER_SECOND,
      memoryBytes: field(RSS) * 4096,
      pids: field(THREADS),
      oomKills: 0,
      throttledSeconds: 0,
    };
  } catch {
    return NO_USAGE;
  }
}
