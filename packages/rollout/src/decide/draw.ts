import { upperBound } from '../statistics/upper-bound.ts';
import { type SecretOrder, secretOrder } from './order.ts';
import { inRamp } from './pacing.ts';
import { BARRED, CANDIDATE, COUNTS, KNOWN, LISTED, REMOVED, TALKING } from './phases.ts';
import type { RolloutState, Run } from './state.ts';

/** Up to this size a batch is spread over the label values by quota; larger ones are spread by the law of large numbers. */
const SPREAD_UP_TO = 5000;

/** Adds a host to the list of candidates that is kept once the whole order has been offered. */
export function listCandidate(state: RolloutState, host: number): void {
  const { hosts, derived } = state;
  if (!derived.swept) return;
  const flags = hosts.flags[host] as number;
  if (flags & LISTED) return;
  hosts.flags[host] = flags | LISTED;
  derived.candidates.push(host);
}

/** Whether this host may be offered the release at all, now. */
export function isCandidate(state: RolloutState, host: number): boolean {
  const flags = state.hosts.flags[host] as number;
  if ((flags & (KNOWN | TALKING | REMOVED | BARRED)) !== (KNOWN | TALKING)) return false;
  return ((COUNTS[state.hosts.phase[host] as number] as number) & CANDIDATE) !== 0;
}

/**
 * The next `size` hosts: the eligible ones in the secret order, skipping those whose label values or redundancy
 * group have their share already. The answer depends on the state alone, not on how it was reached.
 * @param first whether this is the first stage, where no label value has a healthy host yet
 * @param last whether this is the last stage, where a redundancy group is paced by load proofs, not soaks
 */
export function draw(
  state: RolloutState,
  run: Run,
  size: number,
  first: boolean,
  last: boolean,
): Uint32Array {
  const order = orderOf(state, run);
  const picker = new Picker(state, run, size, first, last);
  const spread = size <= SPREAD_UP_TO && inRamp(state.plan, run.n);
  // Far enough to fill the batch from a fleet where most hosts talk; whoever is left comes by the second pass.
  const far = spread ? Math.min(order.domain, 20_000 + size * 50) : 0;
  const { hosts, derived } = state;
  const list = derived.swept ? candidatePositions(state, order) : null;
  const picked = new Uint32Array(list === null ? size : Math.min(size, list.length));
  let count = 0;
  const pass = (quotas: boolean, until: number): void => {
    picker.quotas = quotas;
    const end = list === null ? until : list.length;
    for (let i = 0; i < end && count < size; i++) {
      const position = list === null ? i : (list[i] as number);
      if (position >= until) break;
      const host = order.hostAt(position);
      if (host < hosts.count && picker.take(host)) picked[count++] = host;
    }
  };
  if (spread) pass(true, far);
  pass(false, order.domain);
  if (last && list === null && count < size) derived.sweepNext = true;
  return count === picked.length ? picked : picked.slice(0, count);
}

/** From now on the candidates are a list: those that are left, and those that begin to talk. Call it after the offer. */
export function sweep(state: RolloutState): void {
  const { derived, hosts } = state;
  derived.sweepNext = false;
  derived.swept = true;
  derived.candidates = [];
  for (let host = 0; host < hosts.count; host++) {
    hosts.flags[host] = (hosts.flags[host] as number) & ~LISTED;
    if (isCandidate(state, host)) listCandidate(state, host);
  }
}

/** The listed candidates' places in the secret order, ascending; forgets those that are none any more. */
function candidatePositions(state: RolloutState, order: SecretOrder): Float64Array {
  const { derived, hosts } = state;
  const positions = new Float64Array(derived.candidates.length);
  const left: number[] = [];
  for (const host of derived.candidates) {
    if (isCandidate(state, host)) {
      positions[left.length] = order.positionOf(host);
      left.push(host);
    } else hosts.flags[host] = (hosts.flags[host] as number) & ~LISTED;
  }
  derived.candidates = left;
  return positions.subarray(0, left.length).sort();
}

function orderOf(state: RolloutState, run: Run): SecretOrder {
  const { derived, hosts } = state;
  if (derived.order === null || derived.orderHosts !== hosts.count) {
    derived.order = secretOrder(
      state.plan.seed,
      `${run.release}:${state.releases[run.release]}`,
      hosts.count,
    );
    derived.orderHosts = hosts.count;
  }
  return derived.order;
}

/** Who may still join the batch that is being drawn. */
class Picker {
  quotas = false;
  readonly #state: RolloutState;
  readonly #size: number;
  readonly #first: boolean;
  readonly #ramp: boolean;
  readonly #busy: Int32Array;
  readonly #inBatch: Int32Array;
  readonly #caps: Int32Array;
  readonly #groupsInBatch = new Map<number, number>();
  readonly #taken = new Set<number>();

  constructor(state: RolloutState, run: Run, size: number, first: boolean, last: boolean) {
    this.#state = state;
    this.#size = size;
    this.#first = first;
    this.#ramp = inRamp(state.plan, run.n - run.unresolved);
    this.#busy = last ? state.groups.busy : state.groups.open;
    this.#inBatch = new Int32Array(state.strata.names.length);
    this.#caps = new Int32Array(state.strata.names.length).fill(-1);
  }

  take(host: number): boolean {
    const state = this.#state;
    if (!isCandidate(state, host) || this.#taken.has(host)) return false;
    const group = state.hosts.group[host] as number;
    if (group !== 0) {
      const inBatch = this.#groupsInBatch.get(group) ?? 0;
      const allowed = Math.max(1, Math.floor(state.plan.groupShare * (state.groups.size[group] as number)));
      if ((this.#busy[group] as number) + inBatch >= allowed) return false;
    }
    const width = state.plan.labels.length;
    const from = host * width;
    for (let i = from; i < from + width; i++) {
      const k = state.hosts.labels[i] as number;
      const inBatch = this.#inBatch[k] as number;
      if (inBatch >= this.#cap(k)) return false;
      if (this.quotas && inBatch >= this.#quota(k)) return false;
    }
    for (let i = from; i < from + width; i++) {
      const k = state.hosts.labels[i] as number;
      this.#inBatch[k] = (this.#inBatch[k] as number) + 1;
    }
    if (group !== 0) this.#groupsInBatch.set(group, (this.#groupsInBatch.get(group) ?? 0) + 1);
    // Only two passes over the order can meet a host twice, and only small batches have two.
    if (this.#size <= SPREAD_UP_TO) this.#taken.add(host);
    return true;
  }

  #quota(k: number): number {
    const { strata, derived } = this.#state;
    return Math.ceil((this.#size * (strata.size[k] as number)) / Math.max(1, derived.eligible));
  }

  /** New label values get a few hosts a batch; in the ramp the promotion bound holds for each label value too. */
  #cap(k: number): number {
    const known = this.#caps[k] as number;
    if (known >= 0) return known;
    const { strata, plan } = this.#state;
    let cap = 2 ** 31 - 1;
    if (!this.#first) {
      const proved = strata.proved[k] as number;
      const failed = strata.S[k] as number;
      if (proved === 0) cap = plan.newLabelBatch;
      if (this.#ramp) {
        const open = (strata.n[k] as number) - proved - failed;
        cap = Math.min(
          cap,
          Math.max(0, Math.floor(plan.ramp.failures / upperBound(proved + failed, failed)) - open),
        );
      }
    }
    this.#caps[k] = cap;
    return cap;
  }
}
