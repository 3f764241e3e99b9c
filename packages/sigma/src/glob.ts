import type { Pattern } from './pattern.ts';

/** A pattern without needless wildcards, sorted by how it can be tested. */
export type Shape =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'infix'; readonly text: string }
  | { readonly kind: 'glob'; readonly test: (text: string) => boolean };

/** Finds the cheapest test for a pattern. `view` brings literal text into the form of the texts to be tested. */
export function shapeOf(pattern: Pattern, view: (text: string) => string): Shape {
  const segments: Segment[] = [[]];
  for (const part of pattern) {
    const segment = segments.at(-1)!;
    if ('placeholder' in part) throw new Error('placeholders are expanded before patterns are compiled');
    if ('wild' in part) {
      if (part.wild === '*') segments.push([]);
      else segment.push(undefined);
    } else {
      const last = segment.at(-1);
      const text = view(part.text);
      if (last === undefined) segment.push(text);
      else segment[segment.length - 1] = last + text;
    }
  }
  const inner = segments.slice(1, -1).filter((segment) => segment.length > 0);
  const first = segments[0]!;
  if (segments.length === 1) {
    if (first.length === 0) return { kind: 'exact', text: '' };
    if (first.length === 1 && first[0] !== undefined) return { kind: 'exact', text: first[0] };
    return { kind: 'glob', test: (text) => matchAt(text, 0, first) === text.length };
  }
  const last = segments.at(-1)!;
  const filled = [first, ...inner, last].filter((segment) => segment.length > 0);
  if (filled.length === 0) return { kind: 'any' };
  const only = filled[0]!;
  if (filled.length === 1 && only.length === 1 && only[0] !== undefined) {
    return { kind: only === first ? 'prefix' : only === last ? 'suffix' : 'infix', text: only[0] };
  }
  return { kind: 'glob', test: (text) => matchSegments(text, first, inner, last) };
}

/** What stands between two `*`: literal texts, and undefined for each `?`. */
type Segment = (string | undefined)[];

/** Position after the segment when it stands at `at`, or -1. `?` takes one code point. */
function matchAt(text: string, at: number, segment: Segment): number {
  let position = at;
  for (const part of segment) {
    if (part === undefined) {
      if (position >= text.length) return -1;
      position += text.codePointAt(position)! > 0xffff ? 2 : 1;
    } else {
      if (!text.startsWith(part, position)) return -1;
      position += part.length;
    }
  }
  return position;
}

/** Each inner segment is taken at its first place: a later one could only leave less room for the rest. */
function matchSegments(text: string, first: Segment, inner: readonly Segment[], last: Segment): boolean {
  let position = matchAt(text, 0, first);
  if (position < 0) return false;
  for (const segment of inner) {
    position = find(text, position, segment);
    if (position < 0) return false;
  }
  if (last.length === 0) return true;
  const [tail] = last;
  if (last.length === 1 && tail !== undefined)
    return text.length - tail.length >= position && text.endsWith(tail);
  for (let at = position; at <= text.length; at++) {
    if (matchAt(text, at, last) === text.length) return true;
  }
  return false;
}

/** Position after the first occurrence of a segment, or -1. */
function find(text: string, from: number, segment: Segment): number {
  const [head] = segment;
  for (let at = from; at <= text.length; at++) {
    if (head !== undefined) {
      at = text.indexOf(head, at);
      if (at < 0) return -1;
    }
    const end = matchAt(text, at, segment);
    if (end >= 0) return end;
  }
  return -1;
}
