import { parseRules } from '@ringfence/sigma';
import { describe, expect, test } from 'vitest';
import { parseOne, ruleText, run } from './helpers.ts';

/** Selections a…d and _e, each true when the event has a field of its name. */
const SEARCHES = ['a', 'b', 'c', 'd', '_e'].map((name) => `${name}:\n  ${name}|exists: true`).join('\n');

function holds(condition: string, fields: string): boolean {
  const rule = parseOne(ruleText(`${SEARCHES}\ncondition: ${condition}`));
  return (
    run(rule, Object.fromEntries(Array.from(fields).map((name) => [name === 'e' ? '_e' : name, 1]))) !==
    undefined
  );
}

function failure(condition: string): string {
  const [error] = parseRules(ruleText(`${SEARCHES}\ncondition: ${condition}`)).errors;
  return error === undefined ? 'none' : `${error.code}: ${error.problem}`;
}

describe('precedence', () => {
  test.each([
    ['a or b and c', 'a', true],
    ['a or b and c', 'b', false],
    ['a or b and c', 'bc', true],
    ['(a or b) and c', 'a', false],
    ['not a and b', 'b', true],
    ['not a and b', '', false],
    ['not (a and b)', 'a', true],
    ['not not a', 'a', true],
    ['a and not b or c', 'ab', false],
    ['a and not b or c', 'abc', true],
    ['not 1 of a*', 'a', false],
    ['a and not 1 of b*', 'a', true],
    ['((((a))))', 'a', true],
  ])('%s with %s is %s', (condition, fields, expected) => {
    expect(holds(condition, fields)).toBe(expected);
  });
});

describe('x of', () => {
  test.each([
    ['1 of them', 'd', true],
    ['1 of them', 'e', false],
    ['all of them', 'abcd', true],
    ['all of them', 'abc', false],
    ['1 of _*', 'e', true],
    ['1 of *', 'e', true],
    ['all of *', 'abcd', false],
    ['all of *', 'abcde', true],
    ['1 of a', 'a', true],
    ['1 of *b*', 'b', true],
    ['1 of *b*', 'a', false],
  ])('%s with %s is %s', (condition, fields, expected) => {
    expect(holds(condition, fields)).toBe(expected);
  });

  test('patterns may have a star anywhere', () => {
    const searches = ['sel_one_x', 'sel_two_x', 'sel_one_y']
      .map((name) => `${name}:\n  ${name}|exists: true`)
      .join('\n');
    const rule = parseOne(ruleText(`${searches}\ncondition: all of sel*_x`));
    expect(run(rule, { sel_one_x: 1, sel_two_x: 1 })).toBeDefined();
    expect(run(rule, { sel_one_x: 1, sel_one_y: 1 })).toBeUndefined();
  });
});

test('a list of conditions is or', () => {
  expect(holds('\n  - a and b\n  - c', 'c')).toBe(true);
  expect(holds('\n  - a and b\n  - c', 'a')).toBe(false);
});

test.each([
  ['a and', 'condition: condition: the condition ends too early (at character 6)'],
  ['a b', 'condition: condition: unexpected "b" (at character 3)'],
  ['and a', 'condition: condition: unexpected "and" (at character 1)'],
  ['(a', 'condition: condition: `(` is not closed (at character 1)'],
  ['a)', 'condition: condition: unexpected ")" (at character 2)'],
  ['()', 'condition: condition: unexpected ")" (at character 2)'],
  ['a AND b', 'condition: condition: unexpected "AND" (at character 3)'],
  ['x', 'condition: condition: the detection has no "x" (at character 1)'],
  ['a*', 'condition: condition: "a*" needs `1 of` or `all of` before it (at character 1)'],
  ['1 of x*', 'condition: condition: no search matches "x*" (at character 6)'],
  ['1 of', 'condition: condition: `of` needs `them` or a pattern (at character 5)'],
  ['2 of them', 'condition: condition: "2 of" is not supported (at character 1)'],
  ['any of them', 'condition: condition: "any of" is not supported (at character 1)'],
  ['them', 'condition: condition: unexpected "them" (at character 1)'],
  [
    "'a | count() > 5'",
    'unsupported: condition: aggregations (`| count()`, `| near`) are not part of Sigma 2 (at character 3)',
  ],
  ['a & b', 'condition: condition: unexpected "&" (at character 3)'],
  ['[]', 'condition: the list of conditions is empty'],
  ["''", 'condition: condition: empty condition (at character 1)'],
  [`'${'('.repeat(5000)}'`, 'limit: condition: condition longer than 4096 characters (at character 1)'],
  [
    `'${'('.repeat(100)}a${')'.repeat(100)}'`,
    'limit: condition: condition nested deeper than 64 (at character 66)',
  ],
  [`'${'not '.repeat(100)}a'`, 'limit: condition: condition nested deeper than 64 (at character 261)'],
])('refused: %s', (condition, expected) => {
  expect(failure(condition)).toBe(expected);
});
