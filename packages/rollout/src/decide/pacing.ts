import type { Plan } from '../plan/plan.ts';
import { budgetFor } from '../plan/stages.ts';
import { openWithinBudget } from '../statistics/budget.ts';
import { upperBound } from '../statistics/upper-bound.ts';

/** What the pace depends on, all of it counts. */
export interface Evidence {
  /** Exposures, and the failures among them that are known. */
  readonly n: number;
  readonly S: number;
  /** Exposures that have neither proved that they loaded nor failed. */
  readonly unresolved: number;
  /** Exposures older than `waves.settle`, or closed by their soak. */
  readonly settled: number;
}

/** Whether the ramp still paces: until 97 % of its length, as a few hosts always refuse, sleep or fail to download. */
export function inRamp(plan: Plan, resolved: number): boolean {
  return resolved < plan.ramp.until * 0.97;
}

/** Why a batch is as large as it is: the bound that was the tightest. */
export type Bound = 'stage' | 'ramp' | 'wave' | 'late' | 'budget';

export interface Pace {
  /** Hosts that may be offered now. */
  readonly size: number;
  readonly bound: Bound;
}

/**
 * The size of the next batch, `room` hosts being left in the stage.
 *
 * Ramp: unresolved + batch ≤ failures ÷ upper bound of the rate. Then waves: unresolved ≤ factor × resolved.
 * Waves also keep the failures that a *late* fault could add at the upper bound of the settled exposures within
 * `lateFailures`: a load proof says nothing about a fault that shows after hours. A healthy history makes that
 * bound wide, so a good release of 8.5 M hosts waits once, 3.5 h; a fault of 0.5 % after 3 h harms tens of
 * hosts instead of hundreds. The budget bounds everything.
 */
export function nextBatch(
  plan: Plan,
  evidence: Evidence,
  room: number,
  eligible: number,
  emergency: boolean,
): Pace {
  const { n, S, unresolved, settled } = evidence;
  const resolved = n - unresolved;
  let size = room;
  let bound: Bound = 'stage';
  const limit = (most: number, why: Bound): void => {
    if (most < size) {
      size = Math.max(0, most);
      bound = why;
    }
  };
  const upper = upperBound(resolved, Math.min(S, resolved));
  if (inRamp(plan, resolved)) {
    // Of the very first batch nothing is known: it may fail as a whole, and is the smallest that shows it for certain.
    limit(n === 0 ? 2 * plan.ramp.failures : Math.floor(plan.ramp.failures / upper) - unresolved, 'ramp');
  } else {
    limit(plan.waves.factor * resolved - unresolved, 'wave');
    if (!emergency) {
      const late = upperBound(settled, Math.min(S, settled));
      if (late > plan.p0) {
        const most = Math.floor(plan.waves.lateFailures / (late - plan.p0)) - (n - settled);
        // A few hosts more would only start the soak anew: wait until the wave has settled.
        limit(most * 4 < n - settled ? 0 : most, 'late');
      }
    }
  }
  const within = openWithinBudget(budgetFor(plan, eligible), n, S, upper, plan.p0) - unresolved;
  // A budget that allows next to nothing is a question for a person, not a rollout of ten thousand batches.
  limit(within * 100 < resolved ? 0 : within, 'budget');
  return { size, bound };
}
