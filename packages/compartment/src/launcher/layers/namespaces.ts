import type { Native } from '../native.ts';

/** Flags of unshare(2), clone(2): include/uapi/linux/sched.h */
const CLONE_NEWNS = 0x0002_0000;
const CLONE_NEWUTS = 0x0400_0000;
const CLONE_NEWIPC = 0x0800_0000;
const CLONE_NEWNET = 0x4000_0000;

/**
 * A network namespace with no interface up, not even the loopback: network_namespaces(7). Abstract Unix
 * sockets belong to it, so the host's are out of reach; it does not keep socket() from working.
 */
export function enterNetworkNamespace(native: Native): void {
  native.call('unshare', CLONE_NEWNET);
}

/** System V objects and POSIX message queues of its own: ipc_namespaces(7). */
export function enterIpcNamespace(native: Native): void {
  native.call('unshare', CLONE_NEWIPC);
}

/** A host name of its own: uts_namespaces(7). */
export function enterUtsNamespace(native: Native): void {
  native.call('unshare', CLONE_NEWUTS);
}

/** Mounts of its own; mounts.ts then builds what is seen in it: mount_namespaces(7). */
export function enterMountNamespace(native: Native): void {
  native.call('unshare', CLONE_NEWNS);
}
