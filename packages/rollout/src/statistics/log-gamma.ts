/**
 * Natural logarithm of the gamma function for x > 0 by Stirling's series (Abramowitz & Stegun 6.1.41), after
 * shifting small x above 10 by the recurrence. Relative error below 1e-14, so the differences taken in this
 * package stay exact to 1e-5 at 10⁸ hosts.
 */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  if (y < 10) {
    let product = 1;
    while (y < 10) {
      product *= y;
      y += 1;
    }
    shift = Math.log(product);
  }
  const r = 1 / y;
  const r2 = r * r;
  const series = r * (1 / 12 - r2 * (1 / 360 - r2 * (1 / 1260 - r2 * (1 / 1680 - r2 * (1 / 1188)))));
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
