import type { Btf } from '../btf/btf.ts';
import { Relocator } from '../core/relocate.ts';
import { BtfError, EbpfError } from '../errors.ts';
import type { CollectionSpec } from '../spec/collection.ts';
import { dataMapSpec } from '../spec/maps.ts';
import type { ProgramSpec } from '../spec/types.ts';
import { Variables } from '../spec/variables.ts';
import { kernelBtf, loadBtf } from './btf-load.ts';
import { SyscallError } from './errors.ts';
import { resolveKconfig } from './externs.ts';
import type { Fd } from './fd.ts';
import { hookBtfId } from './hooks.ts';
import { BpfMap } from './map.ts';
import { MapSet } from './map-set.ts';
import { Program } from './program.ts';
import { loadProgram } from './program-load.ts';
import { type RelocationContext, relocateProgram } from './relocate-program.ts';
import { raiseMemlock } from './rlimit.ts';
import { explain, type SkippedProgram, skipCode } from './skip.ts';

export interface LoadOptions {
  /**
   * `all`: the first program that cannot be loaded makes `load` throw, and nothing stays. `skip-unsupported`: it is left
   * out and listed in `skipped`. Unless given, `all`.
   */
  readonly programs?: 'all' | 'skip-unsupported';
  /** Chooses programs; unless given, all but those in `SEC("?…")`. */
  readonly only?: (program: ProgramSpec) => boolean;
  /** Maps to use instead of creating those of the same name. They stay the caller's. */
  readonly maps?: Readonly<Record<string, BpfMap>>;
  /** Types for CO-RE; unless given, the running kernel's. Hooks and kernel symbols are always the running kernel's. */
  readonly relocateAgainst?: Btf;
}

/** Maps and programs in the kernel. Disposing it closes all; links live on until they are disposed themselves. */
export class Collection implements Disposable {
  readonly programs: ReadonlyMap<string, Program>;
  readonly maps: ReadonlyMap<string, BpfMap>;
  /** Globals, read and written in the kernel's memory as it is now. */
  readonly variables: Variables;
  /** Programs that were chosen and not loaded, and why. */
  readonly skipped: readonly SkippedProgram[];
  readonly #resources: DisposableStack;

  private constructor(
    spec: CollectionSpec,
    programs: ReadonlyMap<string, Program>,
    maps: ReadonlyMap<string, BpfMap>,
    skipped: readonly SkippedProgram[],
    resources: DisposableStack,
  ) {
    this.programs = programs;
    this.maps = maps;
    this.skipped = skipped;
    this.#resources = resources;
    this.variables = new Variables(spec.object.variables, spec.btf, (map, write) => {
      if (write && spec.maps.get(map)?.readOnly === true) {
        throw new EbpfError('read-only', `${map} is frozen once it is loaded: set it in the spec`);
      }
      // A frozen map never changes, and a view of it would be memory that a stray write to ends the process.
      return spec.maps.get(map)?.readOnly === true
        ? (this.map(map).get(0) ?? new Uint8Array(0))
        : this.map(map).mapping();
    });
  }

  /**
   * Creates the maps, relocates the programs for this kernel and loads them. Nothing is pinned: all ends with the
   * process.
   * @throws NotSupportedError, SyscallError, BtfError, CoreError, VerifierError
   */
  static load(spec: CollectionSpec, options: LoadOptions = {}): Collection {
    using resources = new DisposableStack();
    const lenient = options.programs === 'skip-unsupported';
    raiseMemlock();
    const btf = loadObjectBtf(spec, lenient);
    if (btf !== undefined) resources.use(btf);
    const chosen = [...spec.programs.values()].filter(options.only ?? ((program) => program.autoload));
    const kconfig =
      spec.btf === undefined
        ? { contents: new Uint8Array(0), offsets: new Map<string, number>(), missing: new Set<string>() }
        : resolveKconfig(spec.btf, spec.externs.values());
    const mapSpecs = new Map(spec.maps);
    if (kconfig.contents.length > 0) mapSpecs.set('.kconfig', dataMapSpec('.kconfig', kconfig.contents, 0));
    const maps = resources.use(MapSet.create(mapSpecs, btf?.value, options.maps ?? {}, lenient));
    const target = (): Btf => options.relocateAgainst ?? kernelBtf();
    const context: RelocationContext = {
      relocator: spec.btf === undefined ? undefined : new Relocator(spec.btf, target),
      localBtf: spec.btf,
      kernelBtf,
      mapFd: (name) => maps.require(name).fd,
      externs: spec.externs,
      kconfig,
    };
    const programs = new Map<string, Program>();
    const skipped: SkippedProgram[] = [];
    for (const program of chosen) {
      try {
        programs.set(program.name, resources.use(loadOne(program, spec.license, btf, context)));
      } catch (error) {
        const code = lenient && error instanceof Error ? skipCode(error) : undefined;
        if (code === undefined || !(error instanceof Error)) throw error;
        skipped.push({ program: program.name, code, reason: error.message, error });
      }
    }
    maps.fillValues((name) => programs.get(name)?.fd);
    return new Collection(spec, programs, maps.all(), skipped, resources.move());
  }

  /** @throws EbpfError `unknown-program`, which says so when it was skipped */
  program(name: string): Program {
    const program = this.programs.get(name);
    if (program !== undefined) return program;
    const skip = this.skipped.find((candidate) => candidate.program === name);
    if (skip === undefined) throw new EbpfError('unknown-program', `No program is named ${name}`);
    throw new EbpfError('unknown-program', `Program ${name} was skipped: ${skip.reason}`, {
      cause: skip.error,
    });
  }

  /** @throws EbpfError `unknown-map` */
  map(name: string): BpfMap {
    const map = this.maps.get(name);
    if (map === undefined) throw new EbpfError('unknown-map', `No map is named ${name}`);
    return map;
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

function loadObjectBtf(spec: CollectionSpec, lenient: boolean): Fd | undefined {
  if (spec.btf === undefined) return undefined;
  try {
    return loadBtf(spec.btf, spec.object.hiddenFunctions);
  } catch (error) {
    // Programs and most maps load without it; what needs it says so itself.
    if (lenient && (error instanceof BtfError || error instanceof SyscallError)) return undefined;
    throw error;
  }
}

function loadOne(
  spec: ProgramSpec,
  license: string,
  btf: Fd | undefined,
  context: RelocationContext,
): Program {
  const attachBtfId = hookBtfId(spec, context.kernelBtf);
  const { instructions, poisoned } = relocateProgram(spec, context);
  try {
    return new Program(spec, loadProgram({ spec, instructions, license, btf: btf?.value, attachBtfId }));
  } catch (error) {
    throw explain(error, spec, poisoned);
  }
}
