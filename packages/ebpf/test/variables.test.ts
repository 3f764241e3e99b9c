import { describe, expect, test } from 'vitest';
import { loadSpec } from './support/fixtures.ts';

const refusal = (code: string): unknown => expect.objectContaining({ name: 'EbpfError', code });

describe('variables of a spec', () => {
  test('take and give values by their type', () => {
    const { variables, maps } = loadSpec('sensor');
    variables.set('only_pid', 4242);
    variables.set('enabled', false);
    variables.set('threshold', 2n ** 63n);
    variables.set('signed_value', -1);
    variables.set('table', [1, 2]);
    expect(variables.get('only_pid')).toBe(4242);
    expect(variables.get('enabled')).toBe(false);
    expect(variables.get('threshold')).toBe(2n ** 63n);
    expect(variables.get('signed_value')).toBe(-1);
    expect(variables.get('table')).toEqual([1, 2, 0, 0]);
    expect(maps.get('.rodata')?.contents).toEqual(Uint8Array.of(0x92, 0x10, 0, 0, 0));
    variables.set('table', new Uint8Array(16).fill(255));
    expect(variables.get('table')).toEqual(Array(4).fill(0xffffffff));
  });

  test('what has no number is bytes', () => {
    const { variables } = loadSpec('extern');
    expect(Buffer.from(variables.get('names') as Uint8Array).toString()).toBe('one\0\0\0\0\0two\0\0\0\0\0');
    expect(variables.get('tagged_value')).toHaveLength(16);
    expect(() => variables.set('tagged_value', 1)).toThrow(refusal('invalid-value'));
  });

  test.each([
    ['only_pid', 2 ** 32],
    ['only_pid', -1],
    ['only_pid', 1.5],
    ['only_pid', Number.NaN],
    ['signed_value', 2 ** 31],
    ['threshold', -1n],
    ['threshold', 2n ** 64n],
    ['table', [1, 2, 3, 4, 5]],
    ['table', 1],
    ['only_pid', [1]],
    ['only_pid', new Uint8Array(3)],
  ])('%s refuses %s', (name, value) => {
    const { variables } = loadSpec('sensor');
    expect(() => variables.set(name, value)).toThrow(refusal('invalid-value'));
  });

  test('one that does not exist is named', () => {
    const { variables } = loadSpec('sensor');
    expect(variables.has('nothing')).toBe(false);
    expect(() => variables.get('nothing')).toThrow(refusal('unknown-variable'));
  });
});
