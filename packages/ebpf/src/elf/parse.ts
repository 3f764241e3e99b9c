import { ElfError } from '../errors.ts';
import { ElfReader, readString } from './reader.ts';

/** Objects beyond this size are refused: the largest real ones have a few MB. */
const MAX_ELF_BYTES: number = 32 << 20;

export const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
export const SHT_NOBITS = 8;
const SHT_REL = 9;
export const SHF_EXECINSTR = 4;
const STT_SECTION = 3;
export const STT_FUNC = 2;
export const STB_LOCAL = 0;
export const STB_WEAK = 2;

/** A section; `data` is empty for NOBITS (`.bss`), whose size is in `size`. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly size: number;
  readonly data: Uint8Array;
  /** For a relocation section, the section that it applies to. */
  readonly info: number;
  readonly link: number;
}

interface ElfSymbol {
  readonly name: string;
  /** STT_*: 0 none, 1 object, 2 function, 3 section. */
  readonly type: number;
  /** STB_*: 0 local, 1 global, 2 weak. */
  readonly binding: number;
  /** The section that defines it; 0 is undefined (an extern). */
  readonly section: number;
  /** Offset in its section, in bytes. */
  readonly value: number;
  readonly size: number;
  /** STV_INTERNAL or STV_HIDDEN: not to be seen outside its object. */
  readonly hidden: boolean;
}

export interface ElfRelocation {
  /** Offset in the section, in bytes. */
  readonly offset: number;
  /** R_BPF_*: 1 = 64_64 (ldimm64), 2 = ABS64, 3 = ABS32, 4 = NODYLD32, 10 = 64_32 (call). */
  readonly type: number;
  readonly symbol: ElfSymbol;
}

export interface ElfFile {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** Relocations by the index of the section that they apply to, ordered by offset. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
}

const EM_BPF = 247;
const ET_REL = 1;

/**
 * Parses a relocatable little-endian eBPF object (ELF-64, gabi chapters 4 and 5).
 * @throws ElfError for anything else, however malformed
 */
export function parseElf(bytes: Uint8Array): ElfFile {
  if (bytes.length > MAX_ELF_BYTES) throw new ElfError('too-large', `Object has ${bytes.length} bytes`);
  const reader = new ElfReader(bytes);
  checkHeader(reader);
  const sections = readSections(reader);
  const symtabs = sections.filter((section) => section.type === SHT_SYMTAB);
  if (symtabs.length > 1) throw new ElfError('invalid-section', 'More than one symbol table');
  const symtab = symtabs[0];
  const symbols = symtab === undefined ? [] : readSymbols(symtab, sections);
  return { sections, symbols, relocations: readRelocations(sections, symbols, symtab) };
}

function checkHeader(reader: ElfReader): void {
  if (reader.bytes.length < 4 || reader.u32(0) !== 0x464c457f)
    throw new ElfError('not-elf', 'Not an ELF file');
  if (reader.u8(4) !== 2) throw new ElfError('unsupported', 'Not a 64-bit object');
  if (reader.u8(5) !== 1)
    throw new ElfError('unsupported', 'Not a little-endian object (compile with -target bpfel)');
  if (reader.u16(18) !== EM_BPF)
    throw new ElfError('unsupported', 'Not an eBPF object (compile with -target bpf)');
  if (reader.u16(16) !== ET_REL)
    throw new ElfError('unsupported', 'Not a relocatable object (compile with -c)');
}

function readSections(reader: ElfReader): ElfSection[] {
  const tableOffset = reader.u64(40);
  const entrySize = reader.u16(58);
  const count = reader.u16(60);
  const namesIndex = reader.u16(62);
  if (count > 0 && entrySize < 64)
    throw new ElfError('invalid-section', `Section headers of ${entrySize} bytes`);
  const headers = [];
  for (let index = 0; index < count; index += 1) {
    const at = tableOffset + index * entrySize;
    reader.slice(at, entrySize); // the whole of it, also what is not read here
    const type = reader.u32(at + 4);
    const size = reader.u64(at + 32);
    if (size > MAX_ELF_BYTES) throw new ElfError('too-large', `Section ${index} has ${size} bytes`);
    const data =
      type === SHT_NOBITS || type === 0 ? new Uint8Array(0) : reader.slice(reader.u64(at + 24), size);
    headers.push({
      index,
      nameOffset: reader.u32(at),
      type,
      flags: reader.u64(at + 8),
      size,
      data,
      link: reader.u32(at + 40),
      info: reader.u32(at + 44),
    });
  }
  const names = headers[namesIndex]?.data;
  if (count > 0 && names === undefined) throw new ElfError('invalid-section', 'No section name table');
  return headers.map(({ nameOffset, ...rest }) => ({
    ...rest,
    name: rest.index === 0 || names === undefined ? '' : readString(names, nameOffset),
  }));
}

function readSymbols(symtab: ElfSection, sections: readonly ElfSection[]): ElfSymbol[] {
  const strings = sections[symtab.link]?.data;
  if (strings === undefined) throw new ElfError('invalid-symbol', 'Symbol table has no string table');
  const reader = new ElfReader(symtab.data);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at < symtab.data.length; at += 24) {
    const info = reader.u8(at + 4);
    const nameOffset = reader.u32(at);
    const type = info & 15;
    const section = reader.u16(at + 6);
    symbols.push({
      name:
        nameOffset === 0
          ? type === STT_SECTION
            ? (sections[section]?.name ?? '')
            : ''
          : readString(strings, nameOffset),
      type,
      binding: info >> 4,
      section,
      value: reader.u64(at + 8),
      size: reader.u64(at + 16),
      hidden: [1, 2].includes(reader.u8(at + 5) & 3),
    });
  }
  return symbols;
}

function readRelocations(
  sections: readonly ElfSection[],
  symbols: readonly ElfSymbol[],
  symtab: ElfSection | undefined,
): Map<number, ElfRelocation[]> {
  const result = new Map<number, ElfRelocation[]>();
  for (const section of sections) {
    if (section.type !== SHT_REL) continue;
    if (section.link !== symtab?.index)
      throw new ElfError('invalid-relocation', `${section.name} has no symbol table`);
    if (result.has(section.info))
      throw new ElfError('invalid-relocation', `${section.name}: second table for a section`);
    const reader = new ElfReader(section.data);
    const list: ElfRelocation[] = [];
    for (let at = 0; at < section.data.length; at += 16) {
      const symbol = symbols[reader.u32(at + 12)];
      if (symbol === undefined) throw new ElfError('invalid-relocation', `${section.name}: no such symbol`);
      list.push({ offset: reader.u64(at), type: reader.u32(at + 8), symbol });
    }
    result.set(
      section.info,
      list.sort((left, right) => left.offset - right.offset),
    );
  }
  return result;
}
