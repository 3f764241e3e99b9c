import { describe, expect, test } from 'vitest';
import { matches } from './helpers.ts';

describe('text values', () => {
  test('are compared without case, in all scripts', () => {
    expect(matches(`F: 'CAFÉ Σίσυφος'`, { F: 'café σίσυφοσ' })).toBe(true);
    expect(matches(`F: 'σίσυφος'`, { F: 'ΣΊΣΥΦΟΣ' })).toBe(true);
    expect(matches(`F|contains: 'ΦΟΣ'`, { F: 'Σίσυφος!' })).toBe(true);
    // Kelvin sign and k; dotless i is a letter of its own.
    expect(matches(`F: 'K'`, { F: 'k' })).toBe(true);
    expect(matches(`F: 'ı'`, { F: 'i' })).toBe(false);
    expect(matches(`F: 'ß'`, { F: 'ẞ' })).toBe(true);
  });

  test('`cased` compares with case', () => {
    expect(matches(`F|cased: 'Ab'`, { F: 'Ab' })).toBe(true);
    expect(matches(`F|cased: 'Ab'`, { F: 'ab' })).toBe(false);
    expect(matches(`F|contains|cased: 'Ab'`, { F: 'xAbx' })).toBe(true);
    expect(matches(`F|cased|endswith: 'Ab'`, { F: 'xab' })).toBe(false);
  });

  test.each([
    ['a*c', 'abbbc', true],
    ['a*c', 'ac', true],
    ['a*c', 'acd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?c', 'a😀c', true],
    ['a?c', 'abbc', false],
    ['?', 'x', true],
    ['?', '', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['a*b*c', 'abc', true],
    ['ab*ba', 'aba', false],
    ['*ab?*', 'xab', false],
    ['*?b', 'aab', true],
    ['s?ra?e', 'straße', true],
    ['stra?e', 'STRASSE', false],
    ['stra?e', 'straße', true],
  ])('wildcards: %s on %s is %s', (value, text, expected) => {
    expect(matches(`F: '${value}'`, { F: text })).toBe(expected);
  });

  test.each([
    [String.raw`C:\Windows\x`, String.raw`C:\Windows\x`, true],
    [String.raw`C:\\Windows`, String.raw`C:\Windows`, true],
    [String.raw`a\*b`, 'a*b', true],
    [String.raw`a\*b`, 'axb', false],
    [String.raw`a\?b`, 'a?b', true],
    [String.raw`a\?b`, 'axb', false],
    [String.raw`a\\*b`, String.raw`a\xxb`, true],
    [String.raw`a\\*b`, 'axxb', false],
    [String.raw`a\\\*b`, String.raw`a\*b`, true],
    [String.raw`a\\\*b`, String.raw`a\xb`, false],
    [String.raw`a\\\b`, String.raw`a\\b`, true],
    [String.raw`a\\\\b`, String.raw`a\\b`, true],
    [String.raw`\\\\host\share`, String.raw`\\host\share`, true],
  ])('escapes: %s on %s is %s', (value, text, expected) => {
    expect(matches(`F: '${value}'`, { F: text })).toBe(expected);
  });

  test('wildcards inside contains, startswith and endswith are not anchored', () => {
    expect(matches(`F|contains: 'a*c'`, { F: 'xxabbcxx' })).toBe(true);
    expect(matches(`F|contains: 'a?c'`, { F: 'xxabcxx' })).toBe(true);
    expect(matches(`F|startswith: 'a*c'`, { F: 'abbcxx' })).toBe(true);
    expect(matches(`F|startswith: 'a*c'`, { F: 'xabc' })).toBe(false);
    expect(matches(`F|endswith: 'a*c'`, { F: 'xxabbc' })).toBe(true);
    expect(matches(`F|endswith: 'a*c'`, { F: 'abcx' })).toBe(false);
  });

  test('`endswith /name` looks at whole components only where the rule says so', () => {
    expect(matches(`F|endswith: '/sh'`, { F: '/bin/sh' })).toBe(true);
    expect(matches(`F|endswith: '/sh'`, { F: '/bin/bash' })).toBe(false);
    expect(matches(`F|endswith: '/sh'`, { F: 'sh' })).toBe(false);
    expect(matches(`F|endswith: '/sh'`, { F: '/sh' })).toBe(true);
    expect(matches(`F|endswith: 'sh'`, { F: '/bin/bash' })).toBe(true);
    expect(matches(`F|endswith: '/bin/sh'`, { F: '/usr/bin/SH' })).toBe(true);
    expect(matches(String.raw`F|endswith: '\cmd.exe'`, { F: String.raw`C:\x/y\CMD.exe` })).toBe(true);
    expect(matches(`F|endswith: '/'`, { F: '/tmp/' })).toBe(true);
    expect(matches(`F: ['sh', '/bin/sh']`, { F: 'sh' })).toBe(true);
  });
});

describe('other values', () => {
  test('numbers equal numbers and their text, whatever their type', () => {
    for (const value of [4688, '4688', 4688n]) expect(matches('F: 4688', { F: value })).toBe(true);
    for (const value of [4688, '4688']) expect(matches(`F: '4688'`, { F: value })).toBe(true);
    expect(matches('F: 4688', { F: '04688' })).toBe(false);
    expect(matches('F: 12345678901234567890', { F: 12345678901234567890n })).toBe(true);
    expect(matches('F: 12345678901234567890', { F: 12345678901234567891n })).toBe(false);
    expect(matches('F: 1.5', { F: 1.5 })).toBe(true);
    expect(matches('F|contains: 44', { F: 'port 4444' })).toBe(true);
  });

  test('booleans are their text', () => {
    expect(matches('F: true', { F: true })).toBe(true);
    expect(matches('F: true', { F: 'True' })).toBe(true);
    expect(matches('F: false', { F: true })).toBe(false);
    expect(matches('F: false', {})).toBe(false);
  });

  test('null is an absent field or one without a value; an empty text is neither', () => {
    expect(matches('F: null', {})).toBe(true);
    expect(matches('F:', { F: null })).toBe(true);
    expect(matches('F: null', { F: '' })).toBe(false);
    expect(matches(`F: ''`, { F: '' })).toBe(true);
    expect(matches(`F: ''`, {})).toBe(false);
    expect(matches(`F: ''`, { F: null })).toBe(false);
    expect(matches(`F: ''`, { F: 'x' })).toBe(false);
    expect(matches(`F|contains: ''`, { F: 'x' })).toBe(true);
    expect(matches(`F: '*'`, {})).toBe(false);
  });

  test('a field with several values matches by any of them', () => {
    expect(matches(`F|endswith: '/b'`, { F: ['/a', '/b'] })).toBe(true);
    expect(matches(`F|contains|all: ['a', 'b']`, { F: ['xa', 'xb'] })).toBe(true);
    expect(matches('F|gt: 5', { F: [1, 9] })).toBe(true);
    expect(matches(`F: 'c'`, { F: ['a', 'b'] })).toBe(false);
    expect(matches(`F: 'c'`, { F: [] })).toBe(false);
  });
});

describe('selections', () => {
  test('a map is and, a list of values is or, a list of maps is or', () => {
    expect(matches('A: 1\nB: 2', { A: 1, B: 2 })).toBe(true);
    expect(matches('A: 1\nB: 2', { A: 1 })).toBe(false);
    expect(matches('A: [1, 2]', { A: 2 })).toBe(true);
    expect(matches('- A: 1\n- B: 2', { B: 2 })).toBe(true);
    expect(matches('- A: 1\n  C: 3\n- B: 2', { A: 1 })).toBe(false);
  });

  test('keywords look in every value', () => {
    expect(matches(`- 'evil'\n- 'x*z'`, { A: 'fine', B: ['so', 'EVIL!'] })).toBe(true);
    expect(matches(`- 'evil'\n- 'x*z'`, { A: { B: 'axyzb' } })).toBe(true);
    expect(matches(`- 'evil'`, { evil: 'no' })).toBe(false);
    expect(matches('- 4444', { A: 'port 4444' })).toBe(true);
    expect(matches(`'|all':\n  - one\n  - two`, { A: 'one', B: 'two' })).toBe(true);
    expect(matches(`'|all':\n  - one\n  - two`, { A: 'one' })).toBe(false);
    expect(matches(`'|re': 'e.il$'`, { A: 'evil' })).toBe(true);
    expect(matches(`'|cased': 'Evil'\n`, { A: 'an evil' })).toBe(false);
    expect(matches(`- 'evil'\n- A: 5`, { A: 5 })).toBe(true);
  });

  test('names of object members mean nothing special', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(matches(`${name}: null`, {})).toBe(true);
      expect(matches(`${name}|exists: true`, {})).toBe(false);
    }
    expect(matches('__proto__: x', JSON.parse('{"__proto__": "x"}') as Record<string, unknown>)).toBe(true);
    expect(matches('a.b: 1', { a: { b: 1 } })).toBe(true);
    expect(matches('a.b: 1', { 'a.b': 1 })).toBe(true);
    expect(matches('a.length: 1', { a: 'x' })).toBe(false);
  });
});
