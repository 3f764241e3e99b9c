import { defaultBudget } from '../statistics/budget.ts';
import type { Plan } from './plan.ts';

/**
 * Cumulative end of each stage of the plan for a fleet of `eligible` hosts, aligned with `plan.stages`; a stage
 * that is not larger than the one before has the same end and is skipped. No stage but the last reaches everyone,
 * and the first never more than half of the fleet (a fleet of one host has nothing to stage).
 */
export function stageTargets(plan: Plan, eligible: number): number[] {
  let before = 0;
  return plan.stages.map((stage, i) => {
    let end = eligible;
    if (stage.kind === 'hosts') end = Math.min(stage.hosts, eligible);
    else if (stage.kind === 'share') end = Math.floor(stage.share * eligible);
    if (stage.kind !== 'all')
      end = Math.min(end, i === 0 ? Math.max(1, Math.floor(eligible / 2)) : eligible - 1);
    before = Math.max(before, end);
    return before;
  });
}

/** The stages that remain when those not larger than the one before are dropped. */
export function stageEnds(plan: Plan, eligible: number): number[] {
  return [...new Set(stageTargets(plan, eligible))].filter((end) => end > 0);
}

/** The budget in failures above p0 for a fleet of this size. */
export function budgetFor(plan: Plan, eligible: number): number {
  return plan.budget === 'auto' ? defaultBudget(eligible) : plan.budget;
}
