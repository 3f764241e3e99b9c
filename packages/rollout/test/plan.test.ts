import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createPlan,
  defaultPlan,
  describePlan,
  parsePlan,
  planInput,
  RolloutError,
  stageEnds,
  timeline,
} from '../src/index.ts';

const SEED = 'a seed for the tests';
const problem = (text: string): RolloutError => {
  try {
    parsePlan(text, 'plan.yaml');
  } catch (error) {
    if (error instanceof RolloutError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('the default plan', () => {
  test('has the figures of its derivation', () => {
    const plan = defaultPlan(SEED);
    expect(plan.p0).toBe(0.002);
    expect(stageEnds(plan, 8_500_000)).toEqual([10, 1686, 85_000, 1_700_000, 8_500_000]);
    expect(stageEnds(plan, 20_000)).toEqual([10, 1686, 4000, 20_000]);
    expect(plan.lanes.emergency).toEqual({ loadProof: 600, soak: 0 });
  });

  test('a release of 8.5 million hosts takes at most 1.5 times as long as three soaks', () => {
    const entries = timeline(defaultPlan(SEED), 8_500_000);
    expect(entries.at(-1)?.total).toBe(8_500_000);
    expect((entries.at(-1)?.at ?? 0) / (72.5 * 3600)).toBeLessThan(1.5);
  });

  test('the emergency lane keeps ramp and waves: about 16 batches, never everyone from one stage', () => {
    const entries = timeline(createPlan({ seed: SEED, lane: 'emergency' }), 8_500_000);
    expect(entries.length).toBeGreaterThanOrEqual(14);
    expect(entries.length).toBeLessThanOrEqual(18);
    expect((entries.at(-1)?.at ?? 0) / 3600).toBeLessThan(3);
  });

  test('no fleet is reached from one stage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1e7 }), (hosts) => {
        const ends = stageEnds(defaultPlan(SEED), hosts);
        expect(ends.length).toBeGreaterThanOrEqual(2);
        expect(ends[0]).toBeLessThanOrEqual(Math.max(1, hosts / 2));
        expect(ends.at(-1)).toBe(hosts);
      }),
    );
  });

  test('says what it does', () => {
    const text = describePlan(defaultPlan(SEED), 8_500_000);
    expect(text).toContain('Stages end at 10, 1,686, 85,000, 1,700,000, 8,500,000 hosts');
    expect(text).toContain('6,744');
    expect(text).not.toContain(SEED);
  });
});

describe('refused with file, line and cure', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['no seed', 'category: rules\n', 'plan-schema', /plan\.yaml:1: seed: is missing/],
    ['short seed', 'seed: short\n', 'plan-schema', /at least 16 characters/],
    [
      'unknown field',
      `seed: ${SEED}\nstagse: [10, all]\n`,
      'plan-schema',
      /plan\.yaml:2: stagse: no such field/,
    ],
    ['reserved field', `seed: ${SEED}\nholdback: 10\n`, 'plan-schema', /plan\.yaml:2: holdback: is reserved/],
    [
      'bad duration',
      `seed: ${SEED}\nlanes:\n  standard:\n    soak: soon\n`,
      'plan-schema',
      /plan\.yaml:4: lanes\.standard\.soak: write a duration/,
    ],
    [
      'not all',
      `seed: ${SEED}\nstages: [10, 1%]\n`,
      'plan-contradiction',
      /plan\.yaml:2: stages\.1: the last stage must be "all"/,
    ],
    ['all early', `seed: ${SEED}\nstages: [10, all, all]\n`, 'plan-contradiction', /move it to the end/],
    ['one stage', `seed: ${SEED}\nstages: [all]\n`, 'plan-schema', /at least two stages/],
    [
      'shrinks',
      `seed: ${SEED}\nstages:\n  - 100\n  - 50\n  - all\n`,
      'plan-contradiction',
      /plan\.yaml:4: stages\.1: stages grow/,
    ],
    ['large first stage', `seed: ${SEED}\nstages: [20%, all]\n`, 'plan-contradiction', /at most 1 %/],
    ['over budget', `seed: ${SEED}\nbudget: 5\n`, 'plan-over-budget', /more than the budget of 5/],
    ['false silence', `seed: ${SEED}\nfalseSilence: 1%\n`, 'plan-contradiction', /longer gap/],
    [
      'load proof before the first proof',
      `seed: ${SEED}\nlanes: { standard: { loadProof: 1m } }\n`,
      'plan-contradiction',
      /not shorter than firstProof/,
    ],
    [
      'unknown site label',
      `seed: ${SEED}\nlabels: [os]\n`,
      'plan-contradiction',
      /siteLabel: "site" is not among/,
    ],
    [
      'two pins',
      `seed: ${SEED}\npins: [{label: os, value: x, release: a}, {label: os, value: x, release: b}]\n`,
      'plan-contradiction',
      /pinned to two releases/,
    ],
    [
      'backwards freeze',
      `seed: ${SEED}\nfreeze: [{from: 2026-12-02T00:00:00Z, until: 2026-12-01T00:00:00Z}]\n`,
      'plan-contradiction',
      /ends after it begins/,
    ],
    ['no YAML', 'seed: [\n', 'plan-syntax', /plan\.yaml:\d/],
    ['an alias', `a: &x 1\nseed: *x\n`, 'plan-s', /plan\.yaml/],
    ['version', `seed: ${SEED}\nversion: 2\n`, 'plan-schema', /version 1/],
    ['a list', '- 1\n', 'plan-schema', /plan\.yaml:1/],
    ['empty', '', 'plan-schema', /plan\.yaml:1/],
  ];
  for (const [name, text, code, message] of cases) {
    test(name, () => {
      const error = problem(text);
      expect(error.code).toContain(code);
      expect(error.message).toMatch(message);
    });
  }

  test('a plan that cannot finish, for this fleet', () => {
    expect(() =>
      timeline(createPlan({ seed: SEED, ramp: { failures: 1, until: 100_000_000 } }), 10_000_000),
    ).toThrow(/more than 500 batches/);
    expect(() =>
      timeline(createPlan({ seed: SEED, stages: ['1%', 'all'], ramp: { failures: 40 } }), 100_000),
    ).toThrow(/more than the budget/);
  });
});

test('JSON is read as well, and a plan survives its own writing', () => {
  const plan = parsePlan(
    JSON.stringify({
      seed: SEED,
      stages: [20, '2%', 'all'],
      background: '0.05%',
      freeze: [{ from: '2026-12-24T00:00:00Z', until: '2026-12-27T00:00:00Z' }],
    }),
  );
  expect(plan.p0).toBe(0.001);
  expect(createPlan(planInput(plan))).toEqual(plan);
});

test('whatever the text, a plan or a RolloutError', () => {
  const fields = fc.constantFrom(
    'seed',
    'stages',
    'lanes',
    'classes',
    'freeze',
    'pins',
    'budget',
    'alpha',
    'background',
    '__proto__',
    'constructor',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.dictionary(fields, fc.jsonValue()).map((x) => JSON.stringify({ seed: SEED, ...x })),
    fc
      .array(fc.tuple(fields, fc.string({ maxLength: 20 })), { maxLength: 8 })
      .map((lines) => lines.map(([k, v]) => `${k}: ${v}`).join('\n')),
  );
  fc.assert(
    fc.property(text, (t) => {
      try {
        parsePlan(t);
      } catch (error) {
        expect(error).toBeInstanceOf(RolloutError);
      }
    }),
    { numRuns: 500 },
  );
  expect(() => parsePlan('x'.repeat(5 << 20))).toThrow(RolloutError);
  expect(() => parsePlan(`seed: ${'['.repeat(20_000)}`)).toThrow(RolloutError);
});
