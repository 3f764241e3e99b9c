// Case folding by Unicode's simple mappings (CaseFolding.txt, status C and S), the ones that a regular expression's `iu` uses.
// Simple ones keep the number of characters, so that the wildcard `?` counts the same characters before and after.

const NON_ASCII = /[^\0-\x7f]/;
const DASHES = /[/–—―]/g;

const folded = new Map<string, string>();

function foldCharacter(character: string): string {
  const known = folded.get(character);
  if (known !== undefined) return known;
  const result = computeFold(character);
  folded.set(character, result);
  return result;
}

function computeFold(character: string): string {
  // Dotless i has an upper case that is shared with i, yet folds to itself.
  if (character === 'ı') return character;
  const lower = character.toLowerCase();
  const round = lower.toUpperCase().toLowerCase();
  if (single(round)) return round;
  return single(lower) ? lower : character;
}

const single = (text: string): boolean => text.length === (text.codePointAt(0)! > 0xffff ? 2 : 1);

/** Folds case. `fold(a + b)` is `fold(a) + fold(b)` for well-formed strings, which `toLowerCase` alone does not keep (final sigma). */
export function fold(text: string): string {
  if (!NON_ASCII.test(text)) return text.toLowerCase();
  let result = '';
  for (const character of text) {
    result += character < '\x80' ? character.toLowerCase() : foldCharacter(character);
  }
  return result;
}

/** Maps the five dashes of the `windash` modifier (`-`, `/`, en dash, em dash, horizontal bar) to one. */
export function foldDashes(text: string): string {
  return text.replace(DASHES, '-');
}
