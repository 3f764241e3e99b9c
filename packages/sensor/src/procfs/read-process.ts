/** One process as /proc tells it. */
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { RecordFlag } from '@ringfence/events';
import { Containers } from '../facts/container.ts';
import type { Users } from '../facts/users.ts';
import { Cut, type Image } from '../table/image.ts';
import { parseCgroup, parseStat, parseStatus, ttyName } from './parse.ts';
import { readSmall } from './read-file.ts';

const MAX_ARGV = 16_384;
const MAX_PATH = 4096;
const DELETED = ' (deleted)';

export interface ProcProcess {
  readonly pid: number;
  readonly ppid: number;
  /** CLOCK_BOOTTIME ns, in steps of 10 ms. */
  readonly startTime: bigint;
  readonly kernelThread: boolean;
  readonly image: Image;
}

/** Pids of all processes that are visible, in ascending order. */
export function listPids(): number[] {
  const pids: number[] = [];
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0);
    if (first < 0x30 || first > 0x39) continue;
    const pid = Number(name);
    if (Number.isSafeInteger(pid)) pids.push(pid);
  }
  return pids.sort((a, b) => a - b);
}

/** argv of a process, parted by NUL, without the last one. */
export function readArgv(pid: number): { argv: Buffer; truncated: boolean } {
  const bytes = readSmall(`/proc/${pid}/cmdline`, MAX_ARGV + 1);
  if (!bytes) return { argv: Buffer.alloc(0), truncated: false };
  const truncated = bytes.length > MAX_ARGV;
  let end = Math.min(bytes.length, MAX_ARGV);
  if (!truncated && end > 0 && bytes[end - 1] === 0) end--;
  return { argv: Buffer.from(bytes.subarray(0, end)), truncated };
}

/** What a link of /proc/PID names; the kernel marks a deleted file by a suffix. */
function readLink(path: string): { bytes: Buffer; deleted: boolean } {
  try {
    let bytes = readlinkSync(path, 'buffer');
    const deleted =
      bytes.length > DELETED.length && bytes.toString('latin1', bytes.length - DELETED.length) === DELETED;
    if (deleted) bytes = bytes.subarray(0, bytes.length - DELETED.length);
    return { bytes: Buffer.from(bytes.subarray(0, MAX_PATH)), deleted };
  } catch {
    return { bytes: Buffer.alloc(0), deleted: false };
  }
}

/** `undefined` when the process is gone, or hidden from this user. */
export function readProcess(pid: number, users: Users, containers: Containers): ProcProcess | undefined {
  const base = `/proc/${pid}`;
  const statBytes = readSmall(`${base}/stat`);
  const stat = statBytes && parseStat(statBytes);
  if (!stat) return undefined;
  const statusBytes = readSmall(`${base}/status`);
  const status = statusBytes && parseStatus(statusBytes);
  if (!status) return undefined;
  const exe = readLink(`${base}/exe`);
  const cwd = readLink(`${base}/cwd`);
  const { argv, truncated } = readArgv(pid);
  const cgroup = readSmall(`${base}/cgroup`);
  const names = cgroup ? Buffer.from(parseCgroup(cgroup), 'latin1') : Buffer.alloc(0);
  const loginUid = Number(readSmall(`${base}/loginuid`)?.toString('latin1') || 0xffff_ffff);
  // The link resolves to the inode even when it is in no directory any more.
  const file = exe.bytes.length > 0 ? statLink(`${base}/exe`) : undefined;
  const image: Image = {
    path: exe.bytes,
    argv,
    cwd: cwd.bytes,
    tty: Buffer.from(ttyName(stat.tty)),
    user: users.name(status.uid),
    container: containers.id(names, 0, names.length),
    uid: status.uid,
    gid: status.gid,
    euid: status.euid,
    loginUid: Number.isInteger(loginUid) ? loginUid : 0xffff_ffff,
    session: stat.session,
    cgroupLow: 0,
    cgroupHigh: 0,
    links: file?.links ?? 1,
    inodeLow: file ? Number(BigInt.asUintN(32, file.inode)) : 0,
    inodeHigh: file ? Number(file.inode >> 32n) : 0,
    truncated: truncated ? Cut.ARGV : 0,
    flags: exe.deleted || cwd.deleted ? RecordFlag.PATH_DETACHED : 0,
  };
  const kernelThread = (stat.flags & 0x20_0000) !== 0;
  return { pid, ppid: stat.ppid, startTime: stat.startTime, kernelThread, image };
}

function statLink(path: string): { links: number; inode: bigint } | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    return { links: Number(stat.nlink), inode: stat.ino };
  } catch {
    return undefined;
  }
}
