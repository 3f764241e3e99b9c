import { inRamp, nextBatch } from '../decide/pacing.ts';
import type { Plan } from '../plan/plan.ts';
import { stageTargets } from '../plan/stages.ts';
import { logE } from '../statistics/e-process.ts';
import { stream } from './random.ts';

/** A release at the level of the statistics: batches and counts, no single hosts, always somebody awake. */
export interface BatchRun {
  readonly plan: Plan;
  readonly hosts: number;
  readonly seed: number;
  /** Share of hosts that the release makes fail, and when after their load. */
  readonly p: number;
  readonly onset: number;
  /** Share that fails within a trial for other reasons. */
  readonly background: number;
  /** All hosts of one label value with this share fail at load (then `p` is 0). */
  readonly build?: number;
  /** Shares of the label values, one list per label; the test spreads half of its weight over them. */
  readonly labels: readonly (readonly number[])[];
}

export interface BatchOutcome {
  readonly exposed: number;
  readonly harmed: number;
  readonly batches: number;
  readonly end: 'finished' | 'halted' | 'asked' | 'stalled';
  readonly seconds: number;
}

/** Shares like those of the reference fleet of this size: builds, roles, sites, models, tiers. */
export function referenceLabels(hosts: number): number[][] {
  const parts = (n: number, share: number): number[] => Array.from({ length: n }, () => share / n);
  const even = (n: number): number[] => parts(n, 1);
  return [
    [0.38, 0.22, 0.16, 0.1, 0.06, 0.05, ...parts(20, 0.03)],
    [0.55, 0.25, ...parts(12, 0.2)],
    even(Math.max(1, Math.ceil(hosts / 2000))),
    even(60),
    even(3),
  ];
}

const FIRST_PROOF_KNOWN = 300;
const MAX_BATCHES = 2000;

/** Plays one release with the product's own pacing, bound, budget and test. */
export function runBatches(run: BatchRun): BatchOutcome {
  const { plan, hosts, p, onset, background, labels } = run;
  const random = stream(run.seed);
  const test = new WeightedTest(plan, labels, run.build ?? null);
  const targets = stageTargets(plan, hosts);
  const lane = plan.lanes[plan.lane];
  /** Failures that are not yet known: own ones by time, with the count at that time. */
  const future: { at: number; own: number; other: number; build: number }[] = [];
  const trials: { at: number; size: number }[] = [];
  let n = 0;
  let time = 0;
  let harmed = 0;
  let batches = 0;
  let stage = 0;
  let lastBatch = 0;
  let buildProved = false;

  /** Lets time pass; true when the test halts. */
  const pass = (until: number): boolean => {
    future.sort((a, b) => a.at - b.at);
    while (future.length > 0 && (future[0] as { at: number }).at <= until) {
      const next = future.shift() as (typeof future)[number];
      harmed += next.own + next.build;
      for (let i = 0; i < next.own + next.other; i++) test.fail(n, random, false);
      for (let i = 0; i < next.build; i++) test.fail(n, random, true);
      if (test.crossed(n)) {
        time = next.at;
        // Those due within one check-in of the halt are harmed too: the revert has not reached them.
        for (const late of future) if (late.at <= time + 60) harmed += late.own + late.build;
        return true;
      }
    }
    time = until;
    return false;
  };
  const closedAt = (when: number): number => {
    let closed = 0;
    for (const trial of trials) if (trial.at + lane.soak <= when) closed += trial.size;
    return closed;
  };
  const settledAt = (when: number): number => {
    let settled = closedAt(when);
    let sum = 0;
    for (const trial of trials) {
      sum += trial.size;
      if (trial.at + plan.waves.settle <= when) settled = Math.max(settled, sum);
    }
    return settled;
  };
  const outcome = (end: BatchOutcome['end']): BatchOutcome => ({
    exposed: n,
    harmed,
    batches,
    end,
    seconds: time,
  });

  for (;;) {
    while (stage < targets.length - 1 && n >= Math.ceil((targets[stage] as number) * 0.99)) {
      if (pass(lastBatch + lane.soak + plan.firstProof)) return outcome('halted');
      stage++;
    }
    const room = (targets[stage] as number) - n;
    if (room <= 0) return pass(lastBatch + lane.soak + 60) ? outcome('halted') : outcome('finished');
    const evidence = { n, S: test.S, unresolved: 0, settled: settledAt(time) };
    const pace = nextBatch(plan, evidence, room, hosts, plan.lane === 'emergency');
    if (pace.size <= 0) {
      if (pace.bound !== 'late') return outcome(pace.bound === 'budget' ? 'asked' : 'stalled');
      if (pass(Math.max(time + 60, lastBatch + plan.waves.settle))) return outcome('halted');
      continue;
    }
    if (++batches > MAX_BATCHES) return outcome('stalled');
    const size = pace.size;
    let inBuild = 0;
    if (run.build !== undefined) {
      inBuild = binomial(size, run.build, random);
      if (stage > 0 && !buildProved) inBuild = Math.min(inBuild, plan.newLabelBatch);
      if (inRamp(plan, n)) inBuild = Math.min(inBuild, Math.ceil(size * run.build));
      test.exposeBuild(inBuild);
    }
    n += size;
    trials.push({ at: time, size });
    lastBatch = time;
    const own = binomial(size - inBuild, p, random);
    const known = onset === 0 ? FIRST_PROOF_KNOWN : onset;
    if (own > 0 || inBuild > 0) {
      future.push({ at: time + known, own, other: 0, build: 0 });
      // Silent at load: the deadline of the first proof.
      if (inBuild > 0) future.push({ at: time + FIRST_PROOF_KNOWN, own: 0, other: 0, build: inBuild });
    }
    const others = binomial(size - inBuild, background, random);
    for (let i = 0; i < others; i++)
      future.push({ at: time + 60 + Math.floor(random() * lane.soak), own: 0, other: 1, build: 0 });
    if (pass(time + lane.loadProof + 60)) return outcome('halted');
  }
}

/** The combined test on counts: exposures of a label value are its share of all. */
class WeightedTest {
  S = 0;
  readonly #plan: Plan;
  readonly #shares: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #cumulative: number[] = [];
  readonly #failed: Int32Array;
  readonly #e: Float64Array;
  readonly #touched: number[] = [];
  #sum: number;
  /** The label value in question, when there is one: its exposures are counted, not a share. */
  #build = 0;
  #buildFailed = 0;
  readonly #hasBuild: boolean;

  constructor(plan: Plan, labels: BatchRun['labels'], build: number | null) {
    this.#plan = plan;
    this.#hasBuild = build !== null;
    for (const shares of labels) {
      this.#from.push(this.#shares.length);
      let sum = 0;
      for (const share of shares) {
        sum += share;
        this.#shares.push(share);
        this.#cumulative.push(sum);
      }
      this.#to.push(this.#shares.length);
    }
    this.#failed = new Int32Array(this.#shares.length);
    this.#e = new Float64Array(this.#shares.length).fill(1);
    this.#sum = this.#shares.length;
  }

  exposeBuild(hosts: number): void {
    this.#build += hosts;
  }

  fail(n: number, random: () => number, ofBuild: boolean): void {
    this.S++;
    if (ofBuild) this.#buildFailed++;
    for (let label = 0; label < this.#from.length; label++) {
      // The build in question stands beside the other values of the first label.
      if (label === 0 && ofBuild) continue;
      const u = random() * (this.#cumulative[(this.#to[label] as number) - 1] as number);
      let low = this.#from[label] as number;
      let high = (this.#to[label] as number) - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((this.#cumulative[middle] as number) > u) high = middle;
        else low = middle + 1;
      }
      if (this.#failed[low] === 0) this.#touched.push(low);
      this.#failed[low] = (this.#failed[low] as number) + 1;
      this.#refresh(low, n);
    }
  }

  #refresh(k: number, n: number): void {
    const S = this.#failed[k] as number;
    const exposed = Math.max(S, Math.round(n * (this.#shares[k] as number)));
    const e = Math.min(1e15, Math.exp(logE(exposed, S, this.#plan.p0)));
    this.#sum += e - (this.#e[k] as number);
    this.#e[k] = e;
  }

  crossed(n: number): boolean {
    const { p0, alpha } = this.#plan;
    const strata = this.#shares.length + (this.#hasBuild ? 1 : 0);
    const build =
      this.#hasBuild && this.#build > 0
        ? Math.min(1e15, Math.exp(logE(this.#build, this.#buildFailed, p0)))
        : 0;
    const overall = 0.5 * Math.min(1e15, Math.exp(logE(n, this.S, p0))) + (0.5 / strata) * build;
    const rest = (): number => (0.5 / strata) * this.#sum;
    if (overall + rest() < 0.99 / alpha) return false;
    for (const k of this.#touched) this.#refresh(k, n);
    return overall + rest() >= 1 / alpha;
  }
}

/** A binomial number: by the gaps between successes while they are few (exact), by the normal law when they are many. */
export function binomial(n: number, p: number, random: () => number): number {
  if (p <= 0 || n <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  if (n * p < 200) {
    const log = Math.log1p(-p);
    let count = 0;
    for (
      let at = Math.floor(Math.log(1 - random()) / log);
      at < n;
      at += 1 + Math.floor(Math.log(1 - random()) / log)
    )
      count++;
    return count;
  }
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, Math.min(n, Math.round(n * p + normal * Math.sqrt(n * p * (1 - p)))));
}
