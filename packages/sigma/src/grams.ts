// A filter that tells in a few nanoseconds that a text does not contain a needle: every three characters in a row
// (a trigram) of the needle must be somewhere in the text. One pass over the text serves all needles of all rules.

/** Number of different hashes. */
export const GRAM_BUCKETS = 4_096;

/** Hash of the last three characters, rolled on by one: four bits of shift per character and twelve bits in all. */
export const rollGram = (hash: number, code: number): number => ((hash << 4) ^ code) & (GRAM_BUCKETS - 1);

/** The hashes of a needle's trigrams, none when it is too short to be filtered. */
export function gramsOf(needle: string): readonly number[] {
  const grams: number[] = [];
  let hash = 0;
  for (let at = 0; at < needle.length; at++) {
    hash = rollGram(hash, needle.charCodeAt(at));
    if (at >= 2) grams.push(hash);
  }
  return grams;
}

const COMMON: ReadonlySet<string> = new Set(' etaoinsrlcd/-.=:');

/** The hash of the trigram of a needle that ordinary texts have least, by how many uncommon characters it has. */
export function rarestGram(needle: string): number {
  const grams = gramsOf(needle);
  let best = 0;
  let most = 0;
  for (let at = 0; at < grams.length; at++) {
    let uncommon = 0;
    for (let next = at; next < at + 3; next++) if (!COMMON.has(needle[next]!)) uncommon++;
    if (uncommon > most) {
      best = at;
      most = uncommon;
    }
  }
  return grams[best]!;
}

/** Trigrams of one text. Marks are stamps, so that loading the next text clears nothing. */
export class GramFilter {
  private readonly marks = new Uint32Array(GRAM_BUCKETS);
  private mark = 0;

  load(text: string): void {
    this.mark++;
    if (this.mark > 0xffff_fffe) {
      this.marks.fill(0);
      this.mark = 1;
    }
    const { marks, mark } = this;
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      hash = rollGram(hash, text.charCodeAt(at));
      // The first two are not whole trigrams; marking them only lets a little more through.
      marks[hash] = mark;
    }
  }

  /** False when the text certainly does not contain the needle with these trigrams. */
  may(grams: readonly number[]): boolean {
    const { marks, mark } = this;
    for (let at = 0; at < grams.length; at++) if (marks[grams[at]!] !== mark) return false;
    return true;
  }
}
