import type { Native } from '../native.ts';

const PR_SET_NO_NEW_PRIVS = 38;

/** No exec gives privileges any more, set-uid or not: Documentation/userspace-api/no_new_privs.rst */
export function setNoNewPrivs(native: Native): void {
  native.call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
