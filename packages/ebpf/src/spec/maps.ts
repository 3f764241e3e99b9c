import type { Btf } from '../btf/btf.ts';
import * as K from '../btf/kinds.ts';
import type { ElfRelocation } from '../elf/parse.ts';
import { ElfError } from '../errors.ts';
import type { MapSpec } from './types.ts';

export const MAP_TYPE_ARRAY = 2;
const MAP_TYPE_PROG_ARRAY = 3;
export const MAP_TYPE_PERF_EVENT_ARRAY = 4;
export const MAP_TYPE_ARRAY_OF_MAPS = 12;
export const MAP_TYPE_HASH_OF_MAPS = 13;
export const MAP_TYPE_RINGBUF = 27;
const F_RDONLY_PROG: number = 1 << 7;
export const F_MMAPABLE: number = 1 << 10;

/** The members of a map definition whose values are encoded as array lengths by `__uint`. */
const numbers = new Set([
  'type',
  'max_entries',
  'map_flags',
  'key_size',
  'value_size',
  'map_extra',
  'numa_node',
  'pinning',
]);

/**
 * Reads a map definition of the `.maps` section: a struct whose members are pointers to arrays (`__uint`), to types
 * (`__type`) and an array of pointers (`__array`).
 * @throws ElfError `invalid-map`
 */
export function mapSpecFromBtf(btf: Btf, name: string, type: number, nested = false): MapSpec {
  const struct = btf.resolve(type);
  const fail = (what: string): never => {
    throw new ElfError('invalid-map', `Map ${name}: ${what}`);
  };
  if (btf.kind(struct) !== K.KIND_STRUCT) fail('its definition is no struct');
  const value: Record<string, number> = {};
  let keyType = 0;
  let valueType = 0;
  let inner: MapSpec | undefined;
  for (const member of btf.members(struct)) {
    const target = btf.resolve(member.type);
    if (numbers.has(member.name)) {
      const array = btf.kind(target) === K.KIND_PTR ? btf.resolve(btf.target(target)) : 0;
      if (btf.kind(array) !== K.KIND_ARRAY) fail(`${member.name} is not written with __uint`);
      value[member.name] = btf.elementCount(array);
    } else if (member.name === 'key' || member.name === 'value') {
      if (btf.kind(target) !== K.KIND_PTR) fail(`${member.name} is not written with __type`);
      const pointee = btf.target(target);
      const sizeName = `${member.name}_size`;
      const size = btf.sizeOf(pointee);
      if (value[sizeName] !== undefined && value[sizeName] !== size)
        fail(`${sizeName} contradicts ${member.name}`);
      value[sizeName] = size;
      if (member.name === 'key') keyType = pointee;
      else valueType = pointee;
    } else if (member.name === 'values') {
      if (nested) fail('map definitions nest too deeply');
      inner = innerSpec(btf, name, target);
    } else {
      fail(`unknown member ${member.name || '(no name)'}`);
    }
  }
  if (value['type'] === undefined) fail('no type');
  const mapType = value['type'] ?? 0;
  const holdsFds =
    inner !== undefined || mapType === MAP_TYPE_PROG_ARRAY || mapType === MAP_TYPE_PERF_EVENT_ARRAY;
  return {
    name,
    type: mapType,
    keySize: value['key_size'] ?? (holdsFds ? 4 : 0),
    valueSize: value['value_size'] ?? (holdsFds ? 4 : 0),
    maxEntries: value['max_entries'] ?? 0,
    flags: value['map_flags'] ?? 0,
    extra: value['map_extra'] ?? 0,
    numaNode: value['numa_node'],
    keyType,
    valueType,
    inner,
    contents: undefined,
    readOnly: false,
    values: [],
  };
}

function innerSpec(btf: Btf, name: string, array: number): MapSpec | undefined {
  if (btf.kind(array) !== K.KIND_ARRAY) throw new ElfError('invalid-map', `Map ${name}: values is no array`);
  const pointer = btf.resolve(btf.elementType(array));
  if (btf.kind(pointer) !== K.KIND_PTR)
    throw new ElfError('invalid-map', `Map ${name}: values holds no pointers`);
  const pointee = btf.resolve(btf.target(pointer));
  // A PROG_ARRAY's values are pointers to functions.
  return btf.kind(pointee) === K.KIND_STRUCT
    ? mapSpecFromBtf(btf, `${name}.inner`, pointee, true)
    : undefined;
}

/** The initial values that relocations put into a map definition, `size` bytes at `start` of `.maps`. */
export function initialValues(
  btf: Btf,
  name: string,
  type: number,
  start: number,
  size: number,
  relocations: readonly ElfRelocation[],
): { index: number; name: string }[] {
  const struct = btf.resolve(type);
  const values = [...btf.members(struct)].find((member) => member.name === 'values');
  const first = start + (values?.bitOffset ?? 0) / 8;
  const end = start + size; // the struct's own size leaves out its flexible array of values
  const result: { index: number; name: string }[] = [];
  for (const { offset, symbol } of relocations) {
    if (offset < start || offset >= end || symbol.section === 0) continue;
    const index = (offset - first) / 8;
    if (values === undefined || index < 0 || !Number.isInteger(index)) {
      throw new ElfError('invalid-map', `Map ${name}: a relocation outside its values`);
    }
    result.push({ index, name: symbol.name });
  }
  return result;
}

/** The array map behind a data section. */
export function dataMapSpec(name: string, contents: Uint8Array, valueType: number): MapSpec {
  const readOnly = name.startsWith('.rodata') || name === '.kconfig';
  return {
    name,
    type: MAP_TYPE_ARRAY,
    keySize: 4,
    valueSize: contents.length,
    maxEntries: 1,
    flags: F_MMAPABLE | (readOnly ? F_RDONLY_PROG : 0),
    extra: 0,
    numaNode: undefined,
    keyType: 0,
    valueType,
    inner: undefined,
    contents,
    readOnly,
    values: [],
  };
}
