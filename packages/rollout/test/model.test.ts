import fc from 'fast-check';
import { describe, test } from 'vitest';
import * as lib from '../src/index.ts';
import { Play } from './harness.ts';
import { moves, setups } from './moves.ts';

describe('random scripts', () => {
  test('no rule is broken by duplicates, overtaking, clock jumps, restarts, people and failures', () => {
    fc.assert(
      fc.property(setups, moves, (setup, script) => {
        const play = new Play(lib, setup);
        for (const move of script) play.move(move);
        play.checkReplay();
      }),
      { numRuns: 150 },
    );
  });
});
