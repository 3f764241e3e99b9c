import { CANDIDATE, COUNTS, REMOVED } from './phases.ts';
import type { RolloutState } from './state.ts';

const MAX_OUTAGES = 256;
/** Unexposed hosts of a site that fall silent within this many seconds of each other fell together. */
const TOGETHER = 600;
const FEWEST = 3;

/** Notes an outage of the server itself, declared or seen as a gap in the clock; overlapping ones are one. */
export function noteServerOutage(state: RolloutState, from: number, until: number): void {
  let merged = { from, until };
  const rest = state.outages.filter((other) => {
    const apart = other.until < merged.from || other.from > merged.until;
    if (!apart)
      merged = { from: Math.min(other.from, merged.from), until: Math.max(other.until, merged.until) };
    return apart;
  });
  rest.push(merged);
  rest.sort((a, b) => a.from - b.from);
  state.outages = rest.slice(-MAX_OUTAGES);
}

/** `since + seconds`, moved by every outage of the server that falls in between. */
export function dueAt(state: RolloutState, since: number, seconds: number): number {
  let due = since + seconds;
  for (const { from, until } of state.outages) {
    if (until > since && from < due) due += until - Math.max(from, since);
  }
  return due;
}

/** The end of the outage that the server is in, or 0. */
export function outageEnd(state: RolloutState): number {
  const last = state.outages.at(-1);
  return last !== undefined && last.from <= state.now && last.until > state.now ? last.until : 0;
}

/** A host that talks joins (+1) or leaves (−1) the unexposed hosts of its site, for a reason that says nothing about the site. */
export function countAtSite(state: RolloutState, host: number, change: 1 | -1): void {
  const k = siteOf(state, host);
  if (k >= 0) state.strata.talking[k] = (state.strata.talking[k] as number) + change;
}

/** An unexposed host began or stopped talking: the only evidence of a site's outage. */
export function noteSite(state: RolloutState, host: number, talks: boolean): void {
  const { hosts, strata } = state;
  if (!((COUNTS[hosts.phase[host] as number] as number) & CANDIDATE)) return;
  if ((hosts.flags[host] as number) & REMOVED) return;
  const k = siteOf(state, host);
  if (k < 0) return;
  if (talks) {
    strata.talking[k] = (strata.talking[k] as number) + 1;
    if ((strata.fell[k] as number) > 0) strata.fell[k] = (strata.fell[k] as number) - 1;
    return;
  }
  strata.talking[k] = (strata.talking[k] as number) - 1;
  if (state.now - (strata.fellSince[k] as number) > TOGETHER) {
    strata.fell[k] = 0;
    strata.fellSince[k] = state.now;
  }
  strata.fell[k] = (strata.fell[k] as number) + 1;
}

/** The stratum of the host's site, −1 where the plan names no site label. */
export function siteOf(state: RolloutState, host: number): number {
  const { plan } = state;
  if (plan.siteLabel === null) return -1;
  return state.hosts.labels[host * plan.labels.length + plan.labels.indexOf(plan.siteLabel)] as number;
}

/** Whether a site is down, judged by its unexposed hosts alone: at least as many fell silent together as still talk. */
export function siteDown(state: RolloutState, site: number): boolean {
  const fell = state.strata.fell[site] as number;
  return fell >= FEWEST && fell >= (state.strata.talking[site] as number);
}
