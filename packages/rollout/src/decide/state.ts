import { RolloutError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Decision, WaitReason } from './decisions.ts';
import type { SecretOrder } from './order.ts';
import {
  BARRED,
  BUSY,
  CANDIDATE,
  CLOSED,
  COUNTS,
  EXCUSED,
  IN_N,
  IN_S,
  KNOWN,
  OPEN,
  PENDING,
  PROVED,
  REMOVED,
  SEEN,
  TALKING,
  UNRESOLVED,
} from './phases.ts';

/** Handles stay below this, so that every index fits a typed array. */
export const MAX_HOSTS: number = 2 ** 27;
const MAX_STRATA = 65_535;

/** One row per host, in typed arrays that `step` writes in place. */
export interface HostTable {
  /** One more than the highest handle seen. */
  count: number;
  phase: Uint8Array;
  flags: Uint16Array;
  class: Uint8Array;
  /** Stratum of each of the plan's labels: `labels[host * plan.labels.length + i]`. */
  labels: Uint16Array;
  /** Redundancy group, 0 for none. */
  group: Uint32Array;
  /** From when its deadline counts, in seconds. */
  since: Uint32Array;
  /** When it got the release: its soak runs from here, whatever its deadline does. */
  delivered: Uint32Array;
  /** Ordinal of the release it has proved to have, and of the one it goes back to. */
  has: Uint16Array;
  base: Uint16Array;
  /** Derived: the next host in the same bucket of the deadline wheel, −1 at the end. */
  next: Int32Array;
}

/** Strata are single label values, not their cross product; numbered in the order in which they were first seen. */
export interface Strata {
  readonly names: string[];
  readonly ids: Map<string, number>[];
  readonly excluded: boolean[];
  /** Derived counters: eligible hosts, exposures, failures, proved loads; the cached e-value (an upper bound). */
  size: Int32Array;
  n: Int32Array;
  S: Int32Array;
  proved: Int32Array;
  e: Float64Array;
  /** For sites: unexposed hosts that talk, how many of them fell silent lately and since when, failures counted in outages. */
  talking: Int32Array;
  fell: Int32Array;
  fellSince: Uint32Array;
  siteFailures: Int32Array;
}

export interface Groups {
  readonly names: string[];
  readonly ids: Map<string, number>;
  /** Derived: hosts, exposures without a load proof or failed, exposures without a soak proof or failed. */
  size: Int32Array;
  busy: Int32Array;
  open: Int32Array;
}

export type RunStatus = 'moving' | 'asking' | 'halted' | 'reverted';

/** The release that moves. */
export interface Run {
  readonly release: number;
  readonly startedAt: number;
  status: RunStatus;
  lane: 'standard' | 'emergency';
  paused: boolean;
  epoch: number;
  sequence: number;
  stage: number;
  /** Hosts beyond the stage's end that replace absent ones. */
  replacements: number;
  /** The present wait was ended by a person. */
  hurried: boolean;
  complete: boolean;
  reverting: boolean;
  /** Not before this time are hosts looked for again, after a draw that came up short. */
  lookAt: number;
  lastDelivery: number;
  /** When a draw last came up short of hosts, or 0. */
  shortSince: number;
  /** Exposures at earlier batches: what is older than `waves.settle` is settled. */
  marks: { at: number; n: number }[];
  /** How many label values share half of the test's weight; fixed at the start. */
  weightOver: number;
  /** Times a rate just above p0 was waved through by a person: each adds one budget. */
  approvals: number;
  /** Failures that a person has approved after a halt: only a further one halts again. */
  approvedFailures: number;
  waiting: { until: number | null; why: WaitReason } | null;
  // Derived counters.
  n: number;
  S: number;
  closed: number;
  open: number;
  unresolved: number;
  pending: number;
  /** Open trials of hosts that said goodbye or whose site is down. */
  excused: number;
}

/** The whole state of one content category in one fleet: one release moves at a time. */
export interface RolloutState {
  readonly plan: Plan;
  now: number;
  readonly hosts: HostTable;
  readonly strata: Strata;
  readonly groups: Groups;
  /** Names of the releases by ordinal; 0 is the content from before, which has no name here. */
  readonly releases: string[];
  run: Run | null;
  pending: Decision[];
  /** Outages of the server, merged and in order. */
  outages: { from: number; until: number }[];
  /** Reports that fit nothing: about hosts never offered, or about releases that do not move. */
  strays: number;
  /** Hosts that have changed labels during their trial, applied when the next release starts. */
  relabels: Map<number, Place>;
  readonly derived: Derived;
}

/** Where a host belongs: labels in the plan's order, class, redundancy group. */
export interface Place {
  readonly labels: readonly string[];
  readonly class: string;
  readonly group?: string | null;
}

/** What can be computed again from the rest. */
export interface Derived {
  eligible: number;
  /** Of these, the hosts that have talked since the release started. */
  seen: number;
  readonly wheel: Map<number, number>;
  wheelAt: number;
  order: SecretOrder | null;
  orderHosts: number;
  /** Candidates that talk, kept once the whole order has been offered. */
  candidates: number[];
  swept: boolean;
  sweepNext: boolean;
  revertQueue: number[];
  /** Sum of the strata's cached e-values. */
  sumE: number;
}

/** An empty fleet under a plan. */
export function createState(plan: Plan): RolloutState {
  const state: RolloutState = {
    plan,
    now: 0,
    hosts: {
      count: 0,
      phase: new Uint8Array(0),
      flags: new Uint16Array(0),
      class: new Uint8Array(0),
      labels: new Uint16Array(0),
      group: new Uint32Array(0),
      since: new Uint32Array(0),
      delivered: new Uint32Array(0),
      has: new Uint16Array(0),
      base: new Uint16Array(0),
      next: new Int32Array(0),
    },
    strata: {
      names: [],
      ids: plan.labels.map(() => new Map()),
      excluded: [],
      size: new Int32Array(0),
      n: new Int32Array(0),
      S: new Int32Array(0),
      proved: new Int32Array(0),
      e: new Float64Array(0),
      talking: new Int32Array(0),
      fell: new Int32Array(0),
      fellSince: new Uint32Array(0),
      siteFailures: new Int32Array(0),
    },
    groups: {
      names: [''],
      ids: new Map(),
      size: new Int32Array(1),
      busy: new Int32Array(1),
      open: new Int32Array(1),
    },
    releases: [''],
    run: null,
    pending: [],
    outages: [],
    strays: 0,
    relabels: new Map(),
    derived: {
      eligible: 0,
      seen: 0,
      wheel: new Map(),
      wheelAt: 0,
      order: null,
      orderHosts: 0,
      candidates: [],
      swept: false,
      sweepNext: false,
      revertQueue: [],
      sumE: 0,
    },
  };
  for (const { label, value } of plan.exclude) {
    state.strata.excluded[stratumId(state, plan.labels.indexOf(label), value)] = true;
  }
  return state;
}

type Growable = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

function grown<T extends Growable>(array: T, length: number): T {
  const bigger = new (array.constructor as new (n: number) => T)(length);
  bigger.set(array);
  return bigger;
}

/** Makes room for a handle, doubling so that adding is O(1) on average. */
export function reserveHost(state: RolloutState, host: number): void {
  const { hosts } = state;
  if (host < hosts.count) return;
  if (host >= MAX_HOSTS)
    throw new RolloutError('too-large', `host handles stay below ${MAX_HOSTS}`, { received: host });
  if (host >= hosts.phase.length) {
    const size = Math.min(MAX_HOSTS, Math.max(1024, hosts.phase.length * 2, host + 1));
    growHosts(hosts, size, state.plan.labels.length);
  }
  hosts.count = host + 1;
}

/** Sets the capacity of the table, so that a fleet of known size is stored without doubling. */
export function growHosts(hosts: HostTable, size: number, labels: number): void {
  if (size <= hosts.phase.length) return;
  for (const key of [
    'phase',
    'flags',
    'class',
    'group',
    'since',
    'delivered',
    'has',
    'base',
    'next',
  ] as const) {
    (hosts as unknown as Record<string, Growable>)[key] = grown(hosts[key], size);
  }
  hosts.labels = grown(hosts.labels, size * labels);
}

/** The number of a label value, new values being numbered as they come. */
export function stratumId(state: RolloutState, label: number, value: string): number {
  const { strata } = state;
  const ids = strata.ids[label] as Map<string, number>;
  let id = ids.get(value);
  if (id === undefined) {
    id = strata.names.length;
    if (id >= MAX_STRATA)
      throw new RolloutError(
        'too-large',
        `more than ${MAX_STRATA} label values: drop a label that is nearly unique per host`,
      );
    ids.set(value, id);
    strata.names.push(`${state.plan.labels[label]} = ${value}`);
    strata.excluded.push(false);
    if (id >= strata.size.length) {
      const size = Math.max(64, strata.size.length * 2);
      for (const key of [
        'size',
        'n',
        'S',
        'proved',
        'e',
        'talking',
        'fell',
        'fellSince',
        'siteFailures',
      ] as const) {
        (strata as unknown as Record<string, Growable>)[key] = grown(strata[key], size);
      }
    }
  }
  return id;
}

export function groupId(state: RolloutState, name: string | null | undefined): number {
  if (name === null || name === undefined || name === '') return 0;
  const { groups } = state;
  let id = groups.ids.get(name);
  if (id === undefined) {
    id = groups.names.length;
    groups.ids.set(name, id);
    groups.names.push(name);
    if (id >= groups.size.length) {
      const size = Math.max(64, groups.size.length * 2);
      for (const key of ['size', 'busy', 'open'] as const) groups[key] = grown(groups[key], size);
    }
  }
  return id;
}

export function releaseOrdinal(state: RolloutState, name: string): number {
  if (name === '') return 0;
  let ordinal = state.releases.lastIndexOf(name);
  if (ordinal < 0) {
    ordinal = state.releases.length;
    if (ordinal > 65_535)
      throw new RolloutError(
        'too-large',
        'more than 65,535 releases in one state: start a new one from a snapshot of the hosts',
      );
    state.releases.push(name);
  }
  return ordinal;
}

/** Moves a host to another phase and keeps every counter the sum of `COUNTS` over hosts: the only place that does. */
export function move(state: RolloutState, host: number, phase: number): void {
  const { hosts, strata, groups, run } = state;
  const from = COUNTS[hosts.phase[host] as number] as number;
  const to = COUNTS[phase] as number;
  hosts.phase[host] = phase;
  const changed = from ^ to;
  const group = hosts.group[host] as number;
  if (group !== 0) {
    if (changed & BUSY) groups.busy[group] = (groups.busy[group] as number) + (to & BUSY ? 1 : -1);
    const wasOpen = from & (OPEN | IN_S) ? 1 : 0;
    const isOpen = to & (OPEN | IN_S) ? 1 : 0;
    groups.open[group] = (groups.open[group] as number) + isOpen - wasOpen;
  }
  const flags = hosts.flags[host] as number;
  if (run === null || flags & BARRED) return;
  const dn = ((to & IN_N) - (from & IN_N)) / IN_N;
  const dS = ((to & IN_S) - (from & IN_S)) / IN_S;
  const dP = ((to & PROVED) - (from & PROVED)) / PROVED;
  run.n += dn;
  run.S += dS;
  run.closed += ((to & CLOSED) - (from & CLOSED)) / CLOSED;
  const dO = ((to & OPEN) - (from & OPEN)) / OPEN;
  run.open += dO;
  if (flags & EXCUSED) run.excused += dO;
  if (dn !== 0 || dS !== 0 || dP !== 0) {
    const width = state.plan.labels.length;
    for (let i = host * width, end = i + width; i < end; i++) {
      const k = hosts.labels[i] as number;
      if (dn !== 0) strata.n[k] = (strata.n[k] as number) + dn;
      if (dS !== 0) strata.S[k] = (strata.S[k] as number) + dS;
      if (dP !== 0) strata.proved[k] = (strata.proved[k] as number) + dP;
    }
  }
}

/** Clears the marks by which a batch and the promotion bound wait for a host. */
export function settleHost(state: RolloutState, host: number, bits: number): void {
  const flags = state.hosts.flags[host] as number;
  const cleared = flags & bits;
  if (cleared === 0) return;
  state.hosts.flags[host] = flags & ~cleared;
  if (flags & BARRED || state.run === null) return;
  if (cleared & PENDING) state.run.pending--;
  if (cleared & UNRESOLVED) state.run.unresolved--;
}

/** Marks a host as not to blame for its silence. */
export function excuse(state: RolloutState, host: number, bit: number): void {
  const flags = state.hosts.flags[host] as number;
  state.hosts.flags[host] = flags | bit;
  if (!(flags & EXCUSED)) countExcused(state, host, 1);
}

export function unexcuse(state: RolloutState, host: number, bits: number): void {
  const flags = state.hosts.flags[host] as number;
  const left = flags & ~bits;
  state.hosts.flags[host] = left;
  if (flags & EXCUSED && !(left & EXCUSED)) countExcused(state, host, -1);
}

function countExcused(state: RolloutState, host: number, change: number): void {
  const open = (COUNTS[state.hosts.phase[host] as number] as number) & OPEN;
  if (open && state.run !== null && !((state.hosts.flags[host] as number) & BARRED))
    state.run.excused += change;
}

/** All derived counters from the hosts' rows: after restore, exclusion, or the start of a release. */
export function recount(state: RolloutState): void {
  const { hosts, strata, groups, run, derived, plan } = state;
  for (const array of [
    strata.size,
    strata.n,
    strata.S,
    strata.proved,
    strata.talking,
    groups.size,
    groups.busy,
    groups.open,
  ])
    array.fill(0);
  const width = plan.labels.length;
  const site = plan.siteLabel === null ? -1 : plan.labels.indexOf(plan.siteLabel);
  derived.eligible = 0;
  derived.seen = 0;
  let [n, S, closed, open, unresolved, pending, excused] = [0, 0, 0, 0, 0, 0, 0];
  for (let host = 0; host < hosts.count; host++) {
    let flags = hosts.flags[host] as number;
    if (!(flags & KNOWN)) continue;
    flags = isBarred(state, host) ? flags | BARRED : flags & ~BARRED;
    hosts.flags[host] = flags;
    const counts = COUNTS[hosts.phase[host] as number] as number;
    const group = hosts.group[host] as number;
    if (group !== 0) {
      if (!(flags & REMOVED)) groups.size[group] = (groups.size[group] as number) + 1;
      if (counts & BUSY) groups.busy[group] = (groups.busy[group] as number) + 1;
      if (counts & (OPEN | IN_S)) groups.open[group] = (groups.open[group] as number) + 1;
    }
    if (counts & CANDIDATE && flags & TALKING && site >= 0 && !(flags & REMOVED)) {
      const k = hosts.labels[host * width + site] as number;
      strata.talking[k] = (strata.talking[k] as number) + 1;
    }
    if (flags & BARRED) continue;
    const present = flags & REMOVED ? 0 : 1;
    derived.eligible += present;
    if (flags & SEEN) derived.seen += present;
    for (let i = host * width, end = i + width; i < end; i++) {
      const k = hosts.labels[i] as number;
      strata.size[k] = (strata.size[k] as number) + present;
      if (counts & IN_N) strata.n[k] = (strata.n[k] as number) + 1;
      if (counts & IN_S) strata.S[k] = (strata.S[k] as number) + 1;
      if (counts & PROVED) strata.proved[k] = (strata.proved[k] as number) + 1;
    }
    if (counts & IN_N) n++;
    if (counts & IN_S) S++;
    if (counts & CLOSED) closed++;
    if (counts & OPEN) open++;
    if (counts & OPEN && flags & EXCUSED) excused++;
    if (flags & UNRESOLVED) unresolved++;
    if (flags & PENDING) pending++;
  }
  if (run !== null) Object.assign(run, { n, S, closed, open, unresolved, pending, excused });
}

/** Whether a label value is excluded, or pinned to a release other than the one that moves. */
export function isBarred(state: RolloutState, host: number): boolean {
  const { hosts, strata, plan, run } = state;
  const width = plan.labels.length;
  for (let i = 0; i < width; i++) {
    if (strata.excluded[hosts.labels[host * width + i] as number]) return true;
  }
  if (plan.pins.length === 0 || run === null) return false;
  const release = state.releases[run.release];
  return plan.pins.some((pin) => {
    const label = plan.labels.indexOf(pin.label);
    const id = strata.ids[label]?.get(pin.value);
    return id === hosts.labels[host * width + label] && pin.release !== release;
  });
}
