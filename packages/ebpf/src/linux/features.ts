import type { BtfSupport } from '../btf/encode.ts';
import * as K from '../btf/kinds.ts';
import { EbpfError } from '../errors.ts';
import { Instructions, OP_CALL } from '../spec/instruction.ts';
import { MAP_TYPE_ARRAY_OF_MAPS, MAP_TYPE_HASH_OF_MAPS } from '../spec/maps.ts';
import { sectionKind } from '../spec/sections.ts';
import type { MapSpec, ProgramSpec } from '../spec/types.ts';
import { intBtf, kernelBtf, knowsKind } from './btf-load.ts';
import { NotSupportedError, SyscallError, VerifierError } from './errors.ts';
import { hookBtfId, MissingHookError } from './hooks.ts';
import { isAtLeast } from './kernel-version.ts';
import { BpfMap } from './map.ts';
import { mapTypes } from './map-types.ts';
import { native } from './native.ts';
import { loadProgram } from './program-load.ts';

/** What a probe found. `inconclusive`: the kernel would not say, mostly because this process may not ask. */
export interface FeatureAnswer {
  readonly supported: 'yes' | 'no' | 'inconclusive';
  /** One line; empty for a plain yes. */
  readonly reason: string;
}

const YES: FeatureAnswer = { supported: 'yes', reason: '' };
const answers = new Map<string, FeatureAnswer>();

function cached(key: string, probe: () => FeatureAnswer): FeatureAnswer {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = probe();
  // Privileges can change, a kernel cannot.
  if (answer.supported !== 'inconclusive') answers.set(key, answer);
  return answer;
}

/** Asks the running kernel by trying, as little as possible; certain answers are kept. */
export const features: {
  program(section: string): FeatureAnswer;
  mapType(type: string | number): FeatureAnswer;
  helper(section: string, helper: number): FeatureAnswer;
  tracepoint(name: string): FeatureAnswer;
  kernelTypes(): FeatureAnswer;
  btfKind(kind: keyof BtfSupport): FeatureAnswer;
  memlockAccounting(): FeatureAnswer;
} = {
  /** Whether programs of a section load: `tp_btf/sched_process_exec`, `cgroup/connect4`, `fentry/do_exit`. */
  program: (section) => cached(`program ${section}`, () => tryProgram(section, [])),

  /** Whether maps of a type can be made: `ringbuf`, or its number. */
  mapType: (type) => cached(`map ${type}`, () => tryMap(type)),

  /** Whether programs of a section may call a helper, by its number in bpf.h. */
  helper: (section, helper) => cached(`helper ${section} ${helper}`, () => tryProgram(section, [helper])),

  /** Whether the kernel has a tracepoint for `tp_btf` and `raw_tp`, by its own types. */
  tracepoint: (name) =>
    cached(`tracepoint ${name}`, () => {
      const types = features.kernelTypes();
      if (types.supported !== 'yes') return { supported: 'inconclusive', reason: types.reason };
      const id = kernelBtf().find(K.KIND_TYPEDEF, `btf_trace_${name}`);
      return id === undefined ? { supported: 'no', reason: `This kernel has no tracepoint ${name}` } : YES;
    }),

  /** Whether the kernel shows its types, which CO-RE needs. */
  kernelTypes: () =>
    cached('kernel types', () => {
      try {
        kernelBtf();
        return YES;
      } catch (error) {
        return { supported: 'no', reason: messageOf(error) };
      }
    }),

  /** Whether the kernel's BTF has a kind. */
  btfKind(kind) {
    const known = knowsKind(kind);
    if (known === true) return YES;
    return known === false
      ? { supported: 'no', reason: `This kernel refuses BTF ${kind}` }
      : { supported: 'inconclusive', reason: 'BTF may not be loaded by this process' };
  },

  /** Whether maps and programs count against RLIMIT_MEMLOCK, as they did before Linux 5.11. */
  memlockAccounting: () =>
    isAtLeast(5, 11) ? { supported: 'no', reason: 'Since Linux 5.11 the memory cgroup counts them' } : YES,
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function tryProgram(section: string, helpers: readonly number[]): FeatureAnswer {
  const kind = sectionKind(section);
  const instructions = new Instructions(new Uint8Array(8 * (helpers.length + 2)));
  for (const [index, helper] of helpers.entries()) instructions.set(index, OP_CALL, 0, 0, 0, helper);
  instructions.set(helpers.length, 0xb7, 0, 0, 0, kind.kind === 'cgroup' ? 1 : 0); // r0 = …
  instructions.set(helpers.length + 1, 0x95, 0, 0, 0, 0); // exit
  const spec: ProgramSpec = {
    name: 'probe',
    section,
    ...kind,
    instructions: instructions.bytes,
    references: [],
    relocations: [],
    functions: [],
    lines: [],
  };
  try {
    const attachBtfId = hookBtfId(spec, kernelBtf);
    loadProgram({ spec, instructions: spec.instructions, license: 'GPL', btf: undefined, attachBtfId })[
      Symbol.dispose
    ]();
    return YES;
  } catch (error) {
    if (error instanceof MissingHookError) return { supported: 'no', reason: error.message };
    if (error instanceof NotSupportedError) return { supported: 'inconclusive', reason: error.message };
    if (!(error instanceof VerifierError)) throw error;
    if (error.log === '') {
      return error.errno === 'EINVAL'
        ? { supported: 'no', reason: `This kernel knows no programs for ${section}` }
        : {
            supported: 'inconclusive',
            reason: `${section}: ${error.errno} without a log: not permitted here`,
          };
    }
    if (helpers.length === 0) return { supported: 'inconclusive', reason: error.message };
    // "unknown func": before Linux 6.12; "cannot use helper": since.
    const refused = /unknown func|invalid func|cannot use helper/.test(error.log);
    return refused ? { supported: 'no', reason: error.message } : YES;
  }
}

const STRUCT_OPS = 26; // made only for a type of the kernel

// What some map types want; the rest is made with 4-byte keys and values.
const shapes: Readonly<Record<number, Partial<MapSpec>>> = {
  7: { valueSize: 8 }, // stack_trace
  11: { keySize: 8, valueSize: 8, flags: 1 }, // lpm_trie, BPF_F_NO_PREALLOC
  22: { keySize: 0 },
  23: { keySize: 0 },
  19: { keySize: 8, maxEntries: 0 }, // cgroup_storage
  21: { keySize: 8, maxEntries: 0 },
  24: { maxEntries: 0, flags: 1 }, // sk_storage and the other local storages
  28: { maxEntries: 0, flags: 1 },
  29: { maxEntries: 0, flags: 1 },
  30: { keySize: 0 },
  32: { maxEntries: 0, flags: 1 },
};

function tryMap(type: string | number): FeatureAnswer {
  const entry = typeof type === 'number' ? undefined : mapTypes[type];
  const number = typeof type === 'number' ? type : entry?.[0];
  if (number === undefined) throw new EbpfError('invalid-value', `No map type is named ${type}`);
  const page = native().pageSize;
  const spec: MapSpec = {
    name: 'probe',
    type: number,
    keySize: 4,
    valueSize: 4,
    maxEntries: 1,
    flags: 0,
    extra: 0,
    numaNode: undefined,
    keyType: 0,
    valueType: 0,
    inner: undefined,
    contents: undefined,
    readOnly: false,
    values: [],
    ...(number === 27 || number === 31 ? { keySize: 0, valueSize: 0, maxEntries: page } : {}),
    ...(number === 33 ? { keySize: 0, valueSize: 0, flags: 1 << 10 } : {}),
    ...shapes[number],
  };
  const since = entry?.[1];
  try {
    using inner =
      number === MAP_TYPE_ARRAY_OF_MAPS || number === MAP_TYPE_HASH_OF_MAPS
        ? BpfMap.create({ ...spec, type: 2 })
        : undefined;
    using types = spec.maxEntries === 0 && number !== 19 && number !== 21 ? intBtf() : undefined;
    const typed = types === undefined ? spec : { ...spec, keyType: 1, valueType: 1 };
    BpfMap.create(typed, { inner, btf: types?.value })[Symbol.dispose]();
    return YES;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (error.errno === 'EINVAL' && number !== STRUCT_OPS) {
      return {
        supported: 'no',
        reason: `This kernel has no ${type} maps${since === undefined ? '' : ` (Linux ${since} has)`}`,
      };
    }
    return { supported: 'inconclusive', reason: error.message };
  }
}
