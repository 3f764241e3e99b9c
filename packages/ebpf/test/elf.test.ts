import { BtfError, CollectionSpec, ElfError } from '@ringfence/ebpf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeForKernel } from '../src/btf/encode.ts';
import { Relocator } from '../src/core/relocate.ts';
import { CoreError } from '../src/errors.ts';
import { loadSpec, objectBytes, targetBtf } from './support/fixtures.ts';

const NOTHING = { float: false, declTag: false, typeTag: false, enum64: false };
const target = targetBtf();

/** Everything that reads the object without a kernel; only this package's errors may come out. */
function exercise(bytes: Uint8Array): 'parsed' | 'refused' {
  try {
    const spec = CollectionSpec.fromElf(bytes);
    for (const name of spec.variables.names()) spec.variables.get(name);
    if (spec.btf === undefined) return 'parsed';
    encodeForKernel(spec.btf, NOTHING);
    const relocator = new Relocator(spec.btf, () => target);
    for (const program of spec.programs.values()) {
      for (const relocation of program.relocations) {
        try {
          relocator.resolve(relocation);
        } catch (error) {
          if (!(error instanceof CoreError)) throw error;
        }
      }
    }
    return 'parsed';
  } catch (error) {
    if (error instanceof ElfError || error instanceof BtfError) return 'refused';
    throw error;
  }
}

describe('a well-formed object', () => {
  const spec = loadSpec('sensor');

  test('gives its programs, by section', () => {
    const program = spec.programs.get('on_exec');
    expect(program).toMatchObject({
      section: 'tp_btf/sched_process_exec',
      kind: 'tp_btf',
      type: 26,
      attachType: 23,
      attachTo: 'sched_process_exec',
    });
    expect(spec.programs.get('on_connect')).toMatchObject({ kind: 'cgroup', type: 18, attachType: 10 });
    expect(spec.programs.get('only_when_chosen')).toMatchObject({
      autoload: false,
      attachTo: 'sched_process_fork',
    });
    expect(spec.programs.has('count')).toBe(false); // a function that others call
    expect(spec.license).toBe('Dual BSD/GPL');
  });

  test('gives its maps', () => {
    expect(spec.maps.get('events')).toMatchObject({ type: 27, maxEntries: 65536, keySize: 0, valueSize: 0 });
    expect(spec.maps.get('counts')).toMatchObject({ type: 1, maxEntries: 128, keySize: 4, valueSize: 8 });
    expect(spec.maps.get('recent')).toMatchObject({ type: 9, keySize: 4, valueSize: 8, keyType: 0 });
    expect(spec.maps.get('shared')).toMatchObject({ flags: 1024 });
    expect(spec.maps.get('.rodata')).toMatchObject({ readOnly: true, flags: 1024 | 128, maxEntries: 1 });
    expect(spec.maps.get('.bss')).toMatchObject({ readOnly: false, flags: 1024 });
  });

  test('gives its globals with their values', () => {
    expect(spec.variables.get('threshold')).toBe(7n);
    expect(spec.variables.get('signed_value')).toBe(-5);
    expect(spec.variables.get('enabled')).toBe(true);
    expect(spec.variables.get('table')).toEqual([0, 0, 0, 0]);
    expect(spec.variables.describe('hidden_count')).toMatchObject({ map: '.bss', offset: 40 }); // static: from .rel.BTF
  });

  test('links the functions that a program calls, each once', () => {
    const program = spec.programs.get('on_exec');
    expect(program?.functions.map(({ name }) => name)).toEqual(['on_exec', 'count', 'parent_of']);
    expect(program?.functions[0]?.index).toBe(0);
    expect(program?.lines.every(({ index }, at, all) => at === 0 || index > (all[at - 1]?.index ?? 0))).toBe(
      true,
    );
  });

  test('gives maps of maps and of programs what their definition lists', () => {
    const other = loadSpec('extern');
    expect(other.maps.get('outer')).toMatchObject({
      type: 12,
      inner: { type: 2, keySize: 4, valueSize: 4 },
      values: [
        { index: 0, name: 'inner_a' },
        { index: 2, name: 'inner_b' },
      ],
    });
    expect(other.maps.get('programs')).toMatchObject({ type: 3, values: [{ index: 1, name: 'callee' }] });
    expect(other.externs.get('no_such_kfunc')).toMatchObject({
      origin: 'ksym',
      isFunction: true,
      weak: true,
    });
    expect(other.externs.get('CONFIG_SURELY_NOT_THERE')).toMatchObject({ origin: 'kconfig', weak: false });
    expect(other.object.hiddenFunctions.has('hidden_function')).toBe(true);
  });

  test('is parsed the same way from a Buffer inside a larger one, which stays as it was', () => {
    const bytes = objectBytes('sensor');
    const larger = Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(9)]);
    const before = larger.toString('hex');
    const other = CollectionSpec.fromElf(larger.subarray(7, 7 + bytes.length));
    expect([...other.programs.keys()]).toEqual([...spec.programs.keys()]);
    other.variables.set('threshold', 99n);
    expect(larger.toString('hex')).toBe(before);
    expect(spec.variables.get('threshold')).toBe(7n);
  });
});

/** From 0 to below 1, evenly: `fc.double` takes most of its values from close to 0. */
const share = fc.nat(2 ** 30 - 1).map((value) => value / 2 ** 30);

describe('a hostile object', () => {
  const fixtures = ['sensor', 'core', 'extern'] as const;

  test.each(fixtures)('%s cut off at any length is refused', (name) => {
    const bytes = objectBytes(name);
    const step = Math.max(1, Math.floor(bytes.length / 3000));
    // The section headers are last, so no prefix is whole.
    for (let length = 0; length < bytes.length; length += length < 512 ? 1 : step) {
      expect(exercise(bytes.slice(0, length))).toBe('refused');
    }
  });

  test('flipped bits give an error of this package or a spec', () => {
    const counts = { parsed: 0, refused: 0 };
    const pool = fixtures.map(objectBytes);
    fc.assert(
      fc.property(
        fc.constantFrom(...pool),
        fc.array(fc.tuple(share, fc.nat(255)), {
          minLength: 1,
          maxLength: 8,
        }),
        (bytes, changes) => {
          const copy = bytes.slice();
          for (const [at, value] of changes) copy[Math.floor(at * copy.length)] = value;
          counts[exercise(copy)] += 1;
        },
      ),
      { numRuns: 600 },
    );
    expect(counts.parsed).toBeGreaterThan(0);
    expect(counts.refused).toBeGreaterThan(0);
  });

  test('flipped bits in the section headers, the symbols and .BTF are survived too', () => {
    const bytes = objectBytes('sensor');
    const view = new DataView(bytes.buffer);
    const table = Number(view.getBigUint64(40, true));
    const regions = [[0, 64] as const, [table, bytes.length] as const];
    for (let index = 0; index < view.getUint16(60, true); index += 1) {
      const type = view.getUint32(table + index * 64 + 4, true);
      const start = Number(view.getBigUint64(table + index * 64 + 24, true));
      const size = Number(view.getBigUint64(table + index * 64 + 32, true));
      if (type === 2 || type === 9 || (type === 1 && index > 22)) regions.push([start, start + size]);
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...regions),
        share,
        fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
        ([start, end], at, value) => {
          const copy = bytes.slice();
          copy[start + Math.floor(at * (end - start))] = value;
          exercise(copy);
        },
      ),
      { numRuns: 1200 },
    );
  });

  test('random bytes behind a valid header are survived', () => {
    const header = objectBytes('sensor').slice(0, 64);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), fc.nat(63), (tail, sections) => {
        const bytes = new Uint8Array(64 + tail.length);
        bytes.set(header);
        bytes.set(tail, 64);
        const view = new DataView(bytes.buffer);
        view.setBigUint64(40, 64n, true);
        view.setUint16(60, sections, true);
        exercise(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('sizes far beyond the file are refused without taking the memory', () => {
    const bytes = objectBytes('sensor');
    const view = new DataView(bytes.buffer);
    const table = Number(view.getBigUint64(40, true));
    const bss = Array.from({ length: view.getUint16(60, true) }, (_, index) => table + index * 64).find(
      (at) => view.getUint32(at + 4, true) === 8,
    );
    view.setBigUint64((bss ?? 0) + 32, 1n << 40n, true);
    expect(() => CollectionSpec.fromElf(bytes)).toThrow(
      expect.objectContaining({ name: 'ElfError', code: 'too-large' }),
    );
  });

  test.each([
    ['nothing', new Uint8Array(0), 'not-elf'],
    ['text', Buffer.from('#!/bin/sh\necho this is no object file\n'), 'not-elf'],
    ['another machine', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, ...new Uint8Array(60)), 'unsupported'],
    ['a 32-bit object', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1, 1, ...new Uint8Array(60)), 'unsupported'],
    [
      'a big-endian object',
      Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 2, ...new Uint8Array(60)),
      'unsupported',
    ],
  ])('%s is named', (_, bytes, code) => {
    expect(() => CollectionSpec.fromElf(bytes)).toThrow(expect.objectContaining({ name: 'ElfError', code }));
  });
});
