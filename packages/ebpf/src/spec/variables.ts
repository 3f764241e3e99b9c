import type { Btf } from '../btf/btf.ts';
import { decodeValue, encodeValue, type Value } from '../btf/value.ts';
import { EbpfError } from '../errors.ts';
import type { VariableSpec } from './types.ts';

/** Gives the bytes of a data map: of the spec before the load, of the kernel's memory after it. */
export type DataSource = (map: string, write: boolean) => Uint8Array;

/** Global variables by name. */
export class Variables {
  readonly #variables: ReadonlyMap<string, VariableSpec>;
  readonly #btf: Btf | undefined;
  readonly #source: DataSource;

  constructor(variables: ReadonlyMap<string, VariableSpec>, btf: Btf | undefined, source: DataSource) {
    this.#variables = variables;
    this.#btf = btf;
    this.#source = source;
  }

  names(): string[] {
    return [...this.#variables.keys()];
  }

  has(name: string): boolean {
    return this.#variables.has(name);
  }

  /** Where the variable is. @throws EbpfError `unknown-variable` */
  describe(name: string): VariableSpec {
    const variable = this.#variables.get(name);
    if (variable === undefined)
      throw new EbpfError('unknown-variable', `No global variable is named ${name}`);
    return variable;
  }

  /** The variable's memory itself, not a copy. */
  bytes(name: string): Uint8Array {
    return this.#slice(this.describe(name), false);
  }

  /** Integers of 8 bytes are bigints, smaller ones numbers, `bool` a boolean; structs and char arrays a copy of their bytes. */
  get(name: string): Value {
    const variable = this.describe(name);
    if (this.#btf === undefined) return this.#slice(variable, false).slice();
    return decodeValue(this.#btf, variable.type, this.#slice(variable, false));
  }

  /** @throws EbpfError `invalid-value` when the value does not fit, `read-only` for `.rodata` after the load */
  set(name: string, value: Value): void {
    const variable = this.describe(name);
    const bytes = this.#slice(variable, true);
    if (this.#btf !== undefined) encodeValue(this.#btf, variable.type, value, bytes, name);
  }

  #slice(variable: VariableSpec, write: boolean): Uint8Array {
    return this.#source(variable.map, write).subarray(variable.offset, variable.offset + variable.size);
  }
}
