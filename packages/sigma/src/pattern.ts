/** A piece of a pattern: literal text, a wildcard, or (until `expand` has run) a placeholder. */
export type Part =
  | { readonly text: string }
  | { readonly wild: '*' | '?' }
  | { readonly placeholder: string };

/** A value with wildcards. An empty list is the empty string. */
export type Pattern = readonly Part[];

export const MANY: Part = { wild: '*' };

/** What may mean more than itself in a value. */
const SPECIAL = /[\\*?%]/;

/**
 * Splits a value at its wildcards and takes its escapes away (Sigma 2.1.0, "Escape Character"): a backslash before `*`, `?` or
 * another backslash makes that character plain; any other backslash is itself. With `expand`, `%name%` is a placeholder
 * and `\%` a plain percent sign.
 */
export function parsePattern(value: string, expand = false): Part[] {
  if (!SPECIAL.test(value)) return value === '' ? [] : [{ text: value }];
  const parts: Part[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push({ text });
    text = '';
  };
  for (let at = 0; at < value.length; at++) {
    const character = value[at]!;
    const next = value[at + 1];
    if (character === '\\' && (next === '\\' || next === '*' || next === '?' || (expand && next === '%'))) {
      text += next;
      at++;
    } else if (character === '*' || character === '?') {
      flush();
      parts.push({ wild: character });
    } else if (expand && character === '%' && value.indexOf('%', at + 1) > at + 1) {
      const end = value.indexOf('%', at + 1);
      flush();
      parts.push({ placeholder: value.slice(at + 1, end) });
      at = end;
    } else {
      text += character;
    }
  }
  flush();
  return parts;
}

/** The literal text of a pattern, or undefined when it has wildcards. */
export function literalOf(pattern: Pattern): string | undefined {
  let text = '';
  for (const part of pattern) {
    if (!('text' in part)) return undefined;
    text += part.text;
  }
  return text;
}
