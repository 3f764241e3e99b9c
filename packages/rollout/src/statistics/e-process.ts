import { RolloutError } from '../errors.ts';

/**
 * Absolute e-process against H0: p ≤ p0 (Wald 1945; Robbins 1970, "mixtures"; Ville 1939 for the bound under
 * continuous looks). Every alternative lies above p0: one below would make E explode on very healthy releases.
 */
interface Grid {
  readonly perFailure: Float64Array;
  readonly perSurvivor: Float64Array;
  readonly logWeight: number;
}

const grids = new Map<number, Grid>();

/** The alternatives for one p0: p0·2^k while below 0.5, then 0.5, 0.9 and 0.999; those at or below p0 are left out. */
export function alternatives(p0: number): number[] {
  if (!(p0 > 0 && p0 < 0.5)) {
    throw new RolloutError('bad-number', `p0 must lie between 0 and 0.5, not ${p0}`, { received: p0 });
  }
  const q: number[] = [];
  for (let next = p0 * 2; next < 0.5; next *= 2) q.push(next);
  q.push(0.5, 0.9, 0.999);
  return q;
}

function gridFor(p0: number): Grid {
  let grid = grids.get(p0);
  if (grid === undefined) {
    const q = alternatives(p0);
    grid = {
      perFailure: Float64Array.from(q, (x) => Math.log(x / p0)),
      perSurvivor: Float64Array.from(q, (x) => Math.log1p(-x) - Math.log1p(-p0)),
      logWeight: -Math.log(q.length),
    };
    if (grids.size > 64) grids.clear();
    grids.set(p0, grid);
  }
  return grid;
}

/**
 * ln E for `n` exposures of which `S` are known to have failed: the equal-weight mixture of likelihood ratios
 * (qj/p0)^S ((1−qj)/(1−p0))^(n−S). Halt when it reaches ln(1/α). Constant time, safe to 10⁸ and beyond.
 * @throws RolloutError `bad-number` unless 0 ≤ S ≤ n and 0 < p0 < 0.5
 */
export function logE(n: number, S: number, p0: number): number {
  if (!(S >= 0 && n >= S)) {
    throw new RolloutError('bad-number', `need 0 ≤ S ≤ n, not S = ${S}, n = ${n}`, { received: [n, S] });
  }
  const { perFailure, perSurvivor, logWeight } = gridFor(p0);
  let max = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < perFailure.length; j++) {
    const term = S * (perFailure[j] as number) + (n - S) * (perSurvivor[j] as number);
    if (term > max) max = term;
  }
  let sum = 0;
  for (let j = 0; j < perFailure.length; j++) {
    sum += Math.exp(S * (perFailure[j] as number) + (n - S) * (perSurvivor[j] as number) - max);
  }
  return max + Math.log(sum) + logWeight;
}
