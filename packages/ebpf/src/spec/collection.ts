import type { Btf } from '../btf/btf.ts';
import { EbpfError } from '../errors.ts';
import { parseObject } from './parse.ts';
import type { ExternSpec, MapSpec, ObjectSpec, ProgramSpec } from './types.ts';
import { Variables } from './variables.ts';

/**
 * What an object file defines, before anything is loaded. Deterministic: the same bytes give the same spec on every
 * host. Sizes of maps and values of variables may be changed; a spec can be loaded many times.
 */
export class CollectionSpec {
  readonly name: string;
  readonly license: string;
  /** The object's own types. */
  readonly btf: Btf | undefined;
  readonly programs: ReadonlyMap<string, ProgramSpec>;
  readonly maps: ReadonlyMap<string, MapSpec>;
  /** Globals in `.rodata`, `.data` and `.bss`, as they will be when the programs start. */
  readonly variables: Variables;
  readonly externs: ReadonlyMap<string, ExternSpec>;
  readonly object: ObjectSpec;

  private constructor(object: ObjectSpec) {
    this.object = object;
    this.name = object.name;
    this.license = object.license;
    this.btf = object.btf;
    this.programs = object.programs;
    this.maps = object.maps;
    this.externs = object.externs;
    this.variables = new Variables(object.variables, object.btf, (map) => {
      const contents = object.maps.get(map)?.contents;
      if (contents === undefined) throw new EbpfError('unknown-map', `${map} has no contents`);
      return contents;
    });
  }

  /**
   * Parses an object that `clang -target bpf -g -O2 -c` wrote.
   * @throws ElfError, BtfError when it is malformed, however hostile
   */
  static fromElf(bytes: Uint8Array, options: { name?: string } = {}): CollectionSpec {
    return new CollectionSpec(parseObject(bytes, options.name ?? 'object'));
  }
}
