import { readdirSync, readFileSync } from 'node:fs';

interface ProcessUse {
  readonly pid: number;
  readonly name: string;
  /** User and system time so far, seconds. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** What a process and all its descendants use now, from procfs (proc_pid_stat(5); 100 ticks a second). */
export function processTree(root: number): ProcessUse[] {
  const parents = new Map<number, number>();
  const uses = new Map<number, ProcessUse>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const pid = Number(entry);
      parents.set(pid, Number(fields[1]));
      const commandLine = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      const script = commandLine.findLast((word) => /\.(ts|js)$/.test(word));
      uses.set(pid, {
        pid,
        name: (script ?? commandLine[0] ?? '').split('/').slice(-3).join('/'),
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
        rssBytes: Number(fields[21]) * 4096,
      });
    } catch {
      // The process ended while it was read.
    }
  }
  const belongs = (pid: number): boolean =>
    pid === root || (parents.has(pid) && pid > 1 && belongs(parents.get(pid) as number));
  return [...uses.values()].filter(({ pid }) => belongs(pid));
}

export function cpuSeconds(root: number): number {
  return processTree(root).reduce((sum, use) => sum + use.cpuSeconds, 0);
}
