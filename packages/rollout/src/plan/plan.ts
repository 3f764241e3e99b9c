import { RolloutError } from '../errors.ts';
import { upperBound } from '../statistics/upper-bound.ts';
import type { PlanFields } from './schema.ts';

/** A checked plan and the figures that follow from it. */
export type Plan = Readonly<PlanFields> & {
  /** The rate that a good release stays below: 2 × (background + false silence). */
  readonly p0: number;
};

/** One contradiction: where in the plan, what is wrong, what cures it. */
export interface PlanProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly code: 'plan-contradiction' | 'plan-over-budget';
}

/** Adds what follows from the fields. The caller has looked at `findProblems`. */
export function completePlan(fields: PlanFields): Plan {
  // Rounded to 12 digits: 2 × (0.001 + 0.0001) is 0.0022, not 0.0022000000000000001.
  return { ...fields, p0: Number((2 * (fields.background + fields.falseSilence)).toPrecision(12)) };
}

/** Contradictions that need no fleet size to be seen. */
export function findProblems(plan: Plan): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const say = (
    path: (string | number)[],
    message: string,
    code: PlanProblem['code'] = 'plan-contradiction',
  ): void => {
    problems.push({ path, message, code });
  };
  const { stages } = plan;
  if (stages.at(-1)?.kind !== 'all')
    say(['stages', stages.length - 1], 'the last stage must be "all": without it the release never finishes');
  stages.forEach((stage, i) => {
    if (stage.kind === 'all' && i < stages.length - 1)
      say(['stages', i], '"all" before the last stage would reach everyone early: move it to the end');
    if (stage.kind === 'share' && stage.share > 0.5)
      say(['stages', i], 'a stage before "all" takes at most 50 % of the fleet');
    if (i === 0) return;
    const before = stages[i - 1];
    if (stage.kind === 'hosts' && before?.kind === 'hosts' && stage.hosts <= before.hosts)
      say(['stages', i], `stages grow: ${stage.hosts} is not more than ${before.hosts}`);
    if (stage.kind === 'share' && before?.kind === 'share' && stage.share <= before.share)
      say(['stages', i], 'stages grow: this share is not more than the one before');
  });
  const first = stages[0];
  if (first?.kind === 'share' && first.share > 0.01)
    say(
      ['stages', 0],
      'the first stage takes at most 1 % of the fleet; 10 hosts are enough to see a release that fails everywhere',
    );
  if (first?.kind === 'hosts') {
    const bound = Math.max(10, Math.floor(plan.ramp.failures / upperBound(0, 0)));
    if (first.hosts > 100 * bound)
      say(['stages', 0], `a first stage of ${first.hosts} hosts is no canary: take 10`);
    if (plan.budget !== 'auto' && first.hosts > plan.budget)
      say(
        ['stages', 0],
        `the first stage of ${first.hosts} hosts can fail as a whole, more than the budget of ${plan.budget} failures: make it smaller`,
        'plan-over-budget',
      );
  }
  if (!(plan.background > 0))
    say(['background'], 'the background rate is above 0: measure it with "ringfence rollout baseline"');
  if (plan.p0 >= 0.5)
    say(['background'], `p0 = 2 × (background + falseSilence) is ${plan.p0}: it must stay below 50 %`);
  if (plan.falseSilence > plan.p0 / 10 + 1e-15)
    say(
      ['falseSilence'],
      `false silence ${plan.falseSilence} is more than p0/10 = ${plan.p0 / 10}: good releases would halt; give the classes a longer gap`,
    );
  if (!(plan.alpha > 0 && plan.alpha <= 0.05))
    say(['alpha'], 'alpha, the chance of a false halt, lies above 0 and is at most 5 %');
  if (!(plan.groupShare > 0)) say(['groupShare'], 'the share of a redundancy group is above 0');
  if (!(plan.stageShare >= 0.5))
    say(['stageShare'], 'at least 50 % of a stage must prove itself before the next begins');
  if (!(plan.complete > 0)) say(['complete'], 'a release is complete at a share above 0');
  if (plan.firstProof < plan.clock)
    say(
      ['firstProof'],
      `a deadline of ${plan.firstProof} s is shorter than one clock interval of ${plan.clock} s`,
    );
  if (plan.clock < 1) say(['clock'], 'the clock interval is at least 1 s');
  if (plan.lanes.standard.loadProof < plan.firstProof)
    say(
      ['lanes', 'standard', 'loadProof'],
      'a load proof is not shorter than firstProof: a batch would be left before its hosts are due',
    );
  if (plan.lanes.emergency.loadProof < plan.firstProof)
    say(
      ['lanes', 'emergency', 'loadProof'],
      'a load proof is not shorter than firstProof: a batch would be left before its hosts are due',
    );
  if (plan.lanes.standard.soak < plan.lanes.standard.loadProof)
    say(['lanes', 'standard', 'soak'], 'the soak of the standard lane is not shorter than its load proof');
  if (plan.siteLabel !== null && !plan.labels.includes(plan.siteLabel))
    say(
      ['siteLabel'],
      `"${plan.siteLabel}" is not among the labels ${plan.labels.join(', ')}: name one of them, or null`,
    );
  if (new Set(plan.labels).size !== plan.labels.length) say(['labels'], 'a label is named twice');
  plan.freeze.forEach((f, i) => {
    if (f.until <= f.from) say(['freeze', i], 'a freeze ends after it begins');
  });
  plan.pins.forEach((p, i) => {
    if (!plan.labels.includes(p.label)) say(['pins', i, 'label'], `"${p.label}" is not among the labels`);
    if (
      plan.pins.some((q, j) => j < i && q.label === p.label && q.value === p.value && q.release !== p.release)
    )
      say(['pins', i], `${p.label} = ${p.value} is pinned to two releases`);
  });
  plan.exclude.forEach((p, i) => {
    if (!plan.labels.includes(p.label)) say(['exclude', i, 'label'], `"${p.label}" is not among the labels`);
  });
  return problems;
}

/** Throws the first problem; for plans that were built in code. */
export function assertPlan(plan: Plan): void {
  const problem = findProblems(plan)[0];
  if (problem !== undefined)
    throw new RolloutError(problem.code, `${problem.path.join('.')}: ${problem.message}`);
}
