import { readFileSync } from 'node:fs';

/**
 * The fields of /proc/PID/stat that follow the command's name: state is the first, ppid the second (proc_pid_stat(5), whose
 * numbers are three more). Undefined when there is no such process.
 */
export function procStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
