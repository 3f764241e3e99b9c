import { constants } from 'node:os';
import { procStat } from './proc-stat.ts';

/** How a process ended: one of the two is null. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Places in what `procStat` gives. */
const STATE = 0;
const EXIT_CODE = 49;

/**
 * The failure that a process is dying of, while the kernel still ends its threads and frees what it had: proc_pid_stat(5)
 * has the status that the whole group ends with as soon as that is decided (seen on Linux 6.18; where it is told later, when
 * the first thread has ended). Undefined for one that runs, that is gone, that ends well (a first thread that ends alone
 * looks the same), or into which we may not look.
 */
export function processEnd(pid: number): ProcessEnd | undefined {
  const fields = procStat(pid);
  // Of a process that is stopped it is the signal that stopped it.
  if (fields === undefined || fields[STATE] === 'T' || fields[STATE] === 't') return undefined;
  const status = Number(fields[EXIT_CODE]);
  // As waitpid(2) reports it.
  if (!(status > 0)) return undefined;
  const number = status & 0x7f;
  if (number === 0) return { code: status >> 8, signal: null };
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return signal === undefined ? undefined : { code: null, signal: signal as NodeJS.Signals };
}
