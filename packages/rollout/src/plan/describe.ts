import { nextBatch } from '../decide/pacing.ts';
import { RolloutError } from '../errors.ts';
import { upperBound } from '../statistics/upper-bound.ts';
import type { Plan } from './plan.ts';
import { budgetFor, stageEnds, stageTargets } from './stages.ts';
import { formatCount, formatDuration } from './units.ts';

const MAX_BATCHES = 500;

/** One line of the timeline: a batch or a wait of a release that fails only at the background rate. */
export interface TimelineEntry {
  /** Seconds from the start. */
  readonly at: number;
  readonly stage: number;
  readonly batch: number;
  /** Exposed hosts after it. */
  readonly total: number;
}

/**
 * What a good release of this plan would do, when, to how many hosts, if somebody were always awake.
 * @throws RolloutError `plan-cannot-finish`, `plan-over-budget`
 */
export function timeline(plan: Plan, hosts: number): TimelineEntry[] {
  if (!Number.isInteger(hosts) || hosts < 1)
    throw new RolloutError('bad-number', `a fleet has at least one host, not ${hosts}`, { received: hosts });
  const entries: TimelineEntry[] = [];
  const targets = stageTargets(plan, hosts);
  const lane = plan.lanes[plan.lane];
  const budget = budgetFor(plan, hosts);
  const first = Math.min(targets[0] as number, 2 * plan.ramp.failures);
  if (first > budget)
    throw new RolloutError(
      'plan-over-budget',
      `the first batch of ${first} hosts can fail as a whole, more than the budget of ${budget} failures: make the first stage smaller or the budget larger`,
    );
  const batches: { at: number; n: number }[] = [];
  let [n, at, stage, last] = [0, 0, 0, 0];
  while (n < hosts) {
    if (stage < targets.length - 1 && n >= Math.ceil((targets[stage] as number) * 0.99)) {
      at = Math.max(at, last + (lane.soak === 0 ? 0 : lane.soak + plan.firstProof));
      stage++;
      continue;
    }
    let settled = 0;
    for (const b of batches) if (b.at + plan.waves.settle <= at) settled = b.n;
    // Background failures show evenly over a trial.
    let failures = 0;
    for (const e of entries)
      failures +=
        e.batch * plan.background * Math.min(1, (at - e.at) / Math.max(1, plan.lanes.standard.soak));
    const S = Math.round(failures);
    const pace = nextBatch(
      plan,
      { n, S, unresolved: 0, settled },
      (targets[stage] as number) - n,
      hosts,
      plan.lane === 'emergency',
    );
    if (pace.size <= 0) {
      if (pace.bound === 'late' && at < last + plan.waves.settle) {
        at = last + plan.waves.settle;
        continue;
      }
      throw new RolloutError(
        'plan-cannot-finish',
        `after ${formatCount(n)} of ${formatCount(hosts)} hosts a release that fails only at the background rate would stop for good (bound: ${pace.bound}): raise ${pace.bound === 'budget' ? 'the budget' : 'waves.lateFailures'} or measure the background rate again`,
      );
    }
    if (entries.length >= MAX_BATCHES)
      throw new RolloutError(
        'plan-cannot-finish',
        `more than ${MAX_BATCHES} batches for ${formatCount(hosts)} hosts: raise ramp.failures or waves.factor, or lower ramp.until`,
      );
    n += pace.size;
    entries.push({ at, stage, batch: pace.size, total: n });
    batches.push({ at, n });
    last = at;
    at += lane.loadProof;
  }
  return entries;
}

/** The plan in words and as a timeline. */
export function describePlan(plan: Plan, hosts: number): string {
  const entries = timeline(plan, hosts);
  const ends = stageEnds(plan, hosts);
  const lane = plan.lanes[plan.lane];
  const out: string[] = [];
  const percent = (x: number): string => `${Number((x * 100).toPrecision(3))} %`;
  out.push(`A release of "${plan.category}" to ${formatCount(hosts)} hosts in the ${plan.lane} lane.`);
  out.push('');
  out.push(
    `Stages end at ${ends.map(formatCount).join(', ')} hosts. A batch is paced by a load proof of ${formatDuration(lane.loadProof)}, a stage by ${lane.soak === 0 ? 'nothing else' : `a soak of ${formatDuration(lane.soak)}`}.`,
  );
  out.push(
    `A good release fails on up to ${percent(plan.p0)} of hosts (p0 = 2 × (${percent(plan.background)} background + ${percent(plan.falseSilence)} false silence)); it halts by mistake once in ${formatCount(1 / plan.alpha)} releases.`,
  );
  out.push(
    `An exposed host proves that it has loaded within ${formatDuration(plan.firstProof)} of delivery, or counts as failed; after the soak it has ${Object.entries(
      plan.classes,
    )
      .map(([name, c]) => `${formatDuration(c.gap)} (${name})`)
      .join(', ')}.`,
  );
  out.push(
    `Ramp: open exposures stay within ${plan.ramp.failures} failures at the upper bound of the rate (${percent(upperBound(10, 0))} after 10 healthy hosts), up to ${formatCount(plan.ramp.until)} hosts. Then waves of at most ${plan.waves.factor} × what has proved itself.`,
  );
  out.push(
    `A person is asked before failures above p0 could pass ${formatCount(budgetFor(plan, hosts))}. A halt ${plan.onHalt === 'revert' ? 'takes the release back from every exposed host' : 'freezes the release where it is'}.`,
  );
  out.push(
    `At most ${percent(plan.groupShare)} of a redundancy group (one host at least) is unproved or failed at any time; at most ${plan.newLabelBatch} hosts a batch come from a label value without a healthy host.`,
  );
  if (plan.pins.length > 0)
    out.push(`Pinned: ${plan.pins.map((p) => `${p.label} = ${p.value} to ${p.release}`).join('; ')}.`);
  if (plan.exclude.length > 0)
    out.push(`Excluded: ${plan.exclude.map((p) => `${p.label} = ${p.value}`).join('; ')}.`);
  if (plan.freeze.length > 0)
    out.push(
      `Frozen: ${plan.freeze.map((f) => `${new Date(f.from * 1000).toISOString()} to ${new Date(f.until * 1000).toISOString()}`).join('; ')}.`,
    );
  if (plan.paused) out.push('It starts paused and waits for "resume".');
  out.push('');
  out.push('  when        stage       batch    exposed in all');
  for (const e of entries) {
    out.push(
      `  ${formatDuration(e.at).padEnd(12)}${String(e.stage + 1).padStart(3)}${formatCount(e.batch).padStart(14)}${formatCount(e.total).padStart(14)}  ${percent(e.total / hosts)}`,
    );
  }
  const end = (entries.at(-1) as TimelineEntry).at + (lane.soak === 0 ? lane.loadProof : lane.soak);
  out.push(`  ${formatDuration(end).padEnd(14)}the last host has proved itself`);
  out.push('');
  out.push('Hosts that sleep get their offer when they wake; a fleet with laptops takes hours longer.');
  return `${out.join('\n')}\n`;
}
