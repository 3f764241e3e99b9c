import { fold } from '../fold.ts';
import type { CharSet } from './charset.ts';
import type { RegexNode } from './parse.ts';

/** Most alternatives kept: more would cost more to look for than they save. */
const MAX_ALTERNATIVES = 24;

/** What is known of a node: all texts that it can match, or texts of which one must be in whatever it matches. */
interface Known {
  readonly exact?: readonly string[] | undefined;
  readonly need?: readonly string[] | undefined;
}

/**
 * Texts (with case folded) of which at least one occurs in every folded text that the expression matches, each of at least
 * three characters; undefined when no such set is found. Case is folded so that one set serves expressions with and without `i`.
 */
export function requiredLiterals(node: RegexNode): readonly string[] | undefined {
  const { exact, need } = analyse(node);
  return better(usable(exact), usable(need));
}

const usable = (set: readonly string[] | undefined): readonly string[] | undefined =>
  set?.every((text) => text.length >= 3) === true ? set : undefined;

function better(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const shortest = (set: readonly string[]): number => Math.min(8, ...set.map((text) => text.length));
  const difference = shortest(a) - shortest(b);
  return difference > 0 || (difference === 0 && a.length <= b.length) ? a : b;
}

function analyse(node: RegexNode): Known {
  switch (node.kind) {
    case 'empty':
    case 'assert':
      return { exact: [''] };
    case 'set': {
      const character = foldedCharacter(node.set);
      return character === undefined ? {} : { exact: [character] };
    }
    case 'sequence':
      return sequence(node.items.map(analyse));
    case 'choice':
      return choice(node.items.map(analyse));
    case 'repeat': {
      const item = analyse(node.item);
      if (node.min === 0) return node.max === 1 ? { exact: unite([[''], item.exact]) } : {};
      if (node.min === 1 && node.max === 1) return item;
      return { need: better(usable(item.exact), usable(item.need)) };
    }
  }
}

/** The one character that all members of a small set fold to. */
function foldedCharacter(set: CharSet): string | undefined {
  let folded: string | undefined;
  for (let at = 0; at < set.ranges.length; at += 2) {
    const low = set.ranges[at]!;
    const high = set.ranges[at + 1]!;
    if (high - low > 3 || at > 8) return undefined;
    for (let code = low; code <= high; code++) {
      const character = fold(String.fromCharCode(code));
      if (folded !== undefined && folded !== character) return undefined;
      folded = character;
    }
  }
  return folded;
}

function unite(sets: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const all = new Set<string>();
  for (const set of sets) {
    if (set === undefined) return undefined;
    for (const text of set) all.add(text);
  }
  return all.size <= MAX_ALTERNATIVES ? [...all] : undefined;
}

function choice(parts: readonly Known[]): Known {
  const exact = unite(parts.map((part) => part.exact));
  const need = unite(parts.map((part) => better(usable(part.exact), usable(part.need))));
  return { exact, need };
}

/** Joins neighbours that are known exactly; where that ends, what was joined so far must occur by itself. */
function sequence(parts: readonly Known[]): Known {
  let joined: readonly string[] = [''];
  let need: readonly string[] | undefined;
  let whole = true;
  for (const part of parts) {
    const { exact } = part;
    if (exact !== undefined && joined.length * exact.length <= MAX_ALTERNATIVES) {
      const [right] = exact;
      joined =
        exact.length === 1
          ? joined.map((left) => left + right)
          : joined.flatMap((left) => exact.map((other) => left + other));
      continue;
    }
    whole = false;
    need = better(need, usable(joined));
    need = better(need, usable(part.need));
    need = better(need, usable(exact));
    // A part that is too wide to be joined begins anew by itself.
    joined = exact ?? [''];
  }
  return whole ? { exact: joined, need } : { need: better(need, usable(joined)) };
}
