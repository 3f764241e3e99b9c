/** The administrator's word on findings: it holds for every engine, so the agent applies it itself. */
import type { Level } from '@ringfence/compartment/protocol';
import type { Exception, RuleTuning, Tuning } from '../config/settings.ts';

/** What an exception may look at. */
export interface Tunable {
  readonly rule: string;
  readonly level: Level;
  readonly path: string;
  readonly user: string;
  readonly parent: string;
  readonly commandLine: string;
  readonly file: string;
}

/** The level that the finding is to have, or why there is to be no finding. */
export type Tuned = { readonly level: Level } | { readonly dropped: 'disabled' | 'exception' };

const PARTS = ['path', 'user', 'parent', 'commandLine', 'file'] as const;

/** Applies what is said about the finding's rule, and about every rule (`*`). Rule ids are compared without case. */
export function applyTuning(tuning: Tuning, finding: Tunable): Tuned {
  const id = finding.rule.toLowerCase();
  const words: RuleTuning[] = Object.entries(tuning)
    .filter(([rule]) => rule === '*' || rule.toLowerCase() === id)
    .map(([, word]) => word);
  if (words.some((word) => word.disable === true)) return { dropped: 'disabled' };
  if (words.some((word) => word.exceptions?.some((exception) => matches(exception, finding)) === true))
    return { dropped: 'exception' };
  return { level: words.find((word) => word.level !== undefined)?.level ?? finding.level };
}

function matches(exception: Exception, finding: Tunable): boolean {
  return PARTS.every((part) => {
    const pattern = exception[part];
    return pattern === undefined || matchesPattern(pattern, finding[part]);
  });
}

/**
 * Whether all of `text` matches `pattern`: `*` is any text, `?` one character, without case, as in Sigma's values.
 * Goes back to the last star only, so the time is at most pattern times text.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const p = pattern.toLowerCase();
  const t = text.toLowerCase();
  let at = 0;
  let star = -1;
  let starAt = 0;
  let i = 0;
  while (i < t.length) {
    if (at < p.length && p[at] === '*') {
      star = at++;
      starAt = i;
    } else if (at < p.length && (p[at] === '?' || p[at] === t[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++starAt;
    } else return false;
  }
  while (p[at] === '*') at++;
  return at === p.length;
}
