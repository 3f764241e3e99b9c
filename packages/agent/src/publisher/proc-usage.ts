/** What a process uses, from procfs: where there is no cgroup to ask. */
import { readFileSync } from 'node:fs';
import type { Usage } from '@ringfence/compartment';

/** USER_HZ and page size are fixed on the platforms that Node runs on here: 100 and 4,096 (arm64 kernels may differ in pages). */
const TICKS = 100;
const PAGE = 4096;

/** Of the process alone, without its children. @throws when it is gone */
export function procUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Fields after the name, which may hold anything: 14 utime, 15 stime, 20 num_threads, 24 rss (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return {
    cpuSeconds: (field(14) + field(15)) / TICKS,
    memoryBytes: field(24) * PAGE,
    pids: field(20),
    oomKills: 0,
    throttledSeconds: 0,
  };
}
