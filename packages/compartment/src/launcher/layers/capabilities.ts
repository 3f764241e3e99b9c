import { type Native, SyscallError } from '../native.ts';

/** prctl(2), include/uapi/linux/prctl.h */
const PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** include/uapi/linux/capability.h */
const LINUX_CAPABILITY_VERSION_3 = 0x2008_0522;
const CAPABILITIES = 64;

/**
 * Empties the bounding set, which survives a change of uid and would give root's capabilities back to a
 * set-uid program: capabilities(7). To be called while CAP_SETPCAP is there.
 * @returns why it stays as it is, where CAP_SETPCAP was never there
 */
export function tryDropBoundingSet(native: Native): string | undefined {
  for (let capability = 0; capability < CAPABILITIES; capability++) {
    try {
      native.call('prctl', PR_CAPBSET_DROP, capability);
    } catch (error) {
      // The first number past the kernel's last capability.
      if (error instanceof SyscallError && error.code === 'EINVAL') return undefined;
      if (error instanceof SyscallError && error.code === 'EPERM')
        return 'the bounding set stays: no CAP_SETPCAP';
      throw error;
    }
  }
  return undefined;
}

/** Empties the ambient, inheritable, permitted and effective sets of this thread: capset(2). */
export function dropCapabilities(native: Native): void {
  native.call('prctl', PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const header = new Uint8Array(new Uint32Array([LINUX_CAPABILITY_VERSION_3, 0]).buffer);
  native.call('capset', header, new Uint8Array(24));
}
