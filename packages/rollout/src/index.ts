export type { Decision, HaltEvidence, Stamp, WaitReason } from './decide/decisions.ts';
export { FAILURE_KINDS, type FailureKind, type RolloutEvent } from './decide/events.ts';
export { combinedLogE } from './decide/evidence.ts';
export { contentOf, type HostStanding, type RunSummary, standingOf, statusOf } from './decide/inspect.ts';
export { type Bound, type Evidence, nextBatch, type Pace } from './decide/pacing.ts';
export { needsHands } from './decide/revert.ts';
export { restore, SNAPSHOT_VERSION, snapshot } from './decide/snapshot.ts';
export { createState, type RolloutState } from './decide/state.ts';
export { step } from './decide/step.ts';
export { RolloutError, type RolloutErrorCode } from './errors.ts';
export { type Baseline, BaselineEstimator, baselineLines, type ClassBaseline } from './history/baseline.ts';
export { Explainer, type Explanation, explainLine } from './history/explain.ts';
export { LOG_VERSION, LogReader, logHeader, logLine, parseLog, planInput } from './history/log.ts';
export { describePlan, type TimelineEntry, timeline } from './plan/describe.ts';
export { createPlan, defaultPlan, parsePlan } from './plan/parse.ts';
export type { Plan } from './plan/plan.ts';
export type { Lane, PlanFields, PlanInput, Stage } from './plan/schema.ts';
export { budgetFor, stageEnds } from './plan/stages.ts';
export { formatCount, formatDuration } from './plan/units.ts';
export { type BatchOutcome, type BatchRun, referenceLabels, runBatches } from './simulate/batches.ts';
export {
  type PoolOptions,
  type Progress,
  runScenario,
  type ScenarioRun,
  simulateAll,
} from './simulate/pool.ts';
export { type FleetSpec, REFERENCE_FLEET } from './simulate/reference-fleet.ts';
export { reportScenario } from './simulate/report.ts';
export {
  fleetFor,
  type Job,
  MAX_SIMULATED,
  POLICIES,
  type PolicyName,
  policyFor,
  scenarioNamed,
  simulate,
} from './simulate/run.ts';
export { SCENARIOS, type Scenario } from './simulate/scenarios.ts';
export { type PolicySummary, quantile, type ScenarioSummary, summarize } from './simulate/summary.ts';
export { type Outcome, World, type WorldOptions } from './simulate/world.ts';
export { defaultBudget, knownExcess, openWithinBudget } from './statistics/budget.ts';
export { alternatives, logE } from './statistics/e-process.ts';
export { upperBound } from './statistics/upper-bound.ts';
