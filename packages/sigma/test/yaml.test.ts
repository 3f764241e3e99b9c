import { parseRules, SigmaError } from '@ringfence/sigma';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorOf, ruleText, timed } from './helpers.ts';

const GOOD = ruleText('s:\n  F: x\ncondition: s');

describe('hostile YAML ends in an error, soon', () => {
  const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let at = 0; at < 12; at++) {
    const name = String.fromCharCode(97 + at);
    const next = String.fromCharCode(98 + at);
    laughs.push(`${next}: &${next} [${Array(9).fill(`*${name}`).join(', ')}]`);
  }
  const cases: [string, string][] = [
    ['a billion laughs', laughs.join('\n')],
    ['an alias to itself', 'a: &a [*a]'],
    ['flow nested 100,000 deep', '['.repeat(100_000)],
    ['maps nested 50,000 deep', `${'{a: '.repeat(50_000)}`],
    ['lists nested 5,000 deep', `${'- '.repeat(5_000)}x`],
    ['blocks nested 1,000 deep', Array.from({ length: 1_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
    ['a file too long', 'a'.repeat(5_000_000)],
    ['30,000 documents', '---\na\n'.repeat(30_000)],
    ['100,000 keys', Array.from({ length: 100_000 }, (_, at) => `k${at}: 1`).join('\n')],
    ['100,000 equal keys', 'k: 1\n'.repeat(100_000)],
    [
      'many anchors and aliases',
      `${Array.from({ length: 3_000 }, (_, at) => `k${at}: &n${at} x\nj${at}: *n${at}`).join('\n')}`,
    ],
    ['100,000 regular expressions', ruleText(`s:\n  F|re: [${"'.{1990}',".repeat(100_000)}]\ncondition: s`)],
    [
      'aliases in many documents',
      `${`---\na: &a [${'x,'.repeat(100)}]\nb: [${'*a,'.repeat(90)}]\n`.repeat(600)}`,
    ],
    ['a tag', 'title: !!js/function "x"'],
    ['a custom tag', 'title: !x y'],
    ['NUL bytes', '\0'.repeat(10_000)],
    ['tabs', '\t\t\ta: b'],
    ['a merge key', 'a: &a {title: x}\n<<: *a'],
    ['unclosed quotes', `title: '${'x'.repeat(100_000)}`],
    ['many question marks', '? '.repeat(5_000)],
    ['many directives', `${'%TAG ! x\n'.repeat(10_000)}---\na: b`],
    ['a number as a rule', '5'],
    ['a list as a rule', '- title: x'],
  ];
  test.each(cases)('%s', (_, text) => {
    const [{ rules, errors }, cost] = timed(() => parseRules(text, { file: 'hostile.yml' }));
    expect(rules).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(101);
    for (const error of errors) {
      expect(error).toBeInstanceOf(SigmaError);
      expect(error.message).toMatch(/^hostile\.yml/);
      expect(error.message).not.toContain('\n');
      expect(error.message.length).toBeLessThan(600);
    }
    expect(cost).toBeLessThan(5_000);
  });
});

describe('arbitrary input never throws', () => {
  test('random text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void parseRules(text)),
      { numRuns: 500 },
    );
  });

  test('random YAML-like text', () => {
    const unit = fc.constantFrom(...Array.from('abc:-[]{}&*!|>\'"%@`#,?\n  \t~1.\\'));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 120 }), (text) => void parseRules(text)),
      { numRuns: 2_000 },
    );
  });

  test('a good rule with random damage', () => {
    fc.assert(
      fc.property(fc.nat(GOOD.length), fc.nat(8), fc.string({ maxLength: 8 }), (at, cut, insert) => {
        const { rules, errors } = parseRules(GOOD.slice(0, at) + insert + GOOD.slice(at + cut));
        expect(rules.length + errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('each truncation of a rule', () => {
    for (let at = 1; at < GOOD.length - 2; at++) {
      const { rules, errors } = parseRules(GOOD.slice(0, at));
      expect(rules.length + errors.length).toBeGreaterThan(0);
    }
  });
});

describe('files', () => {
  test('several documents; a broken one does not harm the others', () => {
    const { rules, errors } = parseRules(
      `${GOOD}---\ntitle: [\n---\n${GOOD.replace('Test', 'Second')}---\n`,
      { file: 'two.yml' },
    );
    expect(rules.map((rule) => rule.title)).toEqual(['Test', 'Second']);
    expect(rules[1]!.place.line).toBe(12);
    expect(errors.map((error) => error.line)).toEqual([11]);
  });

  test('an empty file has no rules and no errors', () => {
    for (const text of ['', '\n', '# only a comment\n', '---\n', '\ufeff']) {
      expect(parseRules(text)).toEqual({ rules: [], errors: [] });
    }
  });

  test('Windows line ends and a byte order mark', () => {
    expect(parseRules(`\ufeff${GOOD.replaceAll('\n', '\r\n')}`).rules).toHaveLength(1);
  });

  test('aliases work within bounds', () => {
    const text = ruleText('s:\n  F: &list [a, b]\n  G: *list\ncondition: s');
    expect(parseRules(text).rules).toHaveLength(1);
  });
});

describe('metadata', () => {
  test('everything that the specification names, and custom fields', () => {
    const head = [
      'id: 929A690E-bef0-4204-a928-ef5e620d6fcc',
      'name: n',
      'status: test',
      'description: d',
      'license: Apache-2.0',
      'author: x, y',
      "references: ['https://example.org']",
      'date: 2025-01-31',
      'modified: 2025-02-01',
      'level: high',
      'taxonomy: sigma',
      'tags: [attack.execution, attack.t1059.004, attack.t1027, cve.2024-1]',
      'falsepositives: [none yet]',
      'fields: [A]',
      'scope: [server]',
      'related: [{id: 929a690e-bef0-4204-a928-ef5e620d6fcd, type: similar}]',
      'ringfence: {tier: core, __proto__: {x: 1}}',
      '',
    ].join('\n');
    const { rules, errors } = parseRules(ruleText('s:\n  F: x\ncondition: s', head), { file: 'x.yml' });
    expect(errors).toEqual([]);
    expect(rules[0]).toMatchObject({
      title: 'Test',
      level: 'high',
      status: 'test',
      author: 'x, y',
      techniques: ['T1059.004', 'T1027'],
      date: '2025-01-31',
      logsource: { product: 'linux', category: 'process_creation' },
      falsepositives: ['none yet'],
      file: 'x.yml',
      related: [{ id: '929a690e-bef0-4204-a928-ef5e620d6fcd', type: 'similar' }],
    });
    const custom = rules[0]!.custom['ringfence'] as Record<string, unknown>;
    expect(custom['tier']).toBe('core');
    expect(Object.getPrototypeOf(custom)).toBeNull();
    expect((Object.prototype as Record<string, unknown>)['x']).toBeUndefined();
  });

  test.each([
    ['level: urgent\n', 'value 2:8'],
    ['status: new\n', 'value 2:9'],
    ['id: 5\n', 'value 2:5'],
    ['id: not-a-uuid\n', 'value 2:5'],
    ['date: 2025/01/31\n', 'value 2:7'],
    ['tags: attack.t1059\n', 'value 2:7'],
    ['tags: [Attack.T1059]\n', 'value 2:7'],
    ['falsepositives: [a, a]\n', 'value 2:21'],
    ['description: [a]\n', 'value 2:14'],
    ['related: [{id: x}]\n', 'missing 2:11'],
    ['related: [{id: 929a690e-bef0-4204-a928-ef5e620d6fcd, type: similar, x: 1}]\n', 'key 2:69'],
    ['title: again\n', 'key 2:1'],
    ['1.5: x\n', 'key 2:1'],
    ['correlation: {}\n', 'unsupported 2:1'],
    ['filter: {}\n', 'unsupported 2:1'],
    ['action: global\n', 'unsupported 2:1'],
  ])('refused with its place: %j', (head, expected) => {
    expect(errorOf(ruleText('s:\n  F: x\ncondition: s', head))).toBe(expected);
  });

  test.each([
    ['title: x', 'missing 1:1'],
    [GOOD.replace('  category', '  categories'), 'key 4:3'],
    [GOOD.replace('linux', '5'), 'value 3:12'],
    [GOOD.replace('product: linux\n  category: process_creation', 'definition: x'), 'missing 3:3'],
    [
      GOOD.replace('logsource:\n  product: linux\n  category: process_creation', 'logsource: linux'),
      'value 2:12',
    ],
    [GOOD.replace('  condition: s', ''), 'missing 6:3'],
    [GOOD.replace('condition: s', 'condition: 5'), 'condition 8:14'],
    [GOOD.replace('condition: s', 'timeframe: 5m\n  condition: s'), 'unsupported 8:3'],
    [GOOD.replace('    F: x', '    {}'), 'value 7:5'],
    [GOOD.replace('    F: x', '    []'), 'value 7:5'],
    [GOOD.replace('\n    F: x', ' text'), 'value 6:6'],
    [GOOD.replace('F: x', 'F: x\n    F: y'), 'key 8:5'],
    [GOOD.replace('Test', 'x'.repeat(300)), 'limit 1:8'],
    [GOOD.replace('F: x', `F: ${'x'.repeat(9_000)}`), 'limit 7:8'],
    [GOOD.replace('F: x', `${'F'.repeat(300)}: x`), 'limit 7:5'],
    [GOOD.replace('F: x', `F: [${'x,'.repeat(200_001)}]`), 'limit 7:400009'],
  ])('refused with its place (%#)', (text, expected) => {
    expect(errorOf(text)).toBe(expected);
  });

  test('all errors of a rule are told at once, each in one line with a cure', () => {
    const text = ruleText("a:\n  F|contain: x\nb:\n  G|re: '('\ncondition: a", 'level: urgent\n');
    const messages = parseRules(text, { file: 'bad.yml' }).errors.map((error) => error.message);
    expect(messages).toEqual([
      'bad.yml:8:5: unknown modifier "contain"; did you mean "contains"?',
      'bad.yml:10:11: regular expression "(": unclosed `(` (at character 1)',
      'bad.yml:2:8: "level" cannot be "urgent"; use informational, low, medium, high, critical',
    ]);
  });
});
