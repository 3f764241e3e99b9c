import type { Native } from '../native.ts';

/** A uid and gid of its own, real, effective and saved, and no supplementary groups: credentials(7). */
export function becomeUser(native: Native, uid: number, gid: number): void {
  native.call('setgroups', 0, null);
  native.call('setresgid', gid, gid, gid);
  native.call('setresuid', uid, uid, uid);
}
