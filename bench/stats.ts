function inOrder(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('no values');
  return values.toSorted((a, b) => a - b);
}

/** The value below which a share `q` (0 to 1) of the values lies; linear between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = inOrder(values);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The mean of the middle half of the values: deaf to outliers like the median, and steadier where a shared processor
 * gives values around two levels, between which a median jumps.
 */
export function midmean(values: readonly number[]): number {
  const sorted = inOrder(values);
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.slice(cut, sorted.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The middle half of the values, for the spread column. */
export function spread(values: readonly number[], digits = 3): string {
  return `${quantile(values, 0.25).toFixed(digits)}–${quantile(values, 0.75).toFixed(digits)} (middle half of ${values.length})`;
}
