import type { Cgroup } from './types.ts';

const EVERY_MS = 20;
const WITHIN_MS = 3000;

/** Removes a cgroup; the kernel lets go of it a little after the last process of it is gone. */
export function removeSoon(cgroup: Cgroup | undefined, withinMs: number = WITHIN_MS): void {
  if (cgroup === undefined || cgroup.remove() || withinMs <= 0) return;
  setTimeout(() => removeSoon(cgroup, withinMs - EVERY_MS), EVERY_MS);
}
