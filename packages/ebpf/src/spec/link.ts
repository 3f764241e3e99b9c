import type { BtfExt, CoreRelocation, LineInfo } from '../btf/ext.ts';
import {
  type ElfFile,
  type ElfRelocation,
  type ElfSection,
  SHF_EXECINSTR,
  STB_LOCAL,
  STT_FUNC,
} from '../elf/parse.ts';
import { ElfError } from '../errors.ts';
import {
  Instructions,
  MAX_INSTRUCTIONS,
  OP_CALL,
  OP_LDIMM64,
  PSEUDO_CALL,
  PSEUDO_FUNC,
  SLOT,
} from './instruction.ts';
import { sectionKind } from './sections.ts';
import type { FieldRelocation, ProgramSpec, Reference } from './types.ts';

const R_BPF_64_64 = 1;
const R_BPF_64_32 = 10;

// A small object can make every program call every function; this keeps the product bounded.
const MAX_LINKED_BYTES = 128 << 20;

interface Func {
  readonly name: string;
  readonly section: ElfSection;
  /** In instructions, from the beginning of the section. */
  readonly start: number;
  readonly count: number;
  readonly isLocal: boolean;
}

/** What `.BTF.ext` says about one function. */
interface DebugInfo {
  type: number | undefined;
  readonly lines: LineInfo[];
  readonly relocations: CoreRelocation[];
}

/** Finds what a relocation against data means: a map, a variable. */
export interface DataResolver {
  /** Name of the map whose definition is at this offset of `.maps`. */
  mapAt(section: number, offset: number): string | undefined;
  /** Name of the data map of a section. */
  dataMap(section: number): string | undefined;
  /** Offset of the string in the object's BTF. */
  text(offset: number): string;
}

/**
 * Makes a program of every global function outside `.text`, with the functions that it calls appended (RFC 9669,
 * section 4.3.1: program-local calls are relative).
 * @throws ElfError for relocations that make no sense
 */
export function linkPrograms(elf: ElfFile, ext: BtfExt, resolver: DataResolver): Map<string, ProgramSpec> {
  const linker = new Linker(elf, ext, resolver);
  let total = 0;
  const programs = new Map<string, ProgramSpec>();
  for (const entry of linker.entries()) {
    if (programs.has(entry.name))
      throw new ElfError('invalid-program', `Two programs are named ${entry.name}`);
    const program = linker.link(entry);
    total += program.instructions.length;
    if (total > MAX_LINKED_BYTES) throw new ElfError('too-large', 'The programs together are too large');
    programs.set(entry.name, program);
  }
  return programs;
}

class Linker {
  readonly #debug: Map<Func, DebugInfo>;
  readonly #resolver: DataResolver;
  readonly #functions = new Map<number, Map<number, Func>>(); // by section, then by start
  readonly #relocations = new Map<number, Map<number, ElfRelocation>>(); // by section, then by instruction

  constructor(elf: ElfFile, ext: BtfExt, resolver: DataResolver) {
    this.#resolver = resolver;
    for (const section of elf.sections) {
      if ((section.flags & SHF_EXECINSTR) === 0 || section.data.length === 0) continue;
      if (section.data.length % SLOT !== 0) {
        throw new ElfError('invalid-section', `${section.name} is no whole number of instructions`);
      }
      this.#functions.set(section.index, new Map());
      const relocations = new Map<number, ElfRelocation>();
      for (const relocation of elf.relocations.get(section.index) ?? []) {
        if (relocation.offset % SLOT !== 0 || relocation.offset >= section.data.length) {
          throw new ElfError(
            'invalid-relocation',
            `${section.name}: relocation at byte ${relocation.offset}`,
          );
        }
        relocations.set(relocation.offset / SLOT, relocation);
      }
      this.#relocations.set(section.index, relocations);
    }
    for (const symbol of elf.symbols) {
      const section = elf.sections[symbol.section];
      const functions = this.#functions.get(symbol.section);
      if (symbol.type !== STT_FUNC || section === undefined || functions === undefined) continue;
      const size = symbol.size;
      const fits =
        symbol.value % SLOT === 0 &&
        size % SLOT === 0 &&
        size > 0 &&
        symbol.value + size <= section.data.length;
      if (!fits)
        throw new ElfError('invalid-symbol', `Function ${symbol.name} is not within ${section.name}`);
      functions.set(symbol.value / SLOT, {
        name: symbol.name,
        section,
        start: symbol.value / SLOT,
        count: size / SLOT,
        isLocal: symbol.binding === STB_LOCAL,
      });
    }
    this.#debug = this.#distribute(ext);
  }

  *entries(): Generator<Func> {
    for (const functions of this.#functions.values()) {
      for (const entry of functions.values()) {
        if (entry.section.name !== '.text' && !entry.isLocal) yield entry;
      }
    }
  }

  link(entry: Func): ProgramSpec {
    // Places of the functions in the program, in the order in which they are first called.
    const places = new Map<Func, number>([[entry, 0]]);
    const order = [entry];
    let count = entry.count;
    const branches: { index: number; target: Func }[] = [];
    const references: Reference[] = [];
    for (let next = 0; next < order.length; next += 1) {
      const current = order[next] as Func;
      const base = places.get(current) ?? 0;
      for (const { index, target } of this.#scan(current, base, references)) {
        branches.push({ index, target });
        if (places.has(target)) continue;
        places.set(target, count);
        order.push(target);
        count += target.count;
        if (count > MAX_INSTRUCTIONS) throw new ElfError('too-large', `Program ${entry.name} is too large`);
      }
    }
    const bytes = new Uint8Array(count * SLOT);
    for (const current of order) {
      const { section, start } = current;
      bytes.set(
        section.data.subarray(start * SLOT, (start + current.count) * SLOT),
        (places.get(current) ?? 0) * SLOT,
      );
    }
    const instructions = new Instructions(bytes);
    for (const { index, target } of branches) {
      if (instructions.opcode(index) === OP_LDIMM64) {
        instructions.setSource(index, PSEUDO_FUNC);
        instructions.setImmediate(index + 1, 0);
      } else {
        instructions.setSource(index, PSEUDO_CALL);
      }
      instructions.setImmediate(index, (places.get(target) ?? 0) - index - 1);
    }
    return {
      name: entry.name,
      section: entry.section.name,
      ...sectionKind(entry.section.name),
      instructions: bytes,
      references,
      ...this.#debugInfo(order, places),
    };
  }

  /** Yields calls and function addresses, and collects the other references. */
  *#scan(current: Func, base: number, references: Reference[]): Generator<{ index: number; target: Func }> {
    const instructions = new Instructions(current.section.data);
    const relocations = this.#relocations.get(current.section.index);
    const end = current.start + current.count;
    for (let at = current.start; at < end; at += 1) {
      const opcode = instructions.opcode(at);
      const relocation = relocations?.get(at);
      const index = base + at - current.start;
      if (opcode === OP_LDIMM64) {
        if (at + 1 >= end)
          throw new ElfError('invalid-program', `${current.name} ends within an instruction`);
        if (relocation !== undefined) {
          const target = this.#address(current, relocation, instructions.immediate(at), index, references);
          if (target !== undefined) yield { index, target };
        }
        at += 1;
      } else if (
        opcode === OP_CALL &&
        (relocation !== undefined || instructions.source(at) === PSEUDO_CALL)
      ) {
        const target = this.#call(current, relocation, instructions.immediate(at), at, index, references);
        if (target !== undefined) yield { index, target };
      } else if (relocation !== undefined) {
        throw new ElfError(
          'invalid-relocation',
          `${current.name}: relocation at an instruction that takes none`,
        );
      }
    }
  }

  #call(
    current: Func,
    relocation: ElfRelocation | undefined,
    immediate: number,
    at: number,
    index: number,
    references: Reference[],
  ): Func | undefined {
    if (relocation === undefined) return this.#function(current, current.section.index, at + immediate + 1);
    if (relocation.type !== R_BPF_64_32) throw badType(current, relocation);
    const { symbol } = relocation;
    if (symbol.section === 0) {
      references.push({ kind: 'kfunc', index, name: symbol.name });
      return undefined;
    }
    // For a global function the immediate is -1, for a static one the symbol is the section's.
    return this.#function(current, symbol.section, symbol.value / SLOT + immediate + 1);
  }

  #address(
    current: Func,
    relocation: ElfRelocation,
    immediate: number,
    index: number,
    references: Reference[],
  ): Func | undefined {
    if (relocation.type !== R_BPF_64_64) throw badType(current, relocation);
    const { symbol } = relocation;
    if (symbol.section === 0) {
      references.push({ kind: 'extern', index, name: symbol.name });
      return undefined;
    }
    const offset = symbol.value + immediate;
    if (this.#functions.has(symbol.section)) return this.#function(current, symbol.section, offset / SLOT);
    const map = this.#resolver.mapAt(symbol.section, offset);
    if (map !== undefined) {
      references.push({ kind: 'map', index, map });
      return undefined;
    }
    const data = this.#resolver.dataMap(symbol.section);
    if (data === undefined) {
      throw new ElfError(
        'invalid-relocation',
        `${current.name} refers to ${symbol.name || 'a section'}, which is no map and no data`,
      );
    }
    references.push({ kind: 'data', index, map: data, offset });
    return undefined;
  }

  #function(current: Func, section: number, start: number): Func {
    const target = this.#functions.get(section)?.get(start);
    if (target === undefined)
      throw new ElfError('invalid-relocation', `${current.name} calls what is no function`);
    return target;
  }

  #debugInfo(
    order: readonly Func[],
    places: ReadonlyMap<Func, number>,
  ): Pick<ProgramSpec, 'relocations' | 'functions' | 'lines'> {
    const relocations: FieldRelocation[] = [];
    const functions: ProgramSpec['functions'][number][] = [];
    const lines: ProgramSpec['lines'][number][] = [];
    for (const current of order) {
      const place = places.get(current) ?? 0;
      const debug = this.#debug.get(current);
      if (debug === undefined) continue;
      if (debug.type !== undefined) functions.push({ index: place, type: debug.type, name: current.name });
      for (const { offset, ...line } of debug.lines) lines.push({ index: place + offset, ...line });
      for (const { offset, type, access, kind } of debug.relocations) {
        relocations.push({ index: place + offset, type, access: this.#resolver.text(access), kind });
      }
    }
    return { relocations, functions, lines };
  }

  /** Distributes the records of `.BTF.ext` to the functions, with offsets in instructions from the function's start. */
  #distribute(ext: BtfExt): Map<Func, DebugInfo> {
    const debug = new Map<Func, DebugInfo>();
    for (const functions of this.#functions.values()) {
      const sorted = [...functions.values()].sort((left, right) => left.start - right.start);
      const name = sorted[0]?.section.name ?? '';
      const infoAt = (offset: number): { info: DebugInfo; offset: number } | undefined => {
        let low = 0;
        let high = sorted.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if ((sorted[middle] as Func).start * SLOT <= offset) low = middle + 1;
          else high = middle;
        }
        const owner = sorted[low - 1];
        const relative = owner === undefined ? -1 : offset / SLOT - owner.start;
        if (owner === undefined || !Number.isInteger(relative) || relative >= owner.count) return undefined;
        let info = debug.get(owner);
        if (info === undefined) debug.set(owner, (info = { type: undefined, lines: [], relocations: [] }));
        return { info, offset: relative };
      };
      for (const record of ext.functions.get(name) ?? []) {
        const found = infoAt(record.offset);
        if (found?.offset === 0) found.info.type = record.type;
      }
      for (const record of ext.lines.get(name) ?? []) {
        const found = infoAt(record.offset);
        found?.info.lines.push({ ...record, offset: found.offset });
      }
      for (const record of ext.relocations.get(name) ?? []) {
        const found = infoAt(record.offset);
        found?.info.relocations.push({ ...record, offset: found.offset });
      }
    }
    return debug;
  }
}

function badType(current: Func, relocation: ElfRelocation): ElfError {
  return new ElfError(
    'invalid-relocation',
    `${current.name}: relocation type ${relocation.type} does not fit`,
  );
}
