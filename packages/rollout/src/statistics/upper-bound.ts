import { RolloutError } from '../errors.ts';
import { logGamma } from './log-gamma.ts';

const LOG_PI = Math.log(Math.PI);

/**
 * Upper end of the 95 % beta-binomial confidence sequence with prior Beta(½, ½) (Robbins 1970; Lindon & Malek
 * 2022): the largest p with B(S+½, n−S+½)/B(½, ½) < 20·p^S (1−p)^(n−S). Valid at every look at once.
 * `upperBound(10, 0)` is 0.377; `upperBound(0, 0)` is 1.
 * @param level error probability of the sequence, 0.05 unless told
 * @throws RolloutError `bad-number` unless 0 ≤ S ≤ n
 */
export function upperBound(n: number, S: number, level = 0.05): number {
  if (!(S >= 0 && n >= S)) {
    throw new RolloutError('bad-number', `need 0 ≤ S ≤ n, not S = ${S}, n = ${n}`, { received: [n, S] });
  }
  if (S === n) return 1;
  const evidence = logGamma(S + 0.5) + logGamma(n - S + 0.5) - logGamma(n + 1) - LOG_PI + Math.log(level);
  let low = S / n;
  let high = 1;
  // f falls from above `evidence` at S/n to −∞ at 1: 100 halvings reach the last bit from any start.
  for (let i = 0; i < 100; i++) {
    const p = (low + high) / 2;
    if (p === low || p === high) break;
    const f = (S === 0 ? 0 : S * Math.log(p)) + (n - S) * Math.log1p(-p);
    if (f > evidence) low = p;
    else high = p;
  }
  return high;
}
