import type { PolicyName } from './run.ts';
import type { Scenario } from './scenarios.ts';
import type { Outcome } from './world.ts';

/** What `simulate --json` prints for a policy: medians over the seeds, null for what did not happen. */
export interface PolicySummary {
  readonly policy: PolicyName;
  readonly exposed: number;
  readonly harmed: number;
  readonly harmedP95: number;
  readonly harmedP99: number;
  readonly needHands: number;
  readonly haltAtS: number | null;
  readonly t50S: number | null;
  readonly t90S: number | null;
  readonly t99S: number | null;
  /** Seeds in which a good release was halted. */
  readonly falseHalts: number;
  /** Seeds in which a person was asked. */
  readonly asked: number;
}

export interface ScenarioSummary {
  readonly scenario: string;
  readonly hosts: number;
  readonly seeds: number;
  readonly policies: readonly PolicySummary[];
}

/** The smallest value that at least a share `q` of the values does not exceed; null counts as never. */
export function quantile(values: readonly (number | null)[], q: number): number | null {
  const sorted = values.map((v) => v ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1))];
  return value === undefined || value === Number.POSITIVE_INFINITY ? null : value;
}

/** One policy's outcomes over the seeds. */
export function summarize(
  policy: PolicyName,
  scenario: Scenario,
  outcomes: readonly Outcome[],
): PolicySummary {
  const of = (pick: (o: Outcome) => number | null, q = 0.5): number | null => quantile(outcomes.map(pick), q);
  return {
    policy,
    exposed: of((o) => o.exposed) ?? 0,
    harmed: of((o) => o.harmed) ?? 0,
    harmedP95: of((o) => o.harmed, 0.95) ?? 0,
    harmedP99: of((o) => o.harmed, 0.99) ?? 0,
    needHands: of((o) => o.needHands) ?? 0,
    haltAtS: of((o) => o.haltAtS),
    t50S: of((o) => o.t50S),
    t90S: of((o) => o.t90S),
    t99S: of((o) => o.t99S),
    falseHalts: scenario.rate > 0 ? 0 : outcomes.filter((o) => o.haltAtS !== null).length,
    asked: outcomes.filter((o) => o.asked > 0).length,
  };
}
