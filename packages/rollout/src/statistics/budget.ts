/**
 * Budget in failures above p0: the excess already known plus the excess that the open exposures could add at
 * the upper bound of the rate. It asks a person before a rate just above p0, which no test halts quickly,
 * costs many hosts. With p0 (not the background rate) in its place a release just below p0 never asks.
 */
export function knownExcess(n: number, S: number, p0: number): number {
  return Math.max(0, S - p0 * n);
}

/** How many exposures may be open at once, so that known and possible excess stay within `budget`; may be Infinity. */
export function openWithinBudget(budget: number, n: number, S: number, upper: number, p0: number): number {
  const left = budget - knownExcess(n, S, p0);
  if (left <= 0) return 0;
  const perHost = upper - p0;
  return perHost <= 0 ? Number.POSITIVE_INFINITY : Math.floor(left / perHost);
}

/** The default budget: 50 failures, or 0.01 % of the fleet where that is more. */
export function defaultBudget(hosts: number): number {
  return Math.max(50, hosts * 0.0001);
}
