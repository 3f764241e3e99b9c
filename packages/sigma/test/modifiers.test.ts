import { describe, expect, test } from 'vitest';
import { errorOf, matches, ruleText } from './helpers.ts';

const b64 = (text: string, encoding: BufferEncoding = 'utf8') =>
  Buffer.from(text, encoding).toString('base64');

describe('generic modifiers', () => {
  test('all asks for every value', () => {
    expect(matches(`F|contains|all: ['-a', '-b']`, { F: 'x -b -a' })).toBe(true);
    expect(matches(`F|contains|all: ['-a', '-b']`, { F: 'x -b' })).toBe(false);
    expect(matches(`F|all|contains: ['-a', '-b']`, { F: 'x -b' })).toBe(false);
  });

  test('exists asks for presence, not for a value', () => {
    expect(matches('F|exists: true', { F: null })).toBe(true);
    expect(matches('F|exists: true', { F: '' })).toBe(true);
    expect(matches('F|exists: true', {})).toBe(false);
    expect(matches('F|exists: false', {})).toBe(true);
    expect(matches('F|exists: false', { F: 1 })).toBe(false);
  });

  test('neq turns the whole item round', () => {
    expect(matches(`F|neq: ['a', 'b']`, { F: 'c' })).toBe(true);
    expect(matches(`F|neq: ['a', 'b']`, { F: 'B' })).toBe(false);
    expect(matches(`F|contains|neq: 'a'`, { F: 'cat' })).toBe(false);
    expect(matches('F|neq: null', { F: 'x' })).toBe(true);
    expect(matches('F|neq: null', {})).toBe(false);
    expect(matches('F|neq: 5', { F: '5' })).toBe(false);
    expect(matches(`F|re|neq: '^a'`, { F: 'b' })).toBe(true);
  });
});

describe('windash', () => {
  test('the five dashes stand for each other', () => {
    for (const dash of ['-', '/', '–', '—', '―']) {
      expect(matches(`F|contains|windash: ' -f '`, { F: `x ${dash}F y` })).toBe(true);
      expect(matches(`F|windash|contains: ' ${dash}f '`, { F: 'x /f y' })).toBe(true);
    }
    expect(matches(`F|contains|windash: ' -f '`, { F: 'x +f y' })).toBe(false);
    expect(matches(`F|contains: ' -f '`, { F: 'x /f y' })).toBe(false);
  });

  test('every dash of a value varies by itself, with all as well', () => {
    expect(matches(`F|contains|windash: '-a -b'`, { F: '/a ―b' })).toBe(true);
    expect(matches(`F|contains|all|windash: ['-a', '-b']`, { F: '/b –a' })).toBe(true);
    expect(matches(`F|contains|all|windash: ['-a', '-b']`, { F: '/b' })).toBe(false);
    expect(matches(`F|windash|endswith|cased: '-A'`, { F: 'x /a' })).toBe(false);
  });

  test('before an encoding the permutations are written out', () => {
    expect(matches(`F|windash|base64: '-a'`, { F: b64('—a') })).toBe(true);
    expect(errorOf(ruleText(`s:\n  F|windash|base64: '--------'\ncondition: s`))).toBe('limit 7:23');
  });
});

describe('regular expressions', () => {
  test('are searched with case; flags change that', () => {
    expect(matches(`F|re: 'b+c'`, { F: 'aabbcc' })).toBe(true);
    expect(matches(`F|re: 'B+C'`, { F: 'aabbcc' })).toBe(false);
    expect(matches(`F|re|i: 'B+C'`, { F: 'aabbcc' })).toBe(true);
    expect(matches(`F|re: '(?i)B+C'`, { F: 'aabbcc' })).toBe(true);
    expect(matches(`F|re: '^b$'`, { F: 'a\nb\nc' })).toBe(false);
    expect(matches(`F|re|m: '^b$'`, { F: 'a\nb\nc' })).toBe(true);
    expect(matches(`F|re: 'a.b'`, { F: 'a\nb' })).toBe(false);
    expect(matches(`F|re|s: 'a.b'`, { F: 'a\nb' })).toBe(true);
    expect(matches(`F|re|i|m|s: '^B.C'`, { F: 'a\nb\nc' })).toBe(true);
  });

  test('a backslash is the expression’s own', () => {
    expect(matches(String.raw`F|re: '^\d+\.\*$'`, { F: '12.*' })).toBe(true);
  });
});

describe('encodings', () => {
  test('base64', () => {
    expect(matches(`F|base64|contains: 'http://'`, { F: `x ${b64('http://')} y` })).toBe(true);
    expect(matches(`F|base64: 'é'`, { F: b64('é') })).toBe(true);
    expect(matches(String.raw`F|base64: 'a\*b'`, { F: b64('a*b') })).toBe(true);
  });

  test('base64offset finds the value at each offset', () => {
    for (let before = 0; before < 9; before++) {
      for (let after = 0; after < 4; after++) {
        const encoded = b64(`${'z'.repeat(before)}/bin/bash${'q'.repeat(after)}`);
        expect(matches(`F|base64offset|contains: '/bin/bash'`, { F: encoded })).toBe(true);
      }
    }
    expect(matches(`F|base64offset|contains: '/bin/bash'`, { F: b64('/bin/dash') })).toBe(false);
  });

  test('utf16 forms', () => {
    expect(matches(`F|utf16le|base64: 'cmd'`, { F: b64('cmd', 'utf16le') })).toBe(true);
    expect(matches(`F|wide|base64offset|contains: 'ping'`, { F: b64('a ping', 'utf16le') })).toBe(true);
    expect(
      matches(`F|utf16be|base64: 'cmd'`, { F: Buffer.from([0, 99, 0, 109, 0, 100]).toString('base64') }),
    ).toBe(true);
    expect(matches(`F|utf16|base64: 'c'`, { F: Buffer.from([0xff, 0xfe, 99, 0]).toString('base64') })).toBe(
      true,
    );
    expect(matches(`F|wide: 'cm'`, { F: 'c\0m\0' })).toBe(true);
  });
});

describe('numbers and dates', () => {
  test.each([
    ['lt', 5, [4, '4', 4n, 4.9, '-1e3'], [5, 6, '5', 'four', true, '', '0x1']],
    ['lte', 5, [4, 5, '5', 5n], [5.1, '6']],
    ['gt', 5, [6, '5.5', 10n, '99999999999999999999'], [5, '5', 'six']],
    ['gte', 5, [5, 6n, '5.0'], [4, '']],
  ])('%s %s', (modifier, value, yes, no) => {
    for (const field of yes) expect(matches(`F|${modifier}: ${value}`, { F: field })).toBe(true);
    for (const field of no) expect(matches(`F|${modifier}: ${value}`, { F: field })).toBe(false);
    expect(matches(`F|${modifier}: ${value}`, {})).toBe(false);
    expect(matches(`F|${modifier}: ${value}`, { F: null })).toBe(false);
  });

  test('large integers keep their last digit', () => {
    expect(matches('F|gt: 9007199254740992', { F: '9007199254740993' })).toBe(true);
    expect(matches('F|lte: 9007199254740992', { F: 9007199254740993n })).toBe(false);
  });

  test('parts of a date are taken as written', () => {
    const event = { F: '2025-08-02T23:45:01.5+09:00' };
    for (const line of ['minute: 45', 'hour: 23', 'day: 2', 'week: 31', 'month: 8', 'year: 2025']) {
      expect(matches(`F|${line}`, event)).toBe(true);
    }
    expect(matches('F|hour|gte: 22', event)).toBe(true);
    expect(matches('F|hour|lt: 6', event)).toBe(false);
    expect(matches('F|hour: 0', { F: '2025-08-02' })).toBe(false);
    expect(matches('F|year: 2025', { F: 'yesterday' })).toBe(false);
    expect(matches('F|week: 53', { F: '2026-12-31' })).toBe(true);
    expect(matches('F|week: 1', { F: '2024-12-30' })).toBe(true);
  });
});

describe('cidr', () => {
  test.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '::1', false],
    ['::1/128', '0:0:0:0:0:0:0:1', true],
    ['fe80::/10', 'fe80::1', true],
    ['fe80::/10', 'FEBF::1', true],
    ['fe80::/10', 'fec0::1', false],
    ['192.168.0.0/16', '::ffff:192.168.3.4', true],
    ['::ffff:192.168.0.0/112', '192.168.3.4', true],
    ['10.0.0.0/8', '10.1.2', false],
    ['10.0.0.0/8', '10.01.2.3', false],
    ['10.0.0.0/8', 'localhost', false],
    ['10.0.0.0/8', '10.1.2.3.4', false],
  ])('%s holds %s: %s', (network, address, expected) => {
    expect(matches(`F|cidr: '${network}'`, { F: address })).toBe(expected);
  });
});

describe('expand and fieldref', () => {
  test('placeholders become their values, which may have wildcards', () => {
    const values = { Servers: ['srv*', 'db1'] };
    expect(matches(`F|expand: '%Servers%'`, { F: 'SRV-9' }, values)).toBe(true);
    expect(matches(`F|expand: '%Servers%'`, { F: 'pc' }, values)).toBe(false);
    expect(matches(`F|contains|expand: 'x%Servers%'`, { F: '..xdb1..' }, values)).toBe(true);
    expect(matches(`F: '%Servers%'`, { F: '%servers%' }, values)).toBe(true);
    expect(matches(String.raw`F|expand: '\%plain%Servers%'`, { F: '%plaindb1' }, values)).toBe(true);
    expect(matches(`F|cidr|expand: '%net%'`, { F: '10.1.1.1' }, { net: ['10.0.0.0/8'] })).toBe(true);
    for (const name of ['Unknown', 'constructor', '__proto__']) {
      expect(errorOf(ruleText(`s:\n  F|expand: '%${name}%'\ncondition: s`))).toBe('placeholder 7:15');
    }
  });

  test('fieldref compares with another field', () => {
    expect(matches('A|fieldref: B', { A: 'X', B: 'x' })).toBe(true);
    expect(matches('A|fieldref|cased: B', { A: 'X', B: 'x' })).toBe(false);
    expect(matches('A|fieldref: B', { A: 5, B: '5' })).toBe(true);
    expect(matches('A|fieldref: B', {})).toBe(false);
    expect(matches('A|fieldref|neq: B', { A: 'x', B: 'y' })).toBe(true);
    expect(matches('A|fieldref|startswith: B', { A: '/opt/app/x', B: '/opt/app' })).toBe(true);
    expect(matches('A|fieldref|contains: B', { A: 'abc', B: 'B' })).toBe(true);
    expect(matches('A|fieldref|endswith: B', { A: 'abc', B: 'b' })).toBe(false);
  });
});

test.each([
  ['F|contain: x', 'modifier 7:5'],
  ['F|: x', 'modifier 7:5'],
  ['F|all: x', 'modifier 7:5'],
  ['F|contains|contains: x', 'modifier 7:5'],
  ['F|contains|startswith: x', 'modifier 7:5'],
  ['F|re|contains: x', 'modifier 7:5'],
  ['F|i: x', 'modifier 7:5'],
  ['F|i|re: x', 'modifier 7:5'],
  ['F|exists|cased: true', 'modifier 7:5'],
  ['F|lt|gt: 1', 'modifier 7:5'],
  ['F|exists: 1', 'value 7:15'],
  ["F|exists: 'true'", 'value 7:15'],
  ["F|lt: '5'", 'value 7:11'],
  ['F|hour: noon', 'value 7:13'],
  ['F|contains: null', 'value 7:17'],
  ['F: [a, null]', 'value 7:12'],
  ['F: [a, [b]]', 'value 7:12'],
  ['F: {a: b}', 'value 7:8'],
  ['F: []', 'value 7:8'],
  ["F|base64: 'a*'", 'modifier 7:15'],
  ['F|contains|base64: a', 'modifier 7:24'],
  ["F|base64: ''", 'value 7:15'],
  ['F|base64offset: a', 'none'],
  ['F|cidr: 10.0.0.0/33', 'value 7:13'],
  ['F|cidr: host', 'value 7:13'],
  ["F|re: '('", 'regex 7:11'],
  [String.raw`F|re: '(a)\1'`, 'regex 7:11'],
  ["F|re: 'a(?=b)'", 'regex 7:11'],
  ["'|startswith': a", 'modifier 7:5'],
  ["'': a", 'key 7:5'],
  ['[a]: b', 'key 7:5'],
  ['F: .inf', 'value 7:8'],
])('refused with its place: %s', (line, expected) => {
  expect(errorOf(ruleText(`selection:\n  ${line}\ncondition: selection`))).toBe(expected);
});
