import { describe, expect, test } from 'vitest';
import * as lib from '../src/index.ts';
import {
  createPlan,
  defaultPlan,
  fleetFor,
  type Job,
  type Outcome,
  type PlanInput,
  type PolicyName,
  policyFor,
  REFERENCE_FLEET,
  runScenario,
  SCENARIOS,
  scenarioNamed,
  simulate,
  World,
} from '../src/index.ts';
import { RingfencePolicy } from '../src/simulate/policy-ringfence.ts';
import type { Lib } from './harness.ts';
import { mutate } from './mutant.ts';

const SEED = 'a seed for the tests';
const job = (scenario: string, policy: PolicyName, hosts: number, seed = 1): Job => ({
  scenario: scenarioNamed(scenario),
  hosts,
  seed,
  policy,
  plan: defaultPlan(SEED),
});

describe('19 July', { timeout: 120_000 }, () => {
  test('ten hosts instead of all, and the halt within the deadline and a check-in', () => {
    const ours = simulate(job('july-19', 'ringfence', 20_000));
    expect(ours).toMatchObject({ exposed: 10, harmed: 10, needHands: 10 });
    expect(ours.haltAtS).toBeLessThanOrEqual(420);
    const all = simulate(job('july-19', 'all-at-once', 20_000));
    expect(all.harmed).toBeGreaterThan(19_000);
    // Silent hosts report nothing, so a halt at 5 % of the reports never comes.
    expect(simulate(job('july-19', 'fixed', 20_000)).harmed).toBeGreaterThan(19_000);
    expect(simulate(job('july-19', 'fixed-timeout', 20_000))).toMatchObject({ harmed: 200 });
  });

  const july = (library: Lib, plan: Partial<PlanInput> = {}): Outcome =>
    library.simulate({
      scenario: library.scenarioNamed('july-19'),
      hosts: 20_000,
      seed: 1,
      policy: 'ringfence',
      plan: library.createPlan({ seed: SEED, ...plan }),
    });

  test('control: with silence counted as health the figure breaks', async () => {
    using mutant = await mutate({
      rule: 'silence',
      file: 'decide/deadlines.ts',
      from: 'return failTrial(state, host, PRESUMED_FAILED);',
      to: 'settleHost(state, host, PENDING | UNRESOLVED); move(state, host, HEALTHY); return false;',
    });
    expect(july(mutant.lib).harmed).toBeGreaterThan(1000);
  });

  test('control: with a first batch of 1 % the figure breaks', async () => {
    using mutant = await mutate({
      rule: 'first batch',
      file: 'decide/pacing.ts',
      from: 'n === 0 ? 2 * plan.ramp.failures :',
      to: 'n === 0 ? room :',
    });
    expect(july(mutant.lib, { stages: ['1%', '20%', 'all'] }).harmed).toBeGreaterThan(12);
    expect(july(lib, { stages: ['1%', '20%', 'all'] }).harmed).toBe(10);
  });
});

describe('scenarios', { timeout: 180_000 }, () => {
  test('a time bomb harms the first ten', () => {
    for (const seed of [1, 2, 3])
      expect(simulate(job('time-bomb', 'ringfence', 3000, seed)).harmed).toBeLessThanOrEqual(10);
  });

  test('one bad build harms a handful', () => {
    for (const seed of [1, 2, 3]) {
      const outcome = simulate(job('one-build', 'ringfence', 10_000, seed));
      expect(outcome.harmed).toBeLessThanOrEqual(12);
      expect(outcome.haltAtS).not.toBeNull();
    }
  });

  test('good releases finish: asleep, cut off, and with the server away', () => {
    for (const scenario of ['good', 'sleepy-laptops', 'server-outage']) {
      for (const seed of [1, 2]) {
        const outcome = simulate(job(scenario, 'ringfence', 1200, seed));
        expect(outcome, `${scenario} ${seed}`).toMatchObject({ haltAtS: null, asked: 0, harmed: 0 });
        expect(outcome.t99S, `${scenario} ${seed}`).not.toBeNull();
      }
    }
  });

  test('control: without goodbyes, sleep is a crash and good releases halt', () => {
    const spec = { ...REFERENCE_FLEET, closePerMinute: 0.05, goodbyes: 0 };
    const halted = [1, 2, 3].filter(
      (seed) => simulate({ ...job('good', 'ringfence', 3000, seed), spec }).haltAtS !== null,
    );
    expect(halted.length).toBeGreaterThan(0);
  });

  test('each has its rate, onset and criterion', () => {
    expect(SCENARIOS.map((s) => s.name)).toEqual([
      'july-19',
      'one-build',
      'time-bomb',
      'rare',
      'rare-late',
      'sleepy-laptops',
      'server-outage',
      'good',
    ]);
    expect(() => scenarioNamed('july-20')).toThrow(/there are july-19/);
    expect(() => simulate(job('good', 'ringfence', 0))).toThrow(/1 to 10000000/);
  });
});

describe('the simulator', { timeout: 120_000 }, () => {
  test('only check-ins that change state are events: all check-ins give the same decisions', () => {
    const play = (everyCheckIn: boolean): { outcome: Outcome; decisions: string } => {
      const one = job('good', 'ringfence', 400);
      const policy = policyFor(one) as RingfencePolicy;
      const outcome = new World(fleetFor(one), policy, one.scenario, { everyCheckIn }).run();
      return {
        outcome,
        decisions: JSON.stringify(
          policy.decisions.map(({ time, decision }) => [
            time,
            decision.type,
            decision.type === 'offer' ? [...decision.hosts] : null,
          ]),
        ),
      };
    };
    const few = play(false);
    const all = play(true);
    expect(all.decisions).toBe(few.decisions);
    expect(all.outcome).toEqual(few.outcome);
  });

  test('the same seed gives the same outcome, another seed another', () => {
    expect(simulate(job('rare', 'ringfence', 3000, 5))).toEqual(simulate(job('rare', 'ringfence', 3000, 5)));
    expect(simulate(job('good', 'ringfence', 3000, 5)).t50S).not.toBe(
      simulate(job('good', 'ringfence', 3000, 6)).t50S,
    );
  });

  test('worker threads give what one thread gives, in the promised shape', async () => {
    const { summary, first } = await runScenario(
      { scenario: scenarioNamed('july-19'), hosts: 1500, seeds: 2, plan: createPlan({ seed: SEED }) },
      { workers: 2 },
    );
    expect(first.get('ringfence')?.harmed).toBe(simulate(job('july-19', 'ringfence', 1500)).harmed);
    expect(summary.policies.map((p) => p.policy)).toEqual([
      'all-at-once',
      'fixed',
      'fixed-timeout',
      'ringfence',
    ]);
    expect(Object.keys(summary.policies[0] ?? {})).toEqual([
      'policy',
      'exposed',
      'harmed',
      'harmedP95',
      'harmedP99',
      'needHands',
      'haltAtS',
      't50S',
      't90S',
      't99S',
      'falseHalts',
      'asked',
    ]);
    expect(lib.reportScenario(scenarioNamed('july-19'), summary, first)).toMatch(/all-at-once +[▁-█]/);
  });

  test('an interrupted run ends its threads', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('interrupted')), 300);
    await expect(
      runScenario(
        { scenario: scenarioNamed('good'), hosts: 200_000, seeds: 50, plan: createPlan({ seed: SEED }) },
        { workers: 2, signal: abort.signal },
      ),
    ).rejects.toThrow('interrupted');
  });
});

describe('batches', () => {
  const base = {
    plan: defaultPlan(SEED),
    hosts: 1_000_000,
    p: 0,
    onset: 0,
    background: 0.001,
    labels: lib.referenceLabels(1_000_000),
  };
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;

  test('a late fault of 0.5 % on 8.5 million hosts harms tens, with the bound off hundreds', () => {
    const late = (plan: lib.Plan): number =>
      median(
        Array.from(
          { length: 40 },
          (_, i) =>
            lib.runBatches({
              ...base,
              plan,
              hosts: 8_500_000,
              p: 0.005,
              onset: 3 * 3600,
              seed: i,
              labels: lib.referenceLabels(8_500_000),
            }).harmed,
        ),
      );
    expect(late(base.plan)).toBeLessThan(100);
    expect(late(createPlan({ seed: SEED, waves: { lateFailures: 1_000_000 } }))).toBeGreaterThan(300);
  });

  test('a rate just below p0 finishes, one at five times p0 does not', () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(lib.runBatches({ ...base, background: 0.0019, seed }).end).toBe('finished');
      expect(lib.runBatches({ ...base, p: 0.01, seed }).end).toBe('halted');
    }
  });
});
