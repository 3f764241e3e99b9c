import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold } from '../src/fold.ts';

const ESCAPE = /[\\^$.*+?()[\]{}|/-]/g;

test('agrees with the simple case folding of a regular expression’s `iu`, for every code point', () => {
  const groups = new Map<string, string[]>();
  for (let code = 0; code <= 0x1ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const folded = fold(character);
    if (folded === character) continue;
    groups.set(folded, [...(groups.get(folded) ?? []), character]);
    expect(new RegExp(`^${folded.replace(ESCAPE, '\\$&')}$`, 'iu').test(character)).toBe(true);
  }
  expect(groups.size).toBeGreaterThan(1_300);
  // The other way round: what `iu` takes for equal folds alike.
  for (let code = 0x80; code <= 0x1ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    for (const other of [character.toLowerCase(), character.toUpperCase()]) {
      if (Array.from(other).length !== 1 || other === character) continue;
      const same = new RegExp(`^${other}$`, 'iu').test(character);
      if ((fold(other) === fold(character)) !== same) throw new Error(`U+${code.toString(16)} and ${other}`);
    }
  }
});

test('keeps the number of characters, is idempotent and works piece by piece', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(fold(a + b)).toBe(fold(a) + fold(b));
      expect(fold(fold(a))).toBe(fold(a));
      expect(Array.from(fold(a)).length).toBe(Array.from(a).length);
    }),
  );
});
