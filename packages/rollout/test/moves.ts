import fc from 'fast-check';
import type { Move, Setup } from './harness.ts';

const kinds: readonly Move['kind'][] = [
  'tick',
  'jump',
  'sleep',
  'goodbye',
  'wake',
  'duplicate',
  'swap',
  'restart',
  'relabel',
  'remove',
  'add',
  'human',
  'late-failure',
  'late-proof',
  'refuse',
];

/** Scripts in which time passes most of the time. */
export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant<Move['kind']>('tick') },
      { weight: 7, arbitrary: fc.constantFrom(...kinds) },
    ),
    a: fc.nat(100_000),
    b: fc.nat(1000),
  }),
  // Long ones: the interesting states lie hours into a release.
  { minLength: 1, maxLength: 90, size: 'max' },
);

export const setups: fc.Arbitrary<Setup> = fc.record({
  hosts: fc.integer({ min: 120, max: 260 }),
  faulty: fc.constantFrom(0, 0, 0.02, 0.3, 1),
  silent: fc.boolean(),
  faultyOs: fc.constantFrom(-1, -1, 0, 2),
  seed: fc.nat(1_000_000),
  humans: fc.boolean(),
});
