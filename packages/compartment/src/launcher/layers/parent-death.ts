import type { Native } from '../native.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * SIGKILL when the parent dies: PR_SET_PDEATHSIG(2const). A change of credentials clears the signal that
 * setpriv or unshare set before the exec, so it is set again after the last change.
 */
export function dieWithParent(native: Native): void {
  native.call('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}
