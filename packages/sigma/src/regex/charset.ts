const LAST = 0xffff;

/** A set of UTF-16 units as sorted ranges that do not touch: `[low, high, low, high, …]`, ends included. Immutable. */
export class CharSet {
  static readonly none: CharSet = new CharSet([]);
  static readonly all: CharSet = new CharSet([0, LAST]);
  readonly ranges: readonly number[];

  private constructor(ranges: readonly number[]) {
    this.ranges = ranges;
  }

  static of(...pairs: readonly (readonly [number, number])[]): CharSet {
    const sorted = pairs.toSorted((a, b) => a[0] - b[0]);
    const ranges: number[] = [];
    for (const [low, high] of sorted) {
      const last = ranges.length - 1;
      if (last > 0 && low <= ranges[last]! + 1) ranges[last] = Math.max(ranges[last]!, high);
      else ranges.push(low, high);
    }
    return new CharSet(ranges);
  }

  private pairs(): [number, number][] {
    const pairs: [number, number][] = [];
    for (let at = 0; at < this.ranges.length; at += 2) pairs.push([this.ranges[at]!, this.ranges[at + 1]!]);
    return pairs;
  }

  union(other: CharSet): CharSet {
    return CharSet.of(...this.pairs(), ...other.pairs());
  }

  negate(): CharSet {
    const ranges: number[] = [];
    let next = 0;
    for (const [low, high] of this.pairs()) {
      if (low > next) ranges.push(next, low - 1);
      next = high + 1;
    }
    if (next <= LAST) ranges.push(next, LAST);
    return new CharSet(ranges);
  }

  has(code: number): boolean {
    let low = 0;
    let high = this.ranges.length / 2 - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (code < this.ranges[2 * middle]!) high = middle - 1;
      else if (code > this.ranges[2 * middle + 1]!) low = middle + 1;
      else return true;
    }
    return false;
  }

  /** The single member, or undefined when there is not exactly one. */
  only(): number | undefined {
    return this.ranges.length === 2 && this.ranges[0] === this.ranges[1] ? this.ranges[0] : undefined;
  }

  /** Adds every unit that differs from a member only by case (ECMAScript's Canonicalize without `u`). */
  closeOverCase(): CharSet {
    const extra: [number, number][] = [];
    for (const variants of caseVariants()) {
      if (variants.some((code) => this.has(code))) {
        for (const code of variants) extra.push([code, code]);
      }
    }
    return CharSet.of(...this.pairs(), ...extra);
  }
}

let variantsCache: number[][] | undefined;

/** Groups of units that are equal without case; about 1,400, computed once at the first use. */
function caseVariants(): readonly number[][] {
  if (variantsCache !== undefined) return variantsCache;
  const groups = new Map<number, number[]>();
  for (let code = 0; code <= LAST; code++) {
    const upper = String.fromCharCode(code).toUpperCase();
    let canonical = upper.length === 1 ? upper.charCodeAt(0) : code;
    if (code > 127 && canonical < 128) canonical = code;
    const group = groups.get(canonical);
    if (group === undefined) groups.set(canonical, [code]);
    else group.push(code);
  }
  variantsCache = [...groups.values()].filter((group) => group.length > 1);
  return variantsCache;
}
