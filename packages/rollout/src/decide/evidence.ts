import { logE } from '../statistics/e-process.ts';
import type { HaltEvidence } from './decisions.ts';
import type { RolloutState, Run } from './state.ts';

/** Above this a single e-value halts by itself, whatever its weight; capping keeps sums finite. */
const CAP = 1e15;

function eValue(n: number, S: number, p0: number): number {
  return n === 0 ? 1 : Math.min(CAP, Math.exp(logE(n, S, p0)));
}

/**
 * The test. Half of the weight lies on all exposures together, half is spread evenly over the strata, so that a
 * fault of one build or one site is seen by itself (weighted averages of e-values are e-values: Vovk & Wang 2021).
 *
 * An e-value falls with each exposure and rises only with a failure or when an exposure is taken out of n. So it
 * is looked at exactly then, and strata whose counts have grown since keep a stale value, which is an upper
 * bound. Only when the sum of bounds comes near the threshold are all of them computed: O(1) per event on average.
 */
export function touchEvidence(state: RolloutState, host: number): void {
  const { hosts, strata, derived, plan } = state;
  const width = plan.labels.length;
  for (let i = host * width, end = i + width; i < end; i++) {
    const k = hosts.labels[i] as number;
    const now = eValue(strata.n[k] as number, strata.S[k] as number, plan.p0);
    derived.sumE += now - (strata.e[k] as number);
    strata.e[k] = now;
  }
}

/** The evidence at which to halt, or null. */
export function crossing(state: RolloutState, run: Run): HaltEvidence | null {
  const { strata, derived, plan } = state;
  const threshold = 1 / plan.alpha;
  const overall = eValue(run.n, run.S, plan.p0);
  const share = 0.5 / Math.max(1, run.weightOver);
  // 1 % of slack: the decision never depends on how the running sum was rounded.
  if (0.5 * overall + share * derived.sumE < threshold * 0.99) return null;
  refreshEvidence(state);
  const total = 0.5 * overall + share * derived.sumE;
  if (total < threshold) return null;
  let strongest = -1;
  for (let k = 0; k < Math.min(run.weightOver, strata.names.length); k++) {
    if (strongest < 0 || (strata.e[k] as number) > (strata.e[strongest] as number)) strongest = k;
  }
  const stands = strongest >= 0 && (strata.e[strongest] as number) > overall;
  return {
    n: run.n,
    S: run.S,
    logE: Math.log(total),
    stratum: stands ? (strata.names[strongest] as string) : null,
  };
}

/** ln of the combined e-value as it stands. */
export function combinedLogE(state: RolloutState, run: Run): number {
  refreshEvidence(state);
  const share = 0.5 / Math.max(1, run.weightOver);
  return Math.log(0.5 * eValue(run.n, run.S, state.plan.p0) + share * state.derived.sumE);
}

/** Every stratum's e-value from its counts. Label values first seen after the start have no weight until the next release. */
export function refreshEvidence(state: RolloutState): void {
  const { strata, derived, plan, run } = state;
  let sum = 0;
  const last = Math.min(run?.weightOver ?? 0, strata.names.length);
  for (let k = 0; k < last; k++) {
    const e = eValue(strata.n[k] as number, strata.S[k] as number, plan.p0);
    strata.e[k] = e;
    sum += e;
  }
  derived.sumE = sum;
}
