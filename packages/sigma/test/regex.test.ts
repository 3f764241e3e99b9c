import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../src/fold.ts';
import { linearRegex } from '../src/regex/search.ts';
import { timed } from './helpers.ts';

const NONE = { ignoreCase: false, multiLine: false, dotAll: false };
const regexTest = (source: string, text: string, flags = NONE): boolean =>
  linearRegex(source, flags).test(text);

/** A pattern as this package takes it and as V8 takes it, which differ in `.`, `$` and `\s`. */
interface Twin {
  ours: string;
  v8: string;
}

const leaf: fc.Arbitrary<Twin> = fc.oneof(
  fc
    .constantFrom(
      'a',
      'b',
      'A',
      '1',
      '_',
      '-',
      '\\.',
      '\\d',
      '\\w',
      '\\W',
      '\\D',
      '\\n',
      '[ab]',
      '[^a]',
      '[a-c1-3]',
    )
    .map((text) => ({
      ours: text,
      v8: text,
    })),
  fc.constantFrom('[^\\w-]', '[\\d_.]', '[]a]', '\\x41', 'é', '\\b', '\\B', '^').map((text) => ({
    ours: text,
    v8: text === '[]a]' ? '[\\]a]' : text,
  })),
  fc.constant({ ours: '.', v8: '[^\\n]' }),
  fc.constant({ ours: '\\s', v8: '[\\t-\\r ]' }),
  // `$` is generated at the end only: here it may take the last newline with it.
);

const pattern: fc.Arbitrary<Twin> = fc.letrec<{ node: Twin }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => ({ ours: a.ours + b.ours, v8: a.v8 + b.v8 })),
    fc
      .tuple(tie('node'), tie('node'))
      .map(([a, b]) => ({ ours: `(?:${a.ours}|${b.ours})`, v8: `(?:${a.v8}|${b.v8})` })),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{1,3}', '{0,2}?', '{2,}'))
      .map(([a, quantifier]) => ({ ours: `(${a.ours})${quantifier}`, v8: `(${a.v8})${quantifier}` })),
  ),
})).node;

const input = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', 'B', 'c', '1', '_', '-', '.', ' ', '\n', 'é', 'É'),
  maxLength: 12,
});

describe('agrees with V8', () => {
  test.each(['', 'i', 'm', 's', 'ims'])('flags %j', (letters) => {
    const flags = {
      ignoreCase: letters.includes('i'),
      multiLine: letters.includes('m'),
      dotAll: letters.includes('s'),
    };
    fc.assert(
      fc.property(pattern, input, fc.boolean(), (twin, text, anchored) => {
        const v8 = flags.dotAll ? twin.v8.replaceAll('[^\\n]', '[^]') : twin.v8;
        const end = flags.multiLine ? '$' : '(?=\\n?(?![^]))';
        const expected = new RegExp(anchored ? `(?:${v8})${end}` : v8, letters.replace('s', '')).test(text);
        const ours = anchored ? `(?:${twin.ours})$` : twin.ours;
        expect(regexTest(ours, text, flags)).toBe(expected);
      }),
      { numRuns: 1_500 },
    );
  });
});

test.each([
  ['^a$', 'a\n', true],
  ['^a$', 'a\n\n', false],
  ['a{,3}', 'a{,3}', true],
  ['{', '{', true],
  ['x{1', 'x{1', true],
  [']', ']', true],
  ['[-a]', '-', true],
  ['[a-]', '-', true],
  ['(?i)ABC', 'xabcx', true],
  ['(?i:A)B', 'aB', true],
  ['(?i:A)B', 'ab', false],
  ['a(?i)B|C', 'c', true],
  ['((?i)a)b', 'aB', false],
  ['(?-i)a', 'A', false],
  ['', '', true],
  ['()', 'x', true],
  ['(a*)*b', 'b', true],
  ['(|a)+', '', true],
  ['.{1000,}', 'x'.repeat(1000), true],
  ['.{1000,}', 'x'.repeat(999), false],
  ['[^/]{100,}$', `/${'x'.repeat(100)}`, true],
])('%s on %j is %s', (source, text, expected) => {
  expect(regexTest(source, text)).toBe(expected);
});

test.each([
  '(',
  ')',
  '[a',
  '*a',
  'a**',
  'a++',
  'a*+',
  '(?=a)',
  '(?!a)',
  '(?<=a)',
  '(?<n>a)',
  '(?>a)',
  '\\1',
  '\\',
  '\\p{L}',
  '\\x4',
  '[b-a]',
  '[[:alpha:]]',
  'a{3,1}',
  'a{9999}',
  '((a{50}){50}){50}',
  '('.repeat(60),
  'a'.repeat(2_000),
  '\\A',
])('refused: %s', (source) => {
  expect(() => linearRegex(source, NONE)).toThrow(expect.objectContaining({ name: 'Error' }) as Error);
});

test('arbitrary patterns are refused or answer; nothing else is thrown', () => {
  const characters = fc.constantFrom(...Array.from('ab()[]{}*+?|\\^$.-,:=!<>0123dwsbx\n'));
  fc.assert(
    fc.property(
      fc.string({ unit: characters, maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      (source, text) => {
        let regex: ReturnType<typeof linearRegex>;
        try {
          regex = linearRegex(source, NONE);
        } catch (error) {
          expect(error).toHaveProperty('index');
          return;
        }
        expect(typeof regex.test(text)).toBe('boolean');
      },
    ),
    { numRuns: 3_000 },
  );
});

describe('required literals', () => {
  test('one of them is in every text that matches', () => {
    let used = 0;
    const word = fc.constantFrom('abab', 'AB1-', 'b_c', 'é-Éa').map((text) => ({ ours: text, v8: text }));
    const mixed = fc
      .array(fc.oneof(pattern, word), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.map((part) => part.ours).join(''));
    fc.assert(
      fc.property(
        mixed,
        fc.array(
          fc.oneof(
            word.map((twin) => twin.ours),
            input,
          ),
        ),
        fc.boolean(),
        (source, pieces, ignoreCase) => {
          const text = pieces.join('');
          const regex = linearRegex(source, { ...NONE, ignoreCase });
          if (regex.required === undefined || !regex.test(text)) return;
          used++;
          expect(regex.required.some((literal) => fold(text).includes(literal))).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
    expect(used).toBeGreaterThan(100);
  });

  test.each([
    ['(curl|wget)\\s', ['curl', 'wget']],
    ['(?i)FooBar', ['foobar']],
    ['^/(tmp|dev/shm)/\\.x', ['/tmp/.x', '/dev/shm/.x']],
    ['(abc)?def', ['def', 'abcdef']],
    ['(abc)+', ['abc']],
    ['a|bcd', undefined],
    ['[a-z]+', undefined],
    ['(abc)*', undefined],
    ['\\d{3}-foo', ['-foo']],
  ])('%s needs %j', (source, expected) => {
    expect(linearRegex(source, NONE).required).toEqual(expected);
  });
});

describe('attacks end in time', () => {
  // Each of these takes V8's backtracking engine from minutes to longer than the universe has been there.
  const attacks: [string, string][] = [
    ['^(a+)+$', `${'a'.repeat(65_000)}!`],
    ['^(a|a)*$', `${'a'.repeat(65_000)}!`],
    ['^(a|aa)+$', `${'a'.repeat(65_000)}!`],
    ['(.*a){20}$', 'a'.repeat(60_000) + '!'.repeat(5_000)],
    ['(a+){1,20}b', 'a'.repeat(65_000)],
    ['(x+x+)+y', 'x'.repeat(65_000)],
    ['([a-zA-Z]+)*[0-9]!', 'a'.repeat(65_000)],
    // Makes exponentially many sets of states, so that the automaton's cache is emptied again and again.
    [
      '[ab]*a[ab]{18}!',
      Array.from({ length: 20_000 }, (_, at) => ((at * 7919) % 13 < 6 ? 'a' : 'b')).join(''),
    ],
    ['(.{1,400}x){1,2}y', 'x'.repeat(3_000)],
  ];
  test.each(attacks)('%s', (source, text) => {
    const [matched, cost] = timed(() => regexTest(source, text));
    expect(matched).toBe(false);
    expect(cost).toBeLessThan(3_000);
  });

  test('control: V8 alone is caught by the same pattern', () => {
    const time = (length: number): number => {
      const text = `${'a'.repeat(length)}!`;
      return timed(() => /^(a+)+$/.test(text))[1];
    };
    time(10);
    // Twice the work per character: 8 more make it 256 times slower. 25 instead of 65,000 keep this test short.
    expect(time(25)).toBeGreaterThan(20 * time(17));
  });
});
