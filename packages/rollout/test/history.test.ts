import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BaselineEstimator,
  baselineLines,
  createPlan,
  defaultPlan,
  Explainer,
  explainLine,
  fleetFor,
  logHeader,
  logLine,
  type Plan,
  parseLog,
  parsePlan,
  policyFor,
  RolloutError,
  type RolloutEvent,
  restore,
  scenarioNamed,
  snapshot,
  World,
} from '../src/index.ts';
import type { RingfencePolicy } from '../src/simulate/policy-ringfence.ts';

const SEED = 'a seed for the tests';

const EVENT_TYPES = [
  'clock',
  'host-added',
  'host-relabelled',
  'host-removed',
  'talking',
  'silent',
  'goodbye',
  'delivered',
  'refused',
  'download-failed',
  'healthy',
  'failed',
  'reverted',
  'server-outage',
  'release-started',
  'lane',
  'pause',
  'resume',
  'promote',
  'revert',
  'approve',
  'exclude',
  'acknowledged',
] as const satisfies readonly RolloutEvent['type'][];

/** A log as a server would have kept it. */
function record(scenario: string, hosts: number): { plan: Plan; text: string; policy: RingfencePolicy } {
  const plan = defaultPlan(SEED);
  const lines: string[] = [];
  const job = { scenario: scenarioNamed(scenario), hosts, seed: 1, policy: 'ringfence' as const, plan };
  const policy = policyFor(job, (event) =>
    lines.push(logLine(lines.length + 1, structuredClone(event))),
  ) as RingfencePolicy;
  new World(fleetFor(job), policy, job.scenario).run();
  return { plan: policy.state.plan, text: logHeader(policy.state.plan) + lines.join(''), policy };
}

const recorded = record('july-19', 300);

describe('explain', () => {
  test('tells from the log what was decided, by deciding it again', () => {
    const { plan, events } = parseLog(recorded.text);
    const explainer = new Explainer(plan);
    const told = events.flatMap((event) => explainer.take(event));
    expect(told.map((e) => e.decision)).toEqual(recorded.policy.decisions.map((d) => d.decision));
    const halt = told.find((e) => e.decision.type === 'halt');
    if (halt === undefined) throw new Error('no halt');
    expect(explainLine(halt, told[0]?.at ?? 0, plan)).toMatch(/HALT: \d+ of 10 exposed hosts failed/);
    expect(explainer.needsHands().length).toBe(10);
  });

  test('a log that is cut, reordered, doubled or of another version says so', () => {
    const lines = recorded.text.trimEnd().split('\n');
    const code = (text: string): string => {
      try {
        parseLog(text, 'r.log');
      } catch (error) {
        if (error instanceof RolloutError) return `${error.code} ${error.message}`;
        throw error;
      }
      return 'was read';
    };
    expect(code(recorded.text)).toBe('was read');
    expect(code(recorded.text.slice(0, -20))).toMatch(
      /^log-truncated r\.log:\d+: the log ends within a line/,
    );
    expect(code('')).toMatch(/^log-truncated/);
    expect(code(`${lines.slice(1).join('\n')}\n`)).toMatch(/^log-syntax r\.log:1: .*header/);
    expect(code(`${[lines[0], lines[2], lines[1]].join('\n')}\n`)).toMatch(/^log-order r\.log:2/);
    expect(code(`${[lines[0], lines[1], lines[1]].join('\n')}\n`)).toMatch(/^log-order r\.log:3/);
    expect(code(`${[lines[0]?.replace('"version":1', '"version":7'), lines[1]].join('\n')}\n`)).toMatch(
      /^log-version/,
    );
    expect(code(`${lines[0]}\n{"n":1,"event":\n`)).toMatch(/^log-syntax/);
  });

  test('whatever bytes a log holds, an error of ours and never a decision', () => {
    const lines = recorded.text.split('\n');
    fc.assert(
      fc.property(fc.nat(60), fc.string({ unit: 'binary', maxLength: 80 }), (at, junk) => {
        const text = `${[...lines.slice(0, at), junk.replaceAll('\n', ' '), ...lines.slice(at)].join('\n')}\n`;
        try {
          const { plan, events } = parseLog(text);
          const explainer = new Explainer(plan);
          for (const event of events) explainer.take(event);
        } catch (error) {
          expect(error).toBeInstanceOf(RolloutError);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('an event of any shape is refused or harmless', () => {
    const plan = createPlan({ seed: SEED });
    // What most often is right in one place is wrong in another: each value is drawn from both.
    const host = fc.oneof(fc.constantFrom(0, 1, 2, 7), fc.anything({ withNullPrototype: true }));
    const mixed = (...values: unknown[]): fc.Arbitrary<unknown> =>
      fc.oneof(fc.constantFrom(...values), fc.anything({ withNullPrototype: true }));
    const event = fc.record({
      type: mixed(...EVENT_TYPES),
      host,
      at: mixed(1_000_000, 1_000_600, 1_100_000),
      labels: mixed(
        plan.labels.map(() => 'x'),
        plan.labels.map((_, i) => (i === 0 ? { toString: null } : 'y')),
      ),
      class: mixed('server', 'laptop'),
      group: mixed('g', undefined),
      content: mixed('old', undefined),
      holds: mixed('old', undefined),
      release: mixed('new'),
      kind: mixed('crash'),
      lane: mixed('emergency'),
      after: mixed('load', 'soak'),
      label: mixed(plan.labels[0]),
      value: mixed('x'),
      epoch: mixed(1),
      sequence: mixed(1),
      from: mixed(1_000_000),
      until: mixed(1_000_600),
    });
    const begin: RolloutEvent[] = [
      { type: 'clock', at: 1_000_000 },
      ...[0, 1, 2].flatMap((one): RolloutEvent[] => [
        {
          type: 'host-added',
          host: one,
          labels: plan.labels.map(() => 'x'),
          class: 'server',
          content: 'old',
        },
        { type: 'talking', host: one },
      ]),
      { type: 'release-started', release: 'new' },
    ];
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const explainer = new Explainer(plan);
        for (const one of begin) explainer.take(one);
        for (const one of events) {
          try {
            explainer.take(one as never);
          } catch (error) {
            expect(error).toBeInstanceOf(RolloutError);
          }
        }
        // Whatever was taken in can be kept and continued.
        const kept = snapshot(explainer.state);
        expect(snapshot(restore(kept).state)).toEqual(kept);
      }),
      { numRuns: 500 },
    );
  });
});

describe('baseline', () => {
  /** 200 hosts for 20 days: each talks, one in a hundred trials ends in a crash, laptops vanish for days without a word. */
  function history(): RolloutEvent[] {
    const events: RolloutEvent[] = [{ type: 'clock', at: 1_000_000 }];
    for (let host = 0; host < 200; host++) {
      events.push({
        type: 'host-added',
        host,
        labels: ['os', 'role', 'site', 'model', 'tier'],
        class: host < 100 ? 'server' : 'laptop',
      });
      events.push({ type: 'talking', host });
    }
    for (let day = 0; day < 20; day++) {
      for (let hour = 0; hour < 24; hour++) {
        const at = 1_000_000 + day * 86_400 + hour * 3600;
        events.push({ type: 'clock', at });
        for (let host = 0; host < 200; host++) {
          const x = (host * 7919 + day * 104_729 + hour * 1299) % 2400;
          if (host >= 100 && x === 5) events.push({ type: 'silent', host });
          if (host >= 100 && x % 24 === 0 && hour % 8 === 0) events.push({ type: 'talking', host });
          if (hour === 0 && (host + day * 31) % 100 === 0)
            events.push({ type: 'failed', host, release: `day ${day}`, kind: 'crash' });
        }
      }
    }
    return events;
  }

  test('estimates background, gaps and false silence, and prints them as a plan', () => {
    const plan = defaultPlan(SEED);
    const estimator = new BaselineEstimator(plan);
    for (const event of history()) estimator.take(event);
    const baseline = estimator.finish();
    expect(baseline.failures).toBe(40);
    expect(baseline.background).toBeGreaterThan(0.008);
    expect(baseline.background).toBeLessThan(0.013);
    const [server, laptop] = baseline.classes;
    expect(server).toMatchObject({ name: 'server', hosts: 100, silences: 0, gap: 600 });
    expect(laptop?.silences).toBeGreaterThan(20);
    expect(laptop?.gap).toBeGreaterThan(3600);
    const read = parsePlan(`seed: ${SEED}\n${baselineLines(baseline, plan)}`);
    expect(read.background).toBeCloseTo(baseline.background, 3);
    expect(read.classes['laptop']?.gap).toBe(laptop?.gap);
  });

  test('with too little history it says so and keeps the default', () => {
    const plan = defaultPlan(SEED);
    const estimator = new BaselineEstimator(plan);
    for (const event of history().slice(0, 500)) estimator.take(event);
    const text = baselineLines(estimator.finish(), plan);
    expect(text).toContain('a guess');
    expect(parsePlan(`seed: ${SEED}\n${text}`).background).toBe(0.001);
  });
});
