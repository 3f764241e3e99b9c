import { RolloutError } from '../errors.ts';
import { advance, haltIfCrossed } from './advance.ts';
import { afterProof, deadlineOf, expire, failTrial, watch } from './deadlines.ts';
import type { Decision } from './decisions.ts';
import { FAILURE_KINDS, type RolloutEvent } from './events.ts';
import { touchEvidence } from './evidence.ts';
import { addHost, relabelHost, removeHost, sayGoodbye, startTalking, stopTalking } from './hosts.ts';
import { countAtSite, noteServerOutage } from './outages.ts';
import { approve, exclude, promote, revertAll, startRelease } from './people.ts';
import {
  ABSENT,
  COUNTS,
  DELIVERED,
  FAILED,
  GONE,
  HEALTHY,
  HELD,
  IN_N,
  KEPT_OLD,
  KNOWN,
  LOADED,
  NONE,
  OFFERED,
  OPEN,
  PENDING,
  REBOOT_DUE,
  REVERTED,
  TALKING,
  UNRESOLVED,
} from './phases.ts';
import { markForRevert } from './revert.ts';
import { excuse, move, type RolloutState, type Run, settleHost, unexcuse } from './state.ts';

const NOTHING: readonly Decision[] = Object.freeze([]);
const MAX_TIME = 2 ** 32 - 1;

/**
 * Takes one event into the state, in place, and says what follows from it. Deterministic: no clock and no
 * randomness of its own. Constant time for a host's event; `clock` takes time for what has fallen due.
 * @throws RolloutError `bad-event`, `unknown-host`, `too-large`; the state is then as before
 */
export function step(state: RolloutState, event: RolloutEvent): readonly Decision[] {
  switch (event.type) {
    case 'clock':
      return clock(state, event.at);
    case 'talking':
      startTalking(state, known(state, event.host));
      return NOTHING;
    case 'silent':
      stopTalking(state, known(state, event.host));
      return NOTHING;
    case 'goodbye':
      return sayGoodbye(state, known(state, event.host)) ? recheck(state, event.host) : NOTHING;
    case 'delivered':
      return delivered(state, known(state, event.host), event.release);
    case 'healthy':
      return healthy(state, known(state, event.host), event.release, event.after);
    case 'failed':
      if (!FAILURE_KINDS.includes(event.kind))
        throw new RolloutError('bad-event', `a failure is one of ${FAILURE_KINDS.join(', ')}`, {
          received: event.kind,
        });
      return failed(state, known(state, event.host), event.release);
    case 'refused':
    case 'download-failed':
      return keptOld(state, known(state, event.host), event.release, event.holds);
    case 'reverted':
      return reverted(state, known(state, event.host), event.release);
    case 'host-added':
      addHost(state, handle(event.host), event, event.content ?? '');
      return NOTHING;
    case 'host-relabelled':
      relabelHost(state, known(state, event.host), event);
      return NOTHING;
    case 'host-removed':
      removeHost(state, known(state, event.host));
      return NOTHING;
    case 'acknowledged':
      acknowledge(state, event);
      return NOTHING;
    case 'server-outage':
    case 'release-started':
    case 'lane':
    case 'pause':
    case 'resume':
    case 'promote':
    case 'revert':
    case 'approve':
    case 'exclude':
      return rare(state, event);
    default:
      throw new RolloutError('bad-event', 'no event has this type', {
        received: (event as { type: unknown }).type,
      });
  }
}

type RareEvent = Extract<
  RolloutEvent,
  {
    type:
      | 'server-outage'
      | 'release-started'
      | 'lane'
      | 'exclude'
      | 'pause'
      | 'resume'
      | 'promote'
      | 'revert'
      | 'approve';
  }
>;

function rare(state: RolloutState, event: RareEvent): readonly Decision[] {
  const out: Decision[] = [];
  if (event.type === 'server-outage') {
    if (!isTime(event.from) || !isTime(event.until) || event.until < event.from)
      throw new RolloutError('bad-event', 'an outage has whole seconds from ≤ until', { received: event });
    noteServerOutage(state, event.from, event.until);
    return NOTHING;
  }
  if (event.type === 'release-started') startRelease(state, event.release);
  else if (event.type === 'exclude') exclude(state, event.label, event.value, out);
  const { run } = state;
  if (run === null) return NOTHING;
  switch (event.type) {
    case 'lane':
      if (event.lane !== 'standard' && event.lane !== 'emergency')
        throw new RolloutError('bad-event', 'a lane is standard or emergency', { received: event.lane });
      run.lane = event.lane;
      break;
    case 'pause':
      run.paused = true;
      break;
    case 'resume':
      run.paused = false;
      break;
    case 'promote':
      if (!promote(run)) state.strays++;
      break;
    case 'approve':
      if (!approve(state, run)) state.strays++;
      break;
    case 'revert':
      revertAll(state, run, out);
      break;
    case 'release-started':
    case 'exclude':
      break;
    default:
      throw new RolloutError('bad-event', 'no such event', { received: event });
  }
  haltIfCrossed(state, out);
  advance(state, out);
  return out;
}

function clock(state: RolloutState, at: number): readonly Decision[] {
  if (!isTime(at)) throw new RolloutError('bad-event', 'the clock is in whole seconds', { received: at });
  // A clock that was set back says nothing new: the state's time never goes backwards.
  if (at < state.now) return NOTHING;
  if (state.now > 0 && at - state.now > 3 * state.plan.clock) noteServerOutage(state, state.now, at);
  state.now = at;
  if (state.run === null) {
    state.derived.wheelAt = at;
    return NOTHING;
  }
  const out: Decision[] = [];
  if (expire(state)) haltIfCrossed(state, out);
  advance(state, out);
  return out;
}

function delivered(state: RolloutState, host: number, release: string): readonly Decision[] {
  const run = moving(state, release);
  if (run === null) return NOTHING;
  deliver(state, run, host);
  return NOTHING;
}

/** The exposure's deadline runs from here. An offer that came through after it had expired is an exposure all the same. */
function deliver(state: RolloutState, run: Run, host: number): boolean {
  const { hosts } = state;
  const phase = hosts.phase[host] as number;
  if (phase === OFFERED || phase === ABSENT) {
    if (phase === ABSENT && (hosts.flags[host] as number) & TALKING) countAtSite(state, host, -1);
    if (phase === ABSENT) {
      hosts.flags[host] = (hosts.flags[host] as number) | UNRESOLVED;
      run.unresolved++;
    }
    hosts.since[host] = state.now;
    hosts.delivered[host] = state.now;
    move(state, host, DELIVERED);
    watch(state, host, deadlineOf(state, host));
    if (run.status === 'moving') run.lastDelivery = state.now;
    if (run.reverting) markForRevert(state, host);
    return true;
  }
  if (phase === NONE) state.strays++;
  return false;
}

function healthy(
  state: RolloutState,
  host: number,
  release: string,
  after: 'load' | 'soak' | 'reboot',
): readonly Decision[] {
  if (after !== 'load' && after !== 'soak' && after !== 'reboot')
    throw new RolloutError('bad-event', 'a proof is after load, soak or reboot', { received: after });
  const run = moving(state, release);
  if (run === null) return NOTHING;
  const { hosts, plan } = state;
  let phase = hosts.phase[host] as number;
  // The report of the delivery can come after the proof.
  if (phase === OFFERED || phase === ABSENT) {
    deliver(state, run, host);
    phase = DELIVERED;
  }
  if (!((COUNTS[phase] as number) & OPEN)) {
    if (phase === NONE) state.strays++;
    return NOTHING;
  }
  // A soak proof before the soak is over proves that the host has loaded, no more.
  const early =
    after === 'soak' && state.now + plan.clock < (hosts.delivered[host] as number) + plan.lanes.standard.soak;
  const next = afterProof(state, phase, early ? 'load' : after);
  if (next === phase) return NOTHING;
  settleHost(state, host, PENDING | UNRESOLVED);
  unexcuse(state, host, GONE | HELD);
  move(state, host, next);
  if (next !== HEALTHY) {
    if (next === REBOOT_DUE) hosts.since[host] = Math.max(state.now, hosts.since[host] as number);
    watch(state, host, deadlineOf(state, host));
  }
  if (next === LOADED || next === HEALTHY) hosts.has[host] = run.release;
  return NOTHING;
}

function failed(state: RolloutState, host: number, release: string): readonly Decision[] {
  const run = moving(state, release);
  if (run === null) return NOTHING;
  const phase = state.hosts.phase[host] as number;
  if (phase === OFFERED || phase === ABSENT) deliver(state, run, host);
  if (phase === NONE || phase === KEPT_OLD) {
    state.strays++;
    return NOTHING;
  }
  if (!failTrial(state, host, FAILED)) return NOTHING;
  const out: Decision[] = [];
  haltIfCrossed(state, out);
  return out;
}

/** Out of n only with a proof of the old content; without one the trial goes on to its deadline. */
function keptOld(
  state: RolloutState,
  host: number,
  release: string,
  holds: string | undefined,
): readonly Decision[] {
  const run = moving(state, release);
  if (run === null) return NOTHING;
  const phase = state.hosts.phase[host] as number;
  if (phase !== OFFERED && phase !== DELIVERED && phase !== ABSENT) return NOTHING;
  if (holds === undefined || holds !== state.releases[state.hosts.has[host] as number]) return NOTHING;
  settleHost(state, host, PENDING | UNRESOLVED);
  if (phase === ABSENT && (state.hosts.flags[host] as number) & TALKING) countAtSite(state, host, -1);
  move(state, host, KEPT_OLD);
  return phase === ABSENT ? NOTHING : recheck(state, host);
}

function reverted(state: RolloutState, host: number, release: string): readonly Decision[] {
  const run = moving(state, release);
  if (run === null) return NOTHING;
  const { hosts } = state;
  const flags = hosts.flags[host] as number;
  if (!((COUNTS[hosts.phase[host] as number] as number) & IN_N)) {
    state.strays++;
    return NOTHING;
  }
  if (flags & REVERTED) return NOTHING;
  excuse(state, host, REVERTED);
  settleHost(state, host, PENDING | UNRESOLVED);
  hosts.has[host] = hosts.base[host] as number;
  return NOTHING;
}

/** An exposure was taken out of n: the evidence against the others grows. */
function recheck(state: RolloutState, host: number): readonly Decision[] {
  touchEvidence(state, host);
  const out: Decision[] = [];
  haltIfCrossed(state, out);
  return out;
}

function acknowledge(state: RolloutState, ack: Extract<RolloutEvent, { type: 'acknowledged' }>): void {
  state.pending = state.pending.filter(
    (d) => d.release !== ack.release || d.epoch !== ack.epoch || d.sequence !== ack.sequence,
  );
}

/** The run, if this report is about the release that moves. */
function moving(state: RolloutState, release: string): Run | null {
  const { run } = state;
  if (run !== null && state.releases[run.release] === release) return run;
  state.strays++;
  return null;
}

function handle(host: number): number {
  if (!Number.isInteger(host) || host < 0)
    throw new RolloutError('bad-event', 'a host handle is a whole number from 0', { received: host });
  return host;
}

function known(state: RolloutState, host: number): number {
  // Comparing anything but a number would call its conversions.
  if (typeof host !== 'number') handle(host);
  if (!(host >= 0 && host < state.hosts.count) || !((state.hosts.flags[host] as number) & KNOWN)) {
    throw new RolloutError('unknown-host', `host ${host} was never added`, { received: host });
  }
  return host;
}

function isTime(at: number): boolean {
  return Number.isInteger(at) && at >= 0 && at <= MAX_TIME;
}
