import type { Btf } from '../btf/btf.ts';
import type { ProgramKind } from './sections.ts';

/** What an instruction refers to; resolved when the program is loaded. */
export type Reference =
  | { readonly kind: 'map'; readonly index: number; readonly map: string }
  /** A byte of a map's only value: a global variable. */
  | { readonly kind: 'data'; readonly index: number; readonly map: string; readonly offset: number }
  /** A `__kconfig` or `__ksym` variable. */
  | { readonly kind: 'extern'; readonly index: number; readonly name: string }
  /** A call of a kernel function (`__ksym`). */
  | { readonly kind: 'kfunc'; readonly index: number; readonly name: string };

/** A CO-RE relocation at an instruction. */
export interface FieldRelocation {
  readonly index: number;
  /** Type id in the object's BTF. */
  readonly type: number;
  /** Access string: `0:1:2`. */
  readonly access: string;
  /** BPF_CORE_FIELD_BYTE_OFFSET = 0 … BPF_CORE_TYPE_MATCHES = 12. */
  readonly kind: number;
}

/** A program, linked with the functions that it calls. It reads nothing from the host. */
export interface ProgramSpec {
  readonly name: string;
  /** The section: `tp_btf/sched_process_exec`. */
  readonly section: string;
  readonly kind: ProgramKind;
  /** BPF_PROG_TYPE_*. */
  readonly type: number;
  /** expected_attach_type of the load. */
  readonly attachType: number;
  /** What the section names after its `/`: a tracepoint, a function; empty if nothing. */
  readonly attachTo: string;
  readonly sleepable: boolean;
  /** False for `SEC("?…")`: loaded only when chosen by `only`. */
  readonly autoload: boolean;
  readonly instructions: Uint8Array;
  readonly references: readonly Reference[];
  readonly relocations: readonly FieldRelocation[];
  /** Start of each function, in instructions, and its type id; empty without `.BTF.ext`. */
  readonly functions: readonly { readonly index: number; readonly type: number; readonly name: string }[];
  readonly lines: readonly {
    readonly index: number;
    readonly file: number;
    readonly line: number;
    readonly position: number;
  }[];
}

/** A map to be created. The sizes and flags may be changed before the load. */
export interface MapSpec {
  readonly name: string;
  /** BPF_MAP_TYPE_*. */
  type: number;
  /** Bytes. */
  keySize: number;
  /** Bytes. */
  valueSize: number;
  maxEntries: number;
  /** BPF_F_*. */
  flags: number;
  /** map_extra, which some types use. */
  extra: number;
  numaNode: number | undefined;
  /** Type ids in the object's BTF; 0 is none. */
  readonly keyType: number;
  readonly valueType: number;
  /** The template of a map of maps. */
  readonly inner: MapSpec | undefined;
  /** For a data section: its bytes, which `variables.set` changes. */
  readonly contents: Uint8Array | undefined;
  /** `.rodata`: frozen after it is filled, so that the verifier knows its values. */
  readonly readOnly: boolean;
  /** What the object puts into a map of maps or programs. */
  readonly values: readonly { readonly index: number; readonly name: string }[];
}

/** A global variable in a data section. */
export interface VariableSpec {
  readonly name: string;
  /** The data map that holds it: `.bss`. */
  readonly map: string;
  /** Bytes. */
  readonly offset: number;
  readonly size: number;
  /** Type id in the object's BTF. */
  readonly type: number;
}

/** A symbol that the kernel or its configuration gives. */
export interface ExternSpec {
  readonly name: string;
  readonly origin: 'kconfig' | 'ksym';
  /** Type id in the object's BTF: a VAR, or a FUNC. */
  readonly type: number;
  readonly isFunction: boolean;
  readonly weak: boolean;
}

/** Everything that an object holds. */
export interface ObjectSpec {
  readonly name: string;
  readonly license: string;
  readonly btf: Btf | undefined;
  readonly programs: Map<string, ProgramSpec>;
  readonly maps: Map<string, MapSpec>;
  readonly variables: Map<string, VariableSpec>;
  readonly externs: Map<string, ExternSpec>;
  /** Functions that the object hides: static for the kernel, whatever their BTF says. */
  readonly hiddenFunctions: ReadonlySet<string>;
}
