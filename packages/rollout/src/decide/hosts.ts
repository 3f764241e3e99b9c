import { RolloutError } from '../errors.ts';
import { deadlineOf, watch } from './deadlines.ts';
import { listCandidate } from './draw.ts';
import { countAtSite, noteSite } from './outages.ts';
import {
  ABSENT,
  BARRED,
  CANDIDATE,
  COUNTS,
  DELIVERED,
  GONE,
  HELD,
  IN_N,
  KNOWN,
  LOADED,
  NONE,
  OFFERED,
  OPEN,
  PENDING,
  PRESUMED_FAILED,
  REMOVED,
  RETURNED,
  REVERT_DUE,
  REVERT_SENT,
  REVERTED,
  SEEN,
  TALKING,
  UNRESOLVED,
} from './phases.ts';
import {
  excuse,
  groupId,
  isBarred,
  move,
  type Place,
  type RolloutState,
  releaseOrdinal,
  reserveHost,
  settleHost,
  stratumId,
  unexcuse,
} from './state.ts';

/** Refuses what an untyped caller may send, before anything is written. */
function checkPlace({ plan }: RolloutState, { labels, class: className, group }: Place): void {
  const width = plan.labels.length;
  if (!Array.isArray(labels) || labels.length !== width) {
    throw new RolloutError(
      'bad-event',
      `a host has one value for each of the labels ${plan.labels.join(', ')}`,
      { received: labels },
    );
  }
  for (let i = 0; i < width; i++) checkText('a label value', labels[i]);
  if (typeof className !== 'string' || !Object.hasOwn(plan.classes, className))
    throw new RolloutError('bad-event', `a class is one of ${Object.keys(plan.classes).join(', ')}`, {
      received: className,
    });
  if (group !== null && group !== undefined) checkText('a group', group);
}

/** @throws RolloutError `bad-event` */
export function checkText(what: string, value: unknown): void {
  if (typeof value !== 'string' || value.length > 200)
    throw new RolloutError('bad-event', `${what} is a text of at most 200 characters`, { received: value });
}

/** Writes a host's labels, class and group, which were checked; the counters are the caller's business. */
export function placeHost(state: RolloutState, host: number, place: Place): void {
  const { hosts, plan } = state;
  const width = plan.labels.length;
  for (let i = 0; i < width; i++)
    hosts.labels[host * width + i] = stratumId(state, i, place.labels[i] as string);
  hosts.class[host] = classIndex(state, place.class);
  hosts.group[host] = groupId(state, place.group);
}

function classIndex(state: RolloutState, name: string): number {
  let index = 0;
  for (const known in state.plan.classes) {
    if (known === name) break;
    index++;
  }
  return index;
}

export function addHost(state: RolloutState, host: number, place: Place, content: string): void {
  const { hosts } = state;
  checkPlace(state, place);
  checkText('content', content);
  reserveHost(state, host);
  const flags = hosts.flags[host] as number;
  if (flags & KNOWN) {
    // A duplicate or, with other labels, a change of them. A removed host that is added again is back.
    if (flags & REMOVED) {
      hosts.flags[host] = flags & ~REMOVED;
      countHost(state, host, 1);
    }
    relabelHost(state, host, place);
    return;
  }
  placeHost(state, host, place);
  hosts.phase[host] = NONE;
  hosts.flags[host] = KNOWN;
  hosts.has[host] = hosts.base[host] = releaseOrdinal(state, content);
  if (isBarred(state, host)) hosts.flags[host] = KNOWN | BARRED;
  countHost(state, host, 1);
}

/** A host of which nothing was exposed gets its labels now; during a trial they wait for the next release. */
export function relabelHost(state: RolloutState, host: number, place: Place): void {
  const { hosts } = state;
  checkPlace(state, place);
  if (!((COUNTS[hosts.phase[host] as number] as number) & CANDIDATE)) {
    state.relabels.set(host, { labels: [...place.labels], class: place.class, group: place.group ?? null });
    return;
  }
  const flags = hosts.flags[host] as number;
  const present = !(flags & REMOVED);
  const talks = present && flags & TALKING;
  if (present) countHost(state, host, -1);
  if (talks) countAtSite(state, host, -1);
  try {
    placeHost(state, host, place);
  } finally {
    hosts.flags[host] = isBarred(state, host)
      ? (hosts.flags[host] as number) | BARRED
      : (hosts.flags[host] as number) & ~BARRED;
    if (present) countHost(state, host, 1);
    if (talks) countAtSite(state, host, 1);
  }
}

/** Takes a host out of the fleet. Its trial, if it has one, goes on: a host that vanishes has not proved itself. */
export function removeHost(state: RolloutState, host: number): void {
  const { hosts } = state;
  const flags = hosts.flags[host] as number;
  if (flags & REMOVED) return;
  countHost(state, host, -1);
  if (flags & TALKING && (COUNTS[hosts.phase[host] as number] as number) & CANDIDATE)
    countAtSite(state, host, -1);
  hosts.flags[host] = (flags | REMOVED) & ~TALKING;
}

function countHost(state: RolloutState, host: number, change: 1 | -1): void {
  const { hosts, strata, groups, derived } = state;
  const group = hosts.group[host] as number;
  if (group !== 0) groups.size[group] = (groups.size[group] as number) + change;
  if ((hosts.flags[host] as number) & BARRED) return;
  derived.eligible += change;
  if ((hosts.flags[host] as number) & SEEN) derived.seen += change;
  const width = state.plan.labels.length;
  for (let i = host * width, end = i + width; i < end; i++) {
    const k = hosts.labels[i] as number;
    strata.size[k] = (strata.size[k] as number) + change;
  }
}

export function startTalking(state: RolloutState, host: number): void {
  const { hosts, plan } = state;
  const flags = hosts.flags[host] as number;
  if (flags & (TALKING | REMOVED)) return;
  hosts.flags[host] = flags | TALKING | SEEN;
  if (!(flags & (SEEN | BARRED))) state.derived.seen++;
  const phase = hosts.phase[host] as number;
  if (phase === NONE || phase === ABSENT) {
    noteSite(state, host, true);
    listCandidate(state, host);
  }
  if (flags & GONE) {
    unexcuse(state, host, GONE);
    if ((COUNTS[phase] as number) & OPEN) {
      // Due again: the first proof from now; the soak proof no sooner than its class's gap from now.
      const now = state.now;
      const since = hosts.since[host] as number;
      if (phase === LOADED) hosts.since[host] = Math.max(since, now - plan.lanes.standard.soak);
      else hosts.since[host] = now;
      watch(state, host, deadlineOf(state, host));
    }
  }
  if (phase === PRESUMED_FAILED) hosts.flags[host] = (hosts.flags[host] as number) | RETURNED;
  if (flags & REVERT_DUE && !(flags & REVERTED)) {
    hosts.flags[host] = (hosts.flags[host] as number) & ~REVERT_SENT;
    state.derived.revertQueue.push(host);
  }
}

export function stopTalking(state: RolloutState, host: number): void {
  const { hosts } = state;
  const flags = hosts.flags[host] as number;
  if (!(flags & TALKING)) return;
  hosts.flags[host] = flags & ~TALKING;
  noteSite(state, host, false);
}

/** Suspend or shutdown, said beforehand: in n, not in S, not due until it talks again. True where the evidence may have grown. */
export function sayGoodbye(state: RolloutState, host: number): boolean {
  const { hosts, plan } = state;
  const flags = hosts.flags[host] as number;
  if (flags & (GONE | REMOVED)) return false;
  const phase = hosts.phase[host] as number;
  hosts.flags[host] = flags & ~TALKING;
  const counts = COUNTS[phase] as number;
  // A goodbye says nothing about the site, so it is not a fall.
  if (counts & CANDIDATE && flags & TALKING) countAtSite(state, host, -1);
  if (phase === OFFERED) {
    settleHost(state, host, PENDING | UNRESOLVED);
    move(state, host, ABSENT);
    return true;
  }
  if (!(counts & IN_N)) return false;
  excuse(state, host, GONE);
  unexcuse(state, host, HELD);
  settleHost(state, host, PENDING);
  if (phase === DELIVERED) {
    hosts.since[host] = state.now;
    watch(state, host, state.now + plan.firstProof);
  }
  return false;
}
