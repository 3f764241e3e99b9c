import { readFileSync } from 'node:fs';
import { Btf, BtfError } from '@ringfence/ebpf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeForKernel } from '../src/btf/encode.ts';
import { parseBtfExt } from '../src/btf/ext.ts';
import * as K from '../src/btf/kinds.ts';
import { essentialLength } from '../src/btf/names.ts';
import { loadSpec, targetBtf } from './support/fixtures.ts';

const ALL = { float: true, declTag: true, typeTag: true, enum64: true };
const NOTHING = { float: false, declTag: false, typeTag: false, enum64: false };
const info = (kind: number, vlen = 0): number => ((kind << 24) | vlen) >>> 0;

/** BTF of these words, with the strings "\0x\0y\0", behind a header of any length. */
function pack(words: readonly number[], headerLength = 24): Uint8Array {
  const strings = Buffer.from('\0x\0y\0');
  const bytes = new Uint8Array(headerLength + words.length * 4 + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  const fields = [headerLength, 0, words.length * 4, words.length * 4, strings.length];
  for (const [index, value] of fields.entries()) view.setUint32(4 + index * 4, value, true);
  for (const [index, word] of words.entries()) view.setUint32(headerLength + index * 4, word, true);
  bytes.set(strings, headerLength + words.length * 4);
  return bytes;
}

const INT = [1, info(K.KIND_INT), 4, 0x01000020];
const refusal = (code: string): unknown => expect.objectContaining({ name: 'BtfError', code });

describe('parsing', () => {
  test('types, members and enumerators', () => {
    const btf = targetBtf();
    const widget = btf.find(K.KIND_STRUCT, 'widget') ?? 0;
    expect(btf.sizeOf(widget)).toBe(432);
    const members = [...btf.members(widget)];
    expect(members.find(({ name }) => name === 'flags')).toMatchObject({ bitOffset: 3207, bitSize: 3 });
    expect(members.find(({ name }) => name === 'color')).toMatchObject({ bitOffset: 3232, bitSize: 0 });
    const big = btf.find(K.KIND_ENUM64, 'big') ?? 0;
    expect(btf.enumerator(big, 0)).toEqual({ name: 'HUGE', value: 0x700000000n });
    const negative = btf.find(K.KIND_ENUM, 'negative') ?? 0;
    expect(btf.enumerator(negative, 0)).toEqual({ name: 'MINUS', value: -7n });
  });

  test('a header that is longer than ours is honoured', () => {
    for (const headerLength of [24, 28, 32, 40, 4096]) {
      const btf = Btf.parse(pack(INT, headerLength));
      expect(btf.typeCount).toBe(2);
      expect(btf.name(1)).toBe('x');
    }
  });

  test('bytes at an odd address are the same', () => {
    const bytes = pack(INT);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(Btf.parse(shifted.subarray(1)).sizeOf(1)).toBe(4);
  });

  test('big-endian, foreign and unknown are named', () => {
    const swapped = pack(INT);
    swapped.set([0xeb, 0x9f]);
    expect(() => Btf.parse(swapped)).toThrow(refusal('wrong-endianness'));
    expect(() => Btf.parse(new Uint8Array(100))).toThrow(refusal('not-btf'));
    expect(() => Btf.parse(pack([1, info(25), 0]))).toThrow(refusal('invalid-type'));
    expect(() => Btf.parse(new Uint8Array(10))).toThrow(refusal('truncated'));
  });

  test.each([
    ['task_struct___old', 'task_struct'],
    ['a___b___c', 'a___b'],
    ['plain', 'plain'],
    ['___leading', '___leading'],
    ['trailing___', 'trailing___'],
    ['four____underscores', 'four____underscores'],
  ])('the essential name of %s is %s', (name, essential) => {
    expect(name.slice(0, essentialLength(name))).toBe(essential);
  });

  test('the name index finds what a scan finds', () => {
    for (const fixture of ['core', 'sensor', 'core-target']) {
      const btf = loadSpec(fixture).btf as Btf;
      const byName = new Map<string, number[]>();
      for (let id = 1; id < btf.typeCount; id += 1) {
        if (btf.isAnonymous(id)) continue;
        const name = btf.name(id);
        const key = name.slice(0, essentialLength(name));
        byName.set(key, [...(byName.get(key) ?? []), id]);
      }
      for (const [name, ids] of byName) expect(btf.idsByEssentialName(name), name).toEqual(ids);
      expect(btf.idsByEssentialName('nothing of that name')).toEqual([]);
    }
  });
});

describe('hostile BTF', () => {
  test('types that refer to themselves are refused, not followed for ever', () => {
    const typedefs = Btf.parse(pack([1, info(K.KIND_TYPEDEF), 2, 1, info(K.KIND_CONST), 1]));
    expect(() => typedefs.resolve(1)).toThrow(refusal('cyclic'));
    expect(() => typedefs.sizeOf(1)).toThrow(refusal('cyclic'));
    const array = Btf.parse(pack([0, info(K.KIND_ARRAY), 0, 1, 1, 1]));
    expect(() => array.sizeOf(1)).toThrow(refusal('cyclic'));
    const huge = Btf.parse(pack([0, info(K.KIND_ARRAY), 0, 1, 1, 0xffffffff]));
    expect(() => huge.sizeOf(1)).toThrow(refusal('too-large'));
  });

  test('counts beyond the section are refused', () => {
    expect(() => Btf.parse(pack([1, info(K.KIND_STRUCT, 0xffff), 4]))).toThrow(refusal('truncated'));
    expect(() => Btf.parse(pack([1, info(K.KIND_PTR)]))).toThrow(BtfError);
  });

  test('ids and strings beyond the end are refused when they are used', () => {
    const btf = Btf.parse(pack([999, info(K.KIND_PTR), 77]));
    expect(() => btf.name(1)).toThrow(refusal('invalid-string'));
    expect(() => btf.target(1)).toThrow(refusal('invalid-type'));
    expect(() => btf.kind(5)).toThrow(refusal('invalid-type'));
    expect(() => btf.kind(-1)).toThrow(refusal('invalid-type'));
    expect(btf.idsByEssentialName('x')).toEqual([]);
  });

  test('random words give a BtfError or types that can be walked', () => {
    const kindWord = fc
      .tuple(fc.integer({ min: 0, max: 20 }), fc.nat(6), fc.boolean())
      .map(([kind, vlen, flag]) => (info(kind, vlen) | (flag ? 0x80000000 : 0)) >>> 0);
    const word = fc.oneof(fc.nat(8), fc.integer({ min: 0, max: 0xffffffff }), kindWord);
    let walked = 0;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        try {
          const btf = Btf.parse(pack(words));
          for (let id = 0; id < btf.typeCount; id += 1) {
            for (const use of [
              () => btf.name(id),
              () => btf.sizeOf(id),
              () => btf.resolve(id),
              () => [...btf.members(id)],
              () => btf.enumerator(id, 0),
              () => btf.parameter(id, 0),
              () => btf.sectionVariable(id, 0),
              () => btf.target(id),
              () => encodeForKernel(btf, NOTHING),
            ]) {
              try {
                use();
                walked += 1;
              } catch (error) {
                if (!(error instanceof BtfError)) throw error;
              }
            }
          }
        } catch (error) {
          if (!(error instanceof BtfError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
    expect(walked).toBeGreaterThan(1000);
  });

  test('random .BTF.ext gives a BtfError or records within it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(40), fc.nat(0xffffffff)), { minLength: 5, maxLength: 60 }),
        (words) => {
          const bytes = new Uint8Array(8 + words.length * 4);
          const view = new DataView(bytes.buffer);
          view.setUint16(0, 0xeb9f, true);
          view.setUint32(4, 32, true);
          for (const [index, word] of words.entries()) view.setUint32(8 + index * 4, word, true);
          try {
            const ext = parseBtfExt(bytes, () => 'section');
            expect((ext.relocations.get('section') ?? []).length).toBeLessThanOrEqual(bytes.length / 16);
          } catch (error) {
            if (!(error instanceof BtfError)) throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('encoding for a kernel', () => {
  const { btf } = loadSpec('extern');
  if (btf === undefined) throw new Error('no BTF');

  test('keeps all ids and what the kernel knows', () => {
    const encoded = Btf.parse(encodeForKernel(btf, ALL));
    expect(encoded.typeCount).toBe(btf.typeCount);
    for (let id = 1; id < btf.typeCount; id += 1) {
      if (encoded.kind(id) !== btf.kind(id))
        expect([K.KIND_FUNC, K.KIND_VAR, K.KIND_DATASEC]).toContain(btf.kind(id));
      else expect(encoded.name(id)).toBe(btf.name(id));
    }
  });

  test('replaces what an old kernel lacks by something of the same size', () => {
    const objects = [btf, loadSpec('core').btf as Btf];
    const kinds = new Set(
      objects.flatMap((one) => Array.from({ length: one.typeCount }, (_, id) => one.kind(id))),
    );
    for (const kind of [K.KIND_FLOAT, K.KIND_DECL_TAG, K.KIND_TYPE_TAG, K.KIND_ENUM64])
      expect(kinds).toContain(kind);
    for (const original of objects) {
      const encoded = Btf.parse(encodeForKernel(original, NOTHING));
      for (let id = 1; id < original.typeCount; id += 1) {
        expect([K.KIND_FLOAT, K.KIND_DECL_TAG, K.KIND_TYPE_TAG, K.KIND_ENUM64]).not.toContain(
          encoded.kind(id),
        );
        if (original.kind(id) === K.KIND_STRUCT) expect(encoded.sizeOf(id)).toBe(original.sizeOf(id));
        if (encoded.kind(id) === K.KIND_ENUM) expect(encoded.flag(id)).toBe(false);
      }
    }
  });

  test('leaves out externs and orders the variables of a section', () => {
    const encoded = Btf.parse(encodeForKernel(btf, ALL));
    for (let id = 1; id < encoded.typeCount; id += 1) {
      if (encoded.kind(id) === K.KIND_FUNC) expect(encoded.vlen(id)).toBeLessThan(2);
      if (encoded.kind(id) === K.KIND_VAR) expect(encoded.extra(id, 0)).toBeLessThan(2);
      if (encoded.kind(id) !== K.KIND_DATASEC) continue;
      const offsets = Array.from(
        { length: encoded.vlen(id) },
        (_, index) => encoded.sectionVariable(id, index).offset,
      );
      expect(offsets).toEqual([...offsets].sort((left, right) => left - right));
      expect(encoded.rawSize(id)).toBeGreaterThan(0);
    }
  });

  test('makes hidden functions static', () => {
    const linkage = (hidden: ReadonlySet<string>): number => {
      const encoded = Btf.parse(encodeForKernel(btf, ALL, hidden));
      return encoded.vlen(encoded.find(K.KIND_FUNC, 'hidden_function') ?? 0);
    };
    expect(linkage(new Set())).toBe(1);
    expect(linkage(new Set(['hidden_function']))).toBe(0);
  });
});

describe.skipIf(process.platform !== 'linux')('the kernel’s BTF', () => {
  test('is parsed and indexed in well under a second', (context) => {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync('/sys/kernel/btf/vmlinux');
    } catch {
      return context.skip('this kernel shows no BTF');
    }
    const start = performance.now();
    const kernel = Btf.parse(bytes);
    const [task] = kernel.idsByEssentialName('task_struct').filter((id) => kernel.kind(id) === K.KIND_STRUCT);
    expect(performance.now() - start).toBeLessThan(500);
    expect([...kernel.members(task ?? 0)].map(({ name }) => name)).toContain('tgid');
  });
});
