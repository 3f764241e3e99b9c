import { closeSync, openSync, statSync } from 'node:fs';
import type { Native } from '../native.ts';

/** include/uapi/linux/landlock.h; Documentation/userspace-api/landlock.rst */
const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const EXECUTE = 1n << 0n;
const WRITE_FILE = 1n << 1n;
const READ_FILE = 1n << 2n;
const READ_DIR = 1n << 3n;
const NET_BIND_TCP = 1n << 0n;
const NET_CONNECT_TCP = 1n << 1n;
const SCOPE_ABSTRACT_UNIX_SOCKET = 1n << 0n;
const SCOPE_SIGNAL = 1n << 1n;
const O_PATH_CLOEXEC = 0o12000000;

/** Number of file-access rights that each ABI handles, from bit 0: 13 at first, then REFER, TRUNCATE, IOCTL_DEV. */
const FS_RIGHTS: readonly number[] = [0, 13, 14, 15, 15, 16];

/** The newest ABI version of the kernel. @throws SyscallError ENOSYS or EOPNOTSUPP without Landlock */
export function landlockAbi(native: Native): number {
  return native.call('landlock_create_ruleset', null, 0, CREATE_RULESET_VERSION);
}

export interface Access {
  /** Files and folders that may be read. */
  readonly read: readonly string[];
  /** Files that may be executed. */
  readonly execute: readonly string[];
  readonly readWrite: readonly string[];
}

export interface Landlock {
  /** What this kernel's ABI lacks, or undefined when nothing. */
  readonly missing: string | undefined;
  /** Binds the calling thread for good. */
  restrict(): void;
}

/**
 * Makes the ruleset while the paths can be opened; `restrict` enforces it. Everything the ABI knows is handled,
 * and only the given access is allowed: no TCP (ABI 4), no abstract sockets and signals to the outside (ABI 6).
 */
export function prepareLandlock(native: Native, access: Access): Landlock {
  const abi = landlockAbi(native);
  const rights = (1n << BigInt(FS_RIGHTS[Math.min(abi, FS_RIGHTS.length - 1)] ?? 0)) - 1n;
  const network = abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0n;
  const scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL : 0n;
  const words = abi >= 6 ? [rights, network, scoped] : abi >= 4 ? [rights, network] : [rights];
  const attributes = new Uint8Array(new BigUint64Array(words).buffer);
  const ruleset = native.call('landlock_create_ruleset', attributes, attributes.length, 0);
  const allow = (path: string, rights: bigint): void => allowBeneath(native, ruleset, path, rights);
  for (const path of access.read) allow(path, READ_FILE | READ_DIR);
  for (const path of access.execute) allow(path, READ_FILE | EXECUTE);
  for (const path of access.readWrite) allow(path, READ_FILE | WRITE_FILE);
  return {
    missing:
      abi >= 6 ? undefined : `Landlock ABI ${abi} has no ${abi >= 4 ? 'scopes' : 'TCP rules and scopes'}`,
    restrict() {
      native.call('landlock_restrict_self', ruleset, 0);
      closeSync(ruleset);
    },
  };
}

function allowBeneath(native: Native, ruleset: number, path: string, rights: bigint): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const fd = openSync(path, O_PATH_CLOEXEC);
  // struct landlock_path_beneath_attr is packed: u64 access, s32 descriptor. READ_DIR is refused for a file.
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, stat.isDirectory() ? rights : rights & ~READ_DIR, true);
  rule.setInt32(8, fd, true);
  native.call('landlock_add_rule', ruleset, RULE_PATH_BENEATH, new Uint8Array(rule.buffer), 0);
  closeSync(fd);
}
