/**
 * Repeats: the same rule by the same image, user and parent. The first finding is written at once, and so is each that
 * differs in command line or in what matched, up to a number; the others within the window are counted on
 * the finding that they repeat, and the count is written when the window ends.
 */

export interface CollapseSettings {
  readonly windowMs: number;
  /** Distinct command lines and matches of one key that are written within a window. */
  readonly variants: number;
}

export interface Repeatable {
  readonly uid: string;
  /** Publisher, rule, image, user, parent. */
  readonly key: string;
  /** Command line and matched values. */
  readonly variant: string;
}

interface Group {
  readonly until: number;
  /** First finding of each variant. */
  readonly uids: Map<string, string>;
  /** Findings that have repeats. */
  readonly repeated: Set<string>;
  last: string;
}

/** Most groups that are open; the oldest is closed early. */
const MAX_GROUPS = 4_096;
/** Most uids that are remembered to know a finding that is delivered again after a crash. */
const MAX_SEEN = 20_000;

export class Collapser {
  readonly #settings: CollapseSettings;
  readonly #groups: Map<string, Group> = new Map();
  readonly #seen: Set<string> = new Set();
  #early: string[] = [];

  constructor(settings: CollapseSettings) {
    this.#settings = settings;
  }

  /** `new`: write it. `again`: it was delivered before, drop it. Else the uid of the finding whose count it raises. */
  admit(finding: Repeatable, now: number): 'new' | 'again' | { readonly repeats: string } {
    const { uid, key, variant } = finding;
    if (this.#seen.has(uid)) return 'again';
    this.#seen.add(uid);
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.values().next().value as string);
    if (this.#settings.windowMs === 0) return 'new';

    let group = this.#groups.get(key);
    if (group !== undefined && group.until <= now) {
      this.#early.push(...group.repeated);
      this.#groups.delete(key);
      group = undefined;
    }
    if (group === undefined) {
      if (this.#groups.size >= MAX_GROUPS) this.#close(this.#groups.keys().next().value as string);
      this.#groups.set(key, {
        until: now + this.#settings.windowMs,
        uids: new Map([[variant, uid]]),
        repeated: new Set(),
        last: uid,
      });
      return 'new';
    }
    const known = group.uids.get(variant);
    if (known === undefined && group.uids.size < this.#settings.variants) {
      group.uids.set(variant, uid);
      group.last = uid;
      return 'new';
    }
    const repeats = known ?? group.last;
    group.repeated.add(repeats);
    return { repeats };
  }

  /** Findings whose window has ended and which had repeats: their counts are final. */
  expired(now: number): string[] {
    for (const [key, group] of this.#groups) {
      // In order of their beginning, and all windows are equally long.
      if (group.until > now) break;
      this.#close(key);
    }
    const uids = this.#early;
    this.#early = [];
    return uids;
  }

  /** Ends every window, for a clean stop. */
  flush(): string[] {
    return this.expired(Number.POSITIVE_INFINITY);
  }

  #close(key: string): void {
    const group = this.#groups.get(key);
    if (group !== undefined) this.#early.push(...group.repeated);
    this.#groups.delete(key);
  }
}
