export { RolloutError, type RolloutErrorCode } from './errors.ts';

export { alternatives, logE } from './statistics/e-process.ts';
export { upperBound } from './statistics/upper-bound.ts';
export { defaultBudget, knownExcess, openWithinBudget } from './statistics/budget.ts';

export { createPlan, defaultPlan, parsePlan } from './plan/parse.ts';
export type { Plan } from './plan/plan.ts';
export type { Lane, PlanFields, PlanInput, Stage } from './plan/schema.ts';
export { budgetFor, stageEnds } from './plan/stages.ts';
export { describePlan, timeline, type TimelineEntry } from './plan/describe.ts';
export { formatCount, formatDuration } from './plan/units.ts';

export { step } from './decide/step.ts';
export { createState, type RolloutState } from './decide/state.ts';
export { restore, snapshot, SNAPSHOT_VERSION } from './decide/snapshot.ts';
export { FAILURE_KINDS, type FailureKind, type RolloutEvent } from './decide/events.ts';
export type { Decision, HaltEvidence, Stamp, WaitReason } from './decide/decisions.ts';
export { type Bound, type Evidence, nextBatch, type Pace } from './decide/pacing.ts';
export { needsHands } from './decide/revert.ts';
export { combinedLogE } from './decide/evidence.ts';
export { contentOf, type HostStanding, standingOf, statusOf, type RunSummary } from './decide/inspect.ts';

export { LOG_VERSION, LogReader, logHeader, logLine, parseLog, planInput } from './history/log.ts';
export { Explainer, explainLine, type Explanation } from './history/explain.ts';
export { type Baseline, BaselineEstimator, baselineLines, type ClassBaseline } from './history/baseline.ts';

export { type FleetSpec, REFERENCE_FLEET } from './simulate/reference-fleet.ts';
export { type Scenario, SCENARIOS } from './simulate/scenarios.ts';
export { fleetFor, type Job, MAX_SIMULATED, POLICIES, policyFor, type PolicyName, scenarioNamed, simulate } from './simulate/run.ts';
export { type PoolOptions, type Progress, runScenario, type ScenarioRun, simulateAll } from './simulate/pool.ts';
export { type PolicySummary, quantile, type ScenarioSummary, summarize } from './simulate/summary.ts';
export { reportScenario } from './simulate/report.ts';
export { type Outcome, World, type WorldOptions } from './simulate/world.ts';
export { type BatchOutcome, type BatchRun, referenceLabels, runBatches } from './simulate/batches.ts';
