import { Btf } from '../btf/btf.ts';
import { type BtfExt, EMPTY_BTF_EXT, parseBtfExt } from '../btf/ext.ts';
import * as K from '../btf/kinds.ts';
import {
  type ElfFile,
  type ElfSection,
  parseElf,
  SHF_EXECINSTR,
  SHT_NOBITS,
  SHT_PROGBITS,
  STB_WEAK,
  STT_FUNC,
} from '../elf/parse.ts';
import { readString } from '../elf/reader.ts';
import { ElfError } from '../errors.ts';
import { linkPrograms } from './link.ts';
import { dataMapSpec, initialValues, mapSpecFromBtf } from './maps.ts';
import type { ExternSpec, MapSpec, ObjectSpec, VariableSpec } from './types.ts';

const R_BPF_64_ABS32 = 3;
const R_BPF_64_NODYLD32 = 4;
const VAR_EXTERN = 2;

/** Turns an object file into specs; everything in it is checked, nothing is read from the host. */
export function parseObject(bytes: Uint8Array, name: string): ObjectSpec {
  const elf = parseElf(bytes);
  const bySection = new Map<string, ElfSection>();
  for (const section of elf.sections) if (!bySection.has(section.name)) bySection.set(section.name, section);
  if (bySection.has('maps')) {
    throw new ElfError(
      'unsupported',
      'Maps in a section "maps" are obsolete: define them in ".maps" with BTF',
    );
  }
  const license = bySection.get('license')?.data;
  const btf = readBtf(elf, bySection);
  const ext = readExt(btf, bySection.get('.BTF.ext'));
  const dataSections = elf.sections.filter(isData);
  const maps = new Map<string, MapSpec>();
  const variables = new Map<string, VariableSpec>();
  const externs = new Map<string, ExternSpec>();
  const mapOffsets = new Map<number, string>();
  const mapsSection = bySection.get('.maps');
  const sectionTypes = new Map<string, number>();
  if (btf !== undefined) {
    const weak = new Set(
      elf.symbols.filter((symbol) => symbol.binding === STB_WEAK).map((symbol) => symbol.name),
    );
    for (let id = 1; id < btf.typeCount; id += 1) {
      if (btf.kind(id) !== K.KIND_DATASEC) continue;
      const section = btf.name(id);
      sectionTypes.set(section, id);
      if (section === '.maps') {
        if (mapsSection === undefined)
          throw new ElfError('invalid-section', 'BTF names .maps, which is missing');
        readMaps(btf, id, elf, mapsSection, maps, mapOffsets);
      } else if (section === '.kconfig' || section === '.ksyms') {
        readExterns(btf, id, section === '.kconfig' ? 'kconfig' : 'ksym', weak, externs);
      } else {
        const data = dataSections.find((candidate) => candidate.name === section);
        if (data !== undefined) readVariables(btf, id, data, variables);
      }
    }
  }
  const dataNames = new Map<number, string>();
  for (const section of dataSections) {
    if (maps.has(section.name))
      throw new ElfError('invalid-section', `Two sections are named ${section.name}`);
    const contents = section.type === SHT_NOBITS ? new Uint8Array(section.size) : section.data.slice();
    maps.set(section.name, dataMapSpec(section.name, contents, sectionTypes.get(section.name) ?? 0));
    dataNames.set(section.index, section.name);
  }
  const programs = linkPrograms(elf, ext, {
    mapAt: (section, offset) => (section === mapsSection?.index ? mapOffsets.get(offset) : undefined),
    dataMap: (section) => dataNames.get(section),
    text: (offset) => btf?.string(offset) ?? '',
  });
  checkReferences(programs, maps, externs);
  return {
    name,
    license: license === undefined || license.length === 0 ? '' : readString(license, 0),
    btf,
    programs,
    maps,
    variables,
    externs,
    hiddenFunctions: new Set(
      elf.symbols.filter((symbol) => symbol.type === STT_FUNC && symbol.hidden).map((symbol) => symbol.name),
    ),
  };
}

function isData(section: ElfSection): boolean {
  if ((section.type !== SHT_PROGBITS && section.type !== SHT_NOBITS) || section.size === 0) return false;
  return (section.flags & SHF_EXECINSTR) === 0 && /^\.(rodata|data|bss)(\.|$)/.test(section.name);
}

/**
 * The object's BTF with what only the linker knows filled in: clang leaves a section's size and its variables' offsets
 * to relocations of `.BTF`.
 */
function readBtf(elf: ElfFile, bySection: ReadonlyMap<string, ElfSection>): Btf | undefined {
  const section = bySection.get('.BTF');
  if (section === undefined) {
    if (bySection.has('.maps'))
      throw new ElfError('missing-btf', 'The object has no BTF: compile it with -g');
    return undefined;
  }
  const bytes = section.data.slice();
  const view = new DataView(bytes.buffer);
  for (const { offset, type, symbol } of elf.relocations.get(section.index) ?? []) {
    if (type !== R_BPF_64_ABS32 && type !== R_BPF_64_NODYLD32) continue;
    if (offset + 4 > bytes.length)
      throw new ElfError('invalid-relocation', '.BTF: a relocation is beyond its end');
    if (symbol.section !== 0)
      view.setUint32(offset, (view.getUint32(offset, true) + symbol.value) >>> 0, true);
  }
  const btf = Btf.parse(bytes);
  for (let id = 1; id < btf.typeCount; id += 1) {
    if (btf.kind(id) !== K.KIND_DATASEC) continue;
    const size = bySection.get(btf.name(id))?.size;
    if (size !== undefined) btf.setRawSize(id, size);
  }
  return btf;
}

function readExt(btf: Btf | undefined, section: ElfSection | undefined): BtfExt {
  if (btf === undefined || section === undefined) return EMPTY_BTF_EXT;
  return parseBtfExt(section.data, (offset) => btf.string(offset));
}

function readMaps(
  btf: Btf,
  datasec: number,
  elf: ElfFile,
  section: ElfSection,
  maps: Map<string, MapSpec>,
  offsets: Map<number, string>,
): void {
  for (let index = 0; index < btf.vlen(datasec); index += 1) {
    const { type, offset, size } = btf.sectionVariable(datasec, index);
    if (btf.kind(type) !== K.KIND_VAR) throw new ElfError('invalid-map', '.maps holds what is no variable');
    const name = btf.name(type);
    if (maps.has(name) || offsets.has(offset))
      throw new ElfError('invalid-map', `Map ${name} is defined twice`);
    const definition = btf.target(type);
    const values = initialValues(
      btf,
      name,
      definition,
      offset,
      size,
      elf.relocations.get(section.index) ?? [],
    );
    maps.set(name, { ...mapSpecFromBtf(btf, name, definition), values });
    offsets.set(offset, name);
  }
}

function readExterns(
  btf: Btf,
  datasec: number,
  origin: 'kconfig' | 'ksym',
  weak: ReadonlySet<string>,
  externs: Map<string, ExternSpec>,
): void {
  for (let index = 0; index < btf.vlen(datasec); index += 1) {
    const { type } = btf.sectionVariable(datasec, index);
    const kind = btf.kind(type);
    if (kind !== K.KIND_VAR && kind !== K.KIND_FUNC)
      throw new ElfError('invalid-section', `.${origin} holds no extern`);
    const name = btf.name(type);
    externs.set(name, { name, origin, type, isFunction: kind === K.KIND_FUNC, weak: weak.has(name) });
  }
}

function readVariables(
  btf: Btf,
  datasec: number,
  section: ElfSection,
  variables: Map<string, VariableSpec>,
): void {
  for (let index = 0; index < btf.vlen(datasec); index += 1) {
    const { type, offset, size } = btf.sectionVariable(datasec, index);
    if (btf.kind(type) !== K.KIND_VAR || btf.extra(type, 0) === VAR_EXTERN) continue;
    const name = btf.name(type);
    if (offset + size > section.size)
      throw new ElfError('invalid-symbol', `${name} is not within ${section.name}`);
    if (btf.sizeOf(type) > size) throw new ElfError('invalid-symbol', `${name} is larger than its place`);
    variables.set(name, { name, map: section.name, offset, size, type: btf.target(type) });
  }
}

function checkReferences(
  programs: ObjectSpec['programs'],
  maps: ReadonlyMap<string, MapSpec>,
  externs: ReadonlyMap<string, ExternSpec>,
): void {
  for (const program of programs.values()) {
    for (const reference of program.references) {
      if (reference.kind === 'extern' || reference.kind === 'kfunc') {
        if (!externs.has(reference.name)) {
          throw new ElfError(
            'invalid-symbol',
            `Program ${program.name} refers to ${reference.name}, which nothing defines`,
          );
        }
      } else if (reference.kind === 'data') {
        const size = maps.get(reference.map)?.valueSize ?? 0;
        if (reference.offset < 0 || reference.offset > size) {
          throw new ElfError(
            'invalid-relocation',
            `Program ${program.name} refers to data outside ${reference.map}`,
          );
        }
      }
    }
  }
}
