import { RolloutError } from '../errors.ts';
import { rebuildWheel } from './deadlines.ts';
import type { Decision } from './decisions.ts';
import { refreshEvidence } from './evidence.ts';
import { checkText, placeHost } from './hosts.ts';
import { BARRED, HEALTHY, KNOWN, NONE, REMOVED, REVERT_DUE, REVERTED, SEEN, TALKING } from './phases.ts';
import { beginRevert, sendReverts } from './revert.ts';
import { type RolloutState, type Run, recount, releaseOrdinal, stratumId } from './state.ts';

const PRESENT_ONLY: number = KNOWN | TALKING | REMOVED;

/**
 * A release begins to move; the one that moved before is superseded. Where that went, it stays: `has` says who
 * has which, `base` the newest that proved itself on the host, to which a revert goes back.
 */
export function startRelease(state: RolloutState, name: string): void {
  const { hosts, derived } = state;
  if (typeof name !== 'string' || name.length === 0 || name.length > 200)
    throw new RolloutError('bad-event', 'a release has a name of 1 to 200 characters', { received: name });
  // A duplicate, or an old log line again: a rollback is a new release that republishes old bytes.
  if (state.releases.includes(name)) {
    const moving = state.run !== null && state.releases[state.run.release] === name;
    const known = state.run !== null && state.releases.indexOf(name) <= state.run.release;
    if (moving || known) {
      if (!moving) state.strays++;
      return;
    }
  }
  for (let host = 0; host < hosts.count; host++) {
    if (hosts.phase[host] === HEALTHY && !((hosts.flags[host] as number) & REVERTED))
      hosts.base[host] = hosts.has[host] as number;
    hosts.phase[host] = NONE;
    const present = (hosts.flags[host] as number) & PRESENT_ONLY;
    hosts.flags[host] = present & TALKING ? present | SEEN : present;
    hosts.since[host] = 0;
    hosts.delivered[host] = 0;
  }
  state.run = null;
  for (const [host, to] of state.relabels) placeHost(state, host, to);
  state.relabels.clear();
  // The older release's decisions are void with it.
  state.pending = [];
  state.strata.siteFailures.fill(0);
  state.run = newRun(state, releaseOrdinal(state, name));
  derived.swept = false;
  derived.sweepNext = false;
  derived.candidates = [];
  derived.revertQueue = [];
  derived.order = null;
  recount(state);
  rebuildWheel(state);
  state.run.weightOver = state.strata.names.length;
  refreshEvidence(state);
}

function newRun(state: RolloutState, release: number): Run {
  return {
    release,
    startedAt: state.now,
    status: 'moving',
    lane: state.plan.lane,
    paused: state.plan.paused,
    epoch: 1,
    sequence: 1,
    stage: 0,
    replacements: 0,
    hurried: false,
    complete: false,
    reverting: false,
    lookAt: 0,
    lastDelivery: 0,
    shortSince: 0,
    marks: [],
    weightOver: 0,
    approvals: 0,
    approvedFailures: 0,
    waiting: null,
    n: 0,
    S: 0,
    closed: 0,
    open: 0,
    unresolved: 0,
    pending: 0,
    excused: 0,
  };
}

/** Ends the present wait for soak, absent hosts or settling, and nothing else. */
export function promote(run: Run): boolean {
  const why = run.waiting?.why;
  if (run.status !== 'moving' || run.paused || (why !== 'soak' && why !== 'absent' && why !== 'settle'))
    return false;
  run.hurried = true;
  return true;
}

/** A person lets a halted or asking release go on: a new epoch, with all evidence kept. */
export function approve(state: RolloutState, run: Run): boolean {
  if (run.status !== 'halted' && run.status !== 'asking') return false;
  if (run.status === 'asking') run.approvals++;
  else run.approvedFailures = run.S;
  run.status = 'moving';
  run.epoch++;
  run.waiting = null;
  state.pending = state.pending.filter((d) => d.type !== 'ask' && d.type !== 'halt' && d.type !== 'revert');
  if (run.reverting) {
    run.reverting = false;
    state.derived.revertQueue = [];
    const { hosts } = state;
    for (let host = 0; host < hosts.count; host++) {
      const flags = hosts.flags[host] as number;
      if (flags & REVERT_DUE && !(flags & REVERTED)) hosts.flags[host] = flags & ~REVERT_DUE;
    }
  }
  return true;
}

/** Everyone who was exposed goes back; the release moves no more. */
export function revertAll(state: RolloutState, run: Run, out: Decision[]): void {
  if (run.status === 'reverted') return;
  run.status = 'reverted';
  run.epoch++;
  run.waiting = null;
  state.pending = state.pending.filter((d) => d.type === 'revert');
  beginRevert(state, run);
  sendReverts(state, run, out);
}

/** One label value gets nothing more, and its trials are set apart from the others' evidence. */
export function exclude(state: RolloutState, label: string, value: string, out: Decision[]): void {
  const index = state.plan.labels.indexOf(label);
  if (index < 0)
    throw new RolloutError('bad-event', `a label is one of ${state.plan.labels.join(', ')}`, {
      received: label,
    });
  checkText('a label value', value);
  state.strata.excluded[stratumId(state, index, value)] = true;
  recount(state);
  refreshEvidence(state);
  // What was approved was about other hosts: the evidence of the rest stands by itself.
  if (state.run !== null) state.run.approvedFailures = 0;
  if (state.run !== null && state.plan.onHalt === 'revert') {
    beginRevert(state, state.run, BARRED);
    sendReverts(state, state.run, out);
  }
}
