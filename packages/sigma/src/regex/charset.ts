const LAST = 0xffff;
const ASCII_LAST = 0x7f;

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
    for (const pair of sorted) {
      const low = pair[0];
      const high = pair[1];
      const last = ranges.length - 1;
      if (last > 0 && low <= ranges[last]! + 1) ranges[last] = Math.max(ranges[last]!, high);
      else ranges.push(low, high);
    }
    return new CharSet(ranges);
  }

  static range(low: number, high: number): CharSet {
    return new CharSet([low, high]);
  }

  private pairs(): [number, number][] {
    const pairs: [number, number][] = [];
    for (let at = 0; at < this.ranges.length; at += 2) pairs.push([this.ranges[at]!, this.ranges[at + 1]!]);
    return pairs;
  }

  union(other: CharSet): CharSet {
    if (this.ranges.length === 0) return other;
    return CharSet.of(...this.pairs(), ...other.pairs());
  }

  negate(): CharSet {
    const ranges: number[] = [];
    let next = 0;
    for (let at = 0; at < this.ranges.length; at += 2) {
      const low = this.ranges[at]!;
      if (low > next) ranges.push(next, low - 1);
      next = this.ranges[at + 1]! + 1;
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

  /**
   * Whether it has all units beyond ASCII or none. None of them is equal without case to one of ASCII, so the table of
   * variants is not needed, which takes long to compute.
   */
  private isPlainBeyondAscii(): boolean {
    const { ranges } = this;
    const high = ranges.at(-1) ?? 0;
    return high <= ASCII_LAST || (high === LAST && ranges.at(-2)! <= ASCII_LAST + 1);
  }

  /** Adds every unit that differs from a member only by case (ECMAScript's Canonicalize without `u`). */
  closeOverCase(): CharSet {
    const extra: [number, number][] = [];
    if (this.isPlainBeyondAscii()) {
      for (let code = 0x41; code <= 0x5a; code++) {
        const lower = code + 0x20;
        if (this.has(code) !== this.has(lower)) extra.push([code, code], [lower, lower]);
      }
      return extra.length === 0 ? this : CharSet.of(...this.pairs(), ...extra);
    }
    const add = (group: readonly number[]): void => {
      for (const code of group) extra.push([code, code]);
    };
    const { byCode, groups } = caseVariants();
    let members = 0;
    for (const [first, last] of this.pairs()) members += last - first + 1;
    if (members < groups.length) {
      for (const [first, last] of this.pairs())
        for (let code = first; code <= last; code++) add(byCode.get(code) ?? []);
    } else {
      for (const group of groups) if (group.some((code) => this.has(code))) add(group);
    }
    return CharSet.of(...this.pairs(), ...extra);
  }
}

interface CaseVariants {
  /** Units that are equal without case, two and more each; about 1,400. */
  readonly groups: readonly (readonly number[])[];
  /** The group of a unit that has one. */
  readonly byCode: ReadonlyMap<number, readonly number[]>;
}

let variantsCache: CaseVariants | undefined;

/** Computed once, at the first use. */
function caseVariants(): CaseVariants {
  if (variantsCache !== undefined) return variantsCache;
  const byCanonical = new Map<number, number[]>();
  for (let code = 0; code <= LAST; code++) {
    const upper = String.fromCharCode(code).toUpperCase();
    const canonical = upper.length === 1 ? upper.charCodeAt(0) : code;
    if (canonical === code || (code > 127 && canonical < 128)) continue;
    const group = byCanonical.get(canonical);
    if (group === undefined) byCanonical.set(canonical, [canonical, code]);
    else group.push(code);
  }
  const groups = [...byCanonical.values()];
  const byCode = new Map(groups.flatMap((group) => group.map((code) => [code, group] as const)));
  variantsCache = { groups, byCode };
  return variantsCache;
}
