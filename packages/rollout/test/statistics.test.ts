import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alternatives,
  defaultBudget,
  knownExcess,
  logE,
  openWithinBudget,
  RolloutError,
  upperBound,
} from '../src/index.ts';
import { stream } from '../src/simulate/random.ts';
import { logGamma } from '../src/statistics/log-gamma.ts';
import { textbookE } from './harness.ts';

describe('e-process', () => {
  test('known values', () => {
    expect(Math.round(Math.exp(logE(10, 3, 0.001)))).toBe(374_703);
    expect(logE(0, 0, 0.001)).toBeCloseTo(0, 12);
  });

  test('equals the textbook product', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2000 }),
        fc.nat(),
        fc.constantFrom(0.0001, 0.001, 0.002, 0.05, 0.3),
        (n, s, p0) => {
          const S = Math.min(s % 60, n);
          const expected = textbookE(n, S, p0);
          if (expected > 1e-300 && expected < 1e300)
            expect(logE(n, S, p0)).toBeCloseTo(Math.log(expected), 8);
        },
      ),
    );
  });

  test('is safe at a hundred million hosts', () => {
    for (const S of [0, 1, 50_000, 100_000, 200_000, 1e8])
      expect(Number.isFinite(logE(1e8, S, 0.002))).toBe(true);
    expect(logE(1e8, 100_000, 0.002)).toBeLessThan(0);
    expect(logE(1e8, 300_000, 0.002)).toBeGreaterThan(1000);
  });

  test('falls with each exposure and rises with each failure', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(1000), (n, s) => {
        const S = Math.min(s, n - 1);
        expect(logE(n + 1, S, 0.002)).toBeLessThan(logE(n, S, 0.002));
        expect(logE(n, S + 1, 0.002)).toBeGreaterThan(logE(n, S, 0.002));
      }),
    );
  });

  const crossings = (e: (n: number, S: number) => number, p: number, runs: number, hosts: number): number => {
    const random = stream(42);
    let crossed = 0;
    for (let run = 0; run < runs; run++) {
      let S = 0;
      for (let n = 1; n <= hosts; n++) {
        if (random() >= p) continue;
        S++;
        // E rises only with a failure, so looking there is looking always.
        if (e(n, S) >= Math.log(100)) {
          crossed++;
          break;
        }
      }
    }
    return crossed;
  };

  test('passes 1/α under continuous looks no more often than α, for every p up to p0', () => {
    for (const p of [0.002, 0.001, 0.0002])
      expect(crossings((n, S) => logE(n, S, 0.002), p, 1500, 3000)).toBeLessThanOrEqual(1500 * 0.01 * 1.6);
  });

  test('control: an alternative below p0 halts very healthy releases', () => {
    const broken = (n: number, S: number): number =>
      Math.log(0.5) + Math.max(logE(n, S, 0.02), S * Math.log(0.1) + n * Math.log((1 - 0.002) / (1 - 0.02)));
    expect(crossings((n, S) => logE(n, S, 0.02), 0.001, 300, 3000)).toBe(0);
    expect(crossings(broken, 0.001, 300, 3000)).toBeGreaterThan(250);
  });

  test('control: a fixed test that is repeated passes more often than it says', () => {
    // The likelihood of the best p, looked at after each host: not an e-value.
    const greedy = (n: number, S: number): number =>
      S / n > 0.02 ? S * Math.log(S / n / 0.02) + (n - S) * Math.log((1 - S / n) / 0.98) + 2 : 0;
    expect(crossings(greedy, 0.02, 1500, 1000)).toBeGreaterThan(1500 * 0.02);
  });

  test('refuses what is no count', () => {
    for (const bad of [
      [-1, 0],
      [3, 4],
      [Number.NaN, 0],
      [5, -1],
    ] as const)
      expect(() => logE(bad[0], bad[1], 0.002)).toThrow(RolloutError);
    for (const p0 of [0, 0.5, 1, Number.NaN, -1]) expect(() => alternatives(p0)).toThrow(RolloutError);
  });
});

describe('upper bound', () => {
  test('known values: a clean ramp', () => {
    expect(upperBound(10, 0)).toBeCloseTo(0.377, 3);
    expect(upperBound(0, 0)).toBe(1);
    expect(upperBound(7, 7)).toBe(1);
    const batches = [10];
    for (let n = 10; n < 1686; ) {
      const next = Math.floor(5 / upperBound(n, 0));
      batches.push(next);
      n += next;
    }
    expect(batches).toEqual([10, 13, 24, 45, 81, 143, 247, 420, 703]);
  });

  test('solves the equation of the confidence sequence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.nat(5000), (n, s) => {
        const S = Math.min(s, n - 1);
        const p = upperBound(n, S);
        expect(p).toBeGreaterThan(S / n);
        const m =
          logGamma(S + 0.5) +
          logGamma(n - S + 0.5) -
          logGamma(n + 1) -
          Math.log(Math.PI) -
          (S === 0 ? 0 : S * Math.log(p)) -
          (n - S) * Math.log1p(-p);
        expect(m).toBeCloseTo(Math.log(20), 4);
      }),
    );
  });

  test('covers the true rate at all times in 95 % of sequences', () => {
    const random = stream(7);
    let missed = 0;
    for (let run = 0; run < 400; run++) {
      let S = 0;
      for (let n = 1; n <= 1000; n++) {
        if (random() < 0.02) S++;
        if (n % 5 === 0 && upperBound(n, S) < 0.02) {
          missed++;
          break;
        }
      }
    }
    expect(missed).toBeLessThanOrEqual(20);
  });

  test('narrows to the rate at a hundred million', () => {
    expect(upperBound(1e8, 1e5)).toBeCloseTo(0.001, 4);
  });
});

test('logGamma', () => {
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
  expect(logGamma(1)).toBeCloseTo(0, 13);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
  expect(logGamma(1e8) / 1_742_068_066.103_834).toBeCloseTo(1, 13);
});

test('budget', () => {
  expect(defaultBudget(8_500_000)).toBe(850);
  expect(defaultBudget(20_000)).toBe(50);
  expect(knownExcess(1000, 5, 0.002)).toBe(3);
  expect(openWithinBudget(50, 1000, 60, 0.1, 0.002)).toBe(0);
  expect(openWithinBudget(50, 1000, 2, 0.012, 0.002)).toBe(5000);
  expect(openWithinBudget(50, 1e6, 1000, 0.0011, 0.002)).toBe(Number.POSITIVE_INFINITY);
});
