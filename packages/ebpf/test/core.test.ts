import { Btf, BtfError, CoreError } from '@ringfence/ebpf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POISON, patchInstruction } from '../src/core/patch.ts';
import { Relocator, type Resolution } from '../src/core/relocate.ts';
import { Instructions } from '../src/spec/instruction.ts';
import { loadSpec, targetBtf } from './support/fixtures.ts';

// testdata/core.bpf.c in order; the offsets of testdata/core-target.bpf.c are in its comments.
const expected: readonly (readonly [what: string, value: bigint])[] = [
  ['field offset of struct widget.first', 12n],
  ['field offset of struct widget.anonymous_a', 24n],
  ['field offset of struct widget.anonymous_b', 28n],
  ['field offset of struct widget.nested.y', 72n],
  ['field offset of struct widget.list[2]', 40n],
  ['field offset of struct widget.grid[1][2].x', 204n],
  ['field size of struct widget.list', 32n],
  ['field size of struct widget.first', 4n],
  ['field offset of struct widget.flags', 400n],
  ['field left shift of struct widget.flags', 54n],
  ['field right shift of struct widget.flags', 61n],
  ['field signedness of struct widget.level', 1n],
  ['field signedness of struct widget.flags', 0n],
  ['field existence of struct widget.gone', 0n],
  ['field existence of struct widget.name', 1n],
  ['field existence of struct widget___old.renamed', 1n],
  ['field offset of struct widget___old.renamed', 8n],
  ['field existence of struct missing.a', 0n],
  ['field existence of struct widget.turned_pointer', 0n],
  ['type existence of struct widget', 1n],
  ['type existence of struct missing', 0n],
  ['type size of struct widget', 432n],
  ['type size of struct missing', 0n],
  ['type existence of typedef counter_t', 1n],
  ['type match of struct exact', 1n],
  ['type match of struct exact___less', 1n],
  ['type match of struct exact___other', 0n],
  ['enum value of enum color.RED', 10n],
  ['enum value existence of enum color.BLUE', 0n],
  ['enum value existence of enum color.GREEN', 1n],
  ['enum value of enum64 big.HUGE', 0x700000000n],
  ['enum value of enum negative.MINUS', BigInt.asUintN(64, -7n)],
  ['field offset of struct widget.tail[3]', 444n],
];

const spec = loadSpec('core');
const local = spec.btf;
if (local === undefined) throw new Error('no BTF');
const target = targetBtf();

function resolutions(program: string): Map<string, Resolution> {
  const relocator = new Relocator(local as NonNullable<typeof local>, () => target);
  const relocations = spec.programs.get(program)?.relocations ?? [];
  return new Map(
    relocations.map((relocation) => [
      relocator.resolve(relocation).description,
      relocator.resolve(relocation),
    ]),
  );
}

describe('relocation against an imaginary kernel', () => {
  const found = resolutions('core');

  test.each(expected)('%s is %s', (what, value) => {
    expect(found.get(what)?.value).toBe(value);
  });

  test('type ids are local or the kernel’s', () => {
    expect(found.get('target type id of struct widget')?.value).toBe(BigInt(target.find(4, 'widget') ?? -1));
    expect(found.get('target type id of struct missing')?.value).toBe(0n);
    expect(found.get('local type id of struct widget')?.value).toBe(BigInt(local.find(4, 'widget') ?? -1));
  });

  test('loads are widened with the field, where that is safe', () => {
    const program = spec.programs.get('loads');
    const code = new Instructions((program?.instructions ?? new Uint8Array()).slice());
    const relocator = new Relocator(local, () => target);
    const offsets = new Map<string, readonly [offset: number, opcode: number]>();
    for (const relocation of program?.relocations ?? []) {
      const answer = relocator.resolve(relocation);
      expect(patchInstruction(code, relocation.index, answer)).toBe(true);
      offsets.set(answer.description, [code.offset(relocation.index), code.opcode(relocation.index)]);
    }
    const LDX_W = 0x61;
    expect(offsets.get('field offset of struct widget___two.first')).toEqual([12, LDX_W]);
    expect(offsets.get('field offset of struct widget.grows')).toEqual([416, LDX_W]); // one byte in the object
    expect(offsets.get('field offset of struct widget.list[1]')).toEqual([36, LDX_W]);
  });

  test.each(['unsafe_resize', 'absent'])('%s is poisoned', (name) => {
    const program = spec.programs.get(name);
    const code = new Instructions((program?.instructions ?? new Uint8Array()).slice());
    const relocator = new Relocator(local, () => target);
    for (const relocation of program?.relocations ?? []) {
      expect(patchInstruction(code, relocation.index, relocator.resolve(relocation))).toBe(false);
      expect(code.opcode(relocation.index)).toBe(0x85);
      expect(code.immediate(relocation.index)).toBe(POISON);
    }
    expect(program?.relocations).toHaveLength(1);
  });

  test('types of one name that disagree are ambiguous', () => {
    expect(() => resolutions('ambiguous')).toThrow(
      expect.objectContaining({ name: 'CoreError', code: 'ambiguous' }),
    );
  });
});

test('a kernel’s BTF with flipped bits gives an answer, a CoreError or a BtfError', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(target.bytes.length - 25), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      (changes) => {
        const bytes = target.bytes.slice();
        for (const [at, value] of changes) bytes[24 + at] = value;
        for (const relocation of spec.programs.get('core')?.relocations ?? []) {
          try {
            const hostile = Btf.parse(bytes);
            new Relocator(local, () => hostile).resolve(relocation);
            outcomes.add('answer');
          } catch (error) {
            if (!(error instanceof CoreError || error instanceof BtfError)) throw error;
            outcomes.add(error.name);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
  expect([...outcomes]).toEqual(expect.arrayContaining(['BtfError', 'answer']));
});

describe('patching', () => {
  const answer = (change: Partial<Resolution>): Resolution => ({
    original: 8n,
    value: 16n,
    validate: true,
    originalSize: 4,
    size: 4,
    unsafeResize: false,
    description: 'a field',
    ...change,
  });
  const instruction = (opcode: number, offset: number, immediate: number): Instructions => {
    const code = new Instructions(new Uint8Array(16));
    code.set(0, opcode, 1, 0, offset, immediate);
    return code;
  };

  test('writes an immediate', () => {
    const code = instruction(0xb7, 0, 8);
    expect(patchInstruction(code, 0, answer({}))).toBe(true);
    expect(code.immediate(0)).toBe(16);
  });

  test('writes 64 bits over two slots', () => {
    const code = instruction(0x18, 0, 8);
    patchInstruction(code, 0, answer({ value: 0x1_2345_6789_abcdn }));
    expect([code.immediate(0), code.immediate(1)]).toEqual([0x6789abcd, 0x12345]);
  });

  test.each([
    ['an immediate that is not the compiler’s', instruction(0xb7, 0, 9), {}],
    ['an offset that is not the compiler’s', instruction(0x61, 9, 0), {}],
    ['a register operand', instruction(0xbf, 0, 8), {}],
    ['a jump', instruction(0x05, 8, 8), {}],
    ['an offset beyond 16 bits', instruction(0x61, 8, 0), { value: 40000n }],
    ['a resize of another width', instruction(0x79, 8, 0), { size: 2 }],
    ['a resize to no width', instruction(0x61, 8, 0), { size: 3 }],
  ])('refuses %s', (_, code, change) => {
    expect(() => patchInstruction(code, 0, answer(change))).toThrow(
      expect.objectContaining({ name: 'CoreError', code: 'unpatchable' }),
    );
  });
});
