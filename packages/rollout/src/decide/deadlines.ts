import { listCandidate } from './draw.ts';
import { touchEvidence } from './evidence.ts';
import { countAtSite, dueAt, siteDown, siteOf } from './outages.ts';
import {
  ABSENT,
  COUNTS,
  DELIVERED,
  FAILED,
  GONE,
  HEALTHY,
  HELD,
  IN_N,
  IN_WHEEL,
  LOADED,
  OFFERED,
  OPEN,
  PENDING,
  PRESUMED_FAILED,
  REBOOT_DUE,
  REVERTED,
  TALKING,
  UNRESOLVED,
} from './phases.ts';
import { excuse, move, type RolloutState, settleHost, unexcuse } from './state.ts';

/** Until when this host must have proved itself, in seconds; 0 when nothing is due. */
export function deadlineOf(state: RolloutState, host: number): number {
  const { hosts, plan } = state;
  const since = hosts.since[host] as number;
  // A host that proved to be back on its old content owes nothing.
  if ((hosts.flags[host] as number) & REVERTED) return 0;
  switch (hosts.phase[host] as number) {
    case OFFERED:
      return dueAt(state, since, plan.absent);
    case DELIVERED:
      return dueAt(state, since, plan.firstProof);
    case LOADED:
      return dueAt(state, since, plan.lanes.standard.soak + gapOf(state, host));
    case REBOOT_DUE:
      return dueAt(state, since, (plan.rebootProof === 'none' ? 0 : plan.rebootProof) + gapOf(state, host));
    default:
      return 0;
  }
}

function gapOf(state: RolloutState, host: number): number {
  const name = Object.keys(state.plan.classes)[state.hosts.class[host] as number] as string;
  return (state.plan.classes[name] as { gap: number }).gap;
}

/**
 * Puts a host into the wheel: one list per second in which something may fall due. A host has one entry at most,
 * never later than its deadline; when the deadline has moved since, the entry moves on when it is met.
 */
export function watch(state: RolloutState, host: number, at: number): void {
  const { hosts, derived } = state;
  const flags = hosts.flags[host] as number;
  if (flags & IN_WHEEL) return;
  hosts.flags[host] = flags | IN_WHEEL;
  const bucket = Math.max(at, derived.wheelAt + 1);
  hosts.next[host] = derived.wheel.get(bucket) ?? -1;
  derived.wheel.set(bucket, host);
}

/** When to look at this host next: at its deadline, but sooner while a delivery could bring the deadline forward. */
function nextLook(state: RolloutState, host: number, now: number, deadline: number): number {
  return state.hosts.phase[host] === OFFERED ? Math.min(deadline, now + state.plan.firstProof) : deadline;
}

/** Watches a host whose trial is open, from now on. */
export function watchTrial(state: RolloutState, host: number): void {
  watch(state, host, nextLook(state, host, state.now, deadlineOf(state, host)));
}

/** Meets every entry up to now, in the order of time and handle. Returns whether the evidence may have grown. */
export function expire(state: RolloutState): boolean {
  const { derived } = state;
  let grown = false;
  if (state.now - derived.wheelAt > derived.wheel.size) {
    // A long gap: go through the lists that exist, not through every second. Entries met can make new ones.
    for (let due = dueBuckets(state); due.length > 0; due = dueBuckets(state))
      for (const bucket of due) grown = meet(state, bucket) || grown;
  } else {
    for (let bucket = derived.wheelAt + 1; bucket <= state.now; bucket++)
      grown = meet(state, bucket) || grown;
  }
  derived.wheelAt = Math.max(derived.wheelAt, state.now);
  return grown;
}

function dueBuckets(state: RolloutState): number[] {
  return [...state.derived.wheel.keys()].filter((bucket) => bucket <= state.now).sort((a, b) => a - b);
}

function meet(state: RolloutState, bucket: number): boolean {
  const { hosts, derived } = state;
  let host = derived.wheel.get(bucket);
  if (host === undefined) return false;
  derived.wheel.delete(bucket);
  // New entries go to later seconds only.
  derived.wheelAt = Math.max(derived.wheelAt, bucket);
  const due: number[] = [];
  while (host >= 0) {
    const next: number = hosts.next[host] as number;
    hosts.flags[host] = (hosts.flags[host] as number) & ~IN_WHEEL;
    const deadline = deadlineOf(state, host);
    if (deadline > 0) {
      const flags = hosts.flags[host] as number;
      if (flags & GONE) meetGone(state, host, bucket);
      else if (deadline > bucket) watch(state, host, nextLook(state, host, bucket, deadline));
      else due.push(host);
    }
    host = next;
  }
  if (due.length > 1) due.sort((a, b) => a - b);
  let grown = false;
  for (const one of due) grown = meetDue(state, one, bucket) || grown;
  return grown;
}

/** Said goodbye: not due. After `absent` it stops holding up the promotion bound (it is replaced). */
function meetGone(state: RolloutState, host: number, bucket: number): void {
  if (!((state.hosts.flags[host] as number) & UNRESOLVED)) return;
  const replaceAt = dueAt(state, state.hosts.since[host] as number, state.plan.absent);
  if (replaceAt <= bucket) settleHost(state, host, UNRESOLVED);
  // Looked at again within one first proof, so that the entry is never later than a deadline after it resumes.
  else watch(state, host, Math.min(replaceAt, bucket + state.plan.firstProof));
}

function meetDue(state: RolloutState, host: number, bucket: number): boolean {
  const { hosts, strata, plan } = state;
  if (hosts.phase[host] === OFFERED) {
    settleHost(state, host, PENDING | UNRESOLVED);
    move(state, host, ABSENT);
    if ((hosts.flags[host] as number) & TALKING) countAtSite(state, host, 1);
    touchEvidence(state, host);
    listCandidate(state, host);
    return true;
  }
  const site = siteOf(state, host);
  const down = site >= 0 && siteDown(state, site);
  const flags = hosts.flags[host] as number;
  if (down && (strata.siteFailures[site] as number) >= plan.siteFailures) {
    excuse(state, host, HELD);
    settleHost(state, host, PENDING);
    hosts.since[host] = (hosts.since[host] as number) + bucket + plan.firstProof - deadlineOf(state, host);
    watch(state, host, bucket + plan.firstProof);
    return false;
  }
  if (!down && site >= 0) strata.siteFailures[site] = 0;
  if (!down && flags & HELD) {
    // The site is back: due again, with the same deadline.
    unexcuse(state, host, HELD);
    hosts.since[host] = bucket;
    watch(state, host, deadlineOf(state, host));
    return false;
  }
  if (down) strata.siteFailures[site] = (strata.siteFailures[site] as number) + 1;
  return failTrial(state, host, PRESUMED_FAILED);
}

/** Counts a failure. A host fails once in a release, whenever it fails. */
export function failTrial(
  state: RolloutState,
  host: number,
  phase: typeof FAILED | typeof PRESUMED_FAILED,
): boolean {
  const before = state.hosts.phase[host] as number;
  if (!((COUNTS[before] as number) & IN_N) || before === FAILED || before === PRESUMED_FAILED) return false;
  settleHost(state, host, PENDING | UNRESOLVED);
  move(state, host, phase);
  touchEvidence(state, host);
  return true;
}

/** Every open trial back into an empty wheel, at its own deadline. */
export function rebuildWheel(state: RolloutState): void {
  const { hosts, derived, plan } = state;
  derived.wheel.clear();
  derived.wheelAt = state.now;
  for (let host = 0; host < hosts.count; host++) {
    hosts.flags[host] = (hosts.flags[host] as number) & ~IN_WHEEL;
    const phase = hosts.phase[host] as number;
    const flags = hosts.flags[host] as number;
    if (!((COUNTS[phase] as number) & OPEN) || flags & REVERTED) continue;
    if (flags & GONE) {
      if (flags & UNRESOLVED)
        watch(
          state,
          host,
          Math.min(state.now + plan.firstProof, dueAt(state, hosts.since[host] as number, plan.absent)),
        );
    } else watchTrial(state, host);
  }
}

/** Whether this phase still owes a proof that this kind of proof is, and what follows. */
export function afterProof(state: RolloutState, phase: number, after: 'load' | 'soak' | 'reboot'): number {
  const wantsReboot = state.plan.rebootProof !== 'none';
  if (after === 'load') return phase === OFFERED || phase === DELIVERED ? LOADED : phase;
  if (after === 'soak') {
    if (phase !== OFFERED && phase !== DELIVERED && phase !== LOADED) return phase;
    return wantsReboot ? REBOOT_DUE : HEALTHY;
  }
  return phase === REBOOT_DUE ? HEALTHY : phase;
}
