import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** How a process ended: one of the two is null. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where the fields stand after the command's name (proc_pid_stat(5)): state is the first, exit_code the last. */
const STATE = 0;
const EXIT_CODE = 49;

/**
 * The failure that a process is dying of, while the kernel still ends its threads and frees what it had: proc_pid_stat(5)
 * has the status that the whole group ends with, as soon as that is decided (seen on Linux 6.18) or, on older kernels, when
 * its first thread has ended. Undefined for one that runs, that is gone, that ends well (a first thread that ends alone looks the
 * same), or into which we may not look.
 */
export function processEnd(pid: number): ProcessEnd | undefined {
  let fields: string[];
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
  // Of a process that is stopped it is the signal that stopped it.
  if (fields[STATE] === 'T' || fields[STATE] === 't') return undefined;
  const status = Number(fields[EXIT_CODE]);
  // As waitpid(2) reports it.
  if (!(status > 0)) return undefined;
  const number = status & 0x7f;
  if (number === 0) return { code: status >> 8, signal: null };
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return signal === undefined ? undefined : { code: null, signal: signal as NodeJS.Signals };
}
