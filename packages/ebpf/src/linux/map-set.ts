import { EbpfError } from '../errors.ts';
import {
  MAP_TYPE_ARRAY_OF_MAPS,
  MAP_TYPE_HASH_OF_MAPS,
  MAP_TYPE_PERF_EVENT_ARRAY,
  MAP_TYPE_RINGBUF,
} from '../spec/maps.ts';
import type { MapSpec } from '../spec/types.ts';
import { NotSupportedError, SyscallError } from './errors.ts';
import { features } from './features.ts';
import { BpfMap, possibleCpus } from './map.ts';
import { mapTypeName, mapTypeSince } from './map-types.ts';
import { native } from './native.ts';
import { MapUnavailableError } from './skip.ts';

const NO_TYPES = { keyType: 0, valueType: 0 };

/** The maps of a collection while it is loaded. */
export class MapSet implements Disposable {
  readonly #maps = new Map<string, BpfMap>();
  readonly #specs: ReadonlyMap<string, MapSpec>;
  readonly #failures = new Map<string, Error>();

  private constructor(specs: ReadonlyMap<string, MapSpec>) {
    this.#specs = specs;
  }

  /**
   * Creates and fills all maps.
   * @param lenient remember failures for the programs that use the map, instead of throwing
   */
  static create(
    specs: ReadonlyMap<string, MapSpec>,
    btf: number | undefined,
    given: Readonly<Record<string, BpfMap>>,
    lenient: boolean,
  ): MapSet {
    const set = new MapSet(specs);
    try {
      for (const name of Object.keys(given)) {
        if (!specs.has(name)) throw new EbpfError('unknown-map', `No map is named ${name}`);
      }
      for (const [name, spec] of specs) {
        try {
          const own = given[name];
          set.#maps.set(name, own === undefined ? createFilled(spec, btf) : BpfMap.fromFd(own.fd));
        } catch (error) {
          if (!lenient || !(error instanceof SyscallError || error instanceof NotSupportedError)) throw error;
          set.#failures.set(name, error);
        }
      }
    } catch (error) {
      set[Symbol.dispose]();
      throw error;
    }
    return set;
  }

  /** @throws MapUnavailableError */
  require(name: string): BpfMap {
    const map = this.#maps.get(name);
    if (map !== undefined) return map;
    const cause = this.#failures.get(name);
    throw new MapUnavailableError(cause?.message ?? `No map is named ${name}`, { cause });
  }

  all(): ReadonlyMap<string, BpfMap> {
    return this.#maps;
  }

  /** Puts maps and programs into the maps whose definition lists them; what was skipped leaves its slot empty. */
  fillValues(program: (name: string) => number | undefined): void {
    for (const [name, spec] of this.#specs) {
      const map = this.#maps.get(name);
      if (map === undefined) continue;
      for (const value of spec.values) {
        const fd = program(value.name) ?? this.#maps.get(value.name)?.fd;
        if (fd !== undefined) map.put(value.index, fd);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const map of this.#maps.values()) map[Symbol.dispose]();
  }
}

function createFilled(spec: MapSpec, btf: number | undefined): BpfMap {
  const map = createMap(spec, btf);
  try {
    if (spec.contents?.some((byte) => byte !== 0)) map.put(0, spec.contents);
    if (spec.readOnly) map.freeze();
    return map;
  } catch (error) {
    map[Symbol.dispose]();
    throw error;
  }
}

function createMap(declared: MapSpec, btf: number | undefined): BpfMap {
  const spec = adjusted(declared);
  const isOuter = spec.type === MAP_TYPE_ARRAY_OF_MAPS || spec.type === MAP_TYPE_HASH_OF_MAPS;
  if (isOuter) {
    if (spec.inner === undefined)
      throw new EbpfError('invalid-value', `Map of maps ${spec.name} has no template`);
    using inner = createMap(spec.inner, btf);
    return BpfMap.create(spec, { inner });
  }
  try {
    return BpfMap.create(spec, { btf });
  } catch (error) {
    // Some map types refuse types of keys and values; they work without.
    if (!(error instanceof SyscallError) || error.errno === 'EPERM') throw error;
    if (btf !== undefined && spec.keyType + spec.valueType > 0)
      return createMap({ ...spec, ...NO_TYPES }, undefined);
    if (error.errno !== 'EINVAL' || features.mapType(spec.type).supported !== 'no') throw error;
    const minimumKernel = mapTypeSince(spec.type);
    throw new NotSupportedError(`Map ${spec.name}: this kernel has no ${mapTypeName(spec.type)} maps`, {
      cause: error,
      ...(minimumKernel === undefined ? {} : { minimumKernel }),
    });
  }
}

/** Fills in what depends on the host: CPUs, pages. */
function adjusted(spec: MapSpec): MapSpec {
  if (spec.type === MAP_TYPE_PERF_EVENT_ARRAY && spec.maxEntries === 0)
    return { ...spec, maxEntries: possibleCpus() };
  if (spec.type !== MAP_TYPE_RINGBUF) return spec;
  let size = native().pageSize;
  while (size < spec.maxEntries) size *= 2;
  return { ...spec, maxEntries: size };
}
