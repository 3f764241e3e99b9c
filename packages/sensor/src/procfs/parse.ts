/** Parsers of /proc files (proc(5)). Names in them are chosen by whoever runs the process: any bytes may come. */

/** Clock ticks per second in procfs: USER_HZ, 100 on every machine that Linux supports today. */
const TICK_NS = 10_000_000n;

export interface ProcStat {
  readonly ppid: number;
  readonly session: number;
  /** Flags of the task; PF_KTHREAD is 0x200000. */
  readonly flags: number;
  readonly tty: number;
  /** CLOCK_BOOTTIME ns, in steps of 10 ms. */
  readonly startTime: bigint;
}

/** /proc/PID/stat. The name in parentheses may hold anything, `)` too: fields are counted from the last one. */
export function parseStat(bytes: Buffer): ProcStat | undefined {
  const close = bytes.lastIndexOf(0x29);
  if (close < 0) return undefined;
  const fields = bytes
    .toString('latin1', close + 2)
    .trimEnd()
    .split(' ');
  const at = (index: number): number => Number(fields[index]);
  const start = fields[19];
  if (start === undefined || !/^\d{1,18}$/.test(start)) return undefined;
  const result = {
    ppid: at(1),
    session: at(3),
    tty: at(4),
    flags: at(6),
    startTime: BigInt(start) * TICK_NS,
  };
  return Number.isSafeInteger(result.ppid) && result.ppid >= 0 ? result : undefined;
}

export interface ProcStatus {
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly tgid: number;
}

/** /proc/PID/status. The kernel escapes newlines in the name, so a line cannot be forged. */
export function parseStatus(bytes: Buffer): ProcStatus | undefined {
  const text = bytes.toString('latin1');
  const uid = /^Uid:\t(\d+)\t(\d+)\t/m.exec(text);
  const gid = /^Gid:\t(\d+)\t/m.exec(text);
  const tgid = /^Tgid:\t(\d+)$/m.exec(text);
  if (!uid || !gid || !tgid) return undefined;
  return { uid: Number(uid[1]), euid: Number(uid[2]), gid: Number(gid[1]), tgid: Number(tgid[1]) };
}

/** Names in /proc/PID/cgroup, all hierarchies, parted by `/`. */
export function parseCgroup(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1))
    .join('/');
}

/** Name of a terminal from its device number in /proc/PID/stat; empty for none. */
export function ttyName(device: number): string {
  if (device === 0) return '';
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return `${major}:${minor}`;
}
