import { readFileSync } from 'node:fs';
import { EbpfError } from '../errors.ts';
import { F_MMAPABLE, MAP_TYPE_ARRAY } from '../spec/maps.ts';
import type { MapSpec } from '../spec/types.ts';
import * as B from './bpf.ts';
import { SyscallError } from './errors.ts';
import { Fd } from './fd.ts';
import { Mapping, withScratch } from './memory.ts';
import { native } from './native.ts';

/** A key: its bytes, or a number that fills the key's size. */
export type Key = Uint8Array | number | bigint;

const ENOENT = 2;
const ENOSPC = 28;
const PER_CPU_TYPES = new Set([5, 6, 10, 21]); // PERCPU_HASH, PERCPU_ARRAY, LRU_PERCPU_HASH, PERCPU_CGROUP_STORAGE
const MAP_INFO_BYTES = 88;

/** `BPF_ANY` creates or replaces; `BPF_NOEXIST` only creates; `BPF_EXIST` only replaces. */
export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;

/** A map in the kernel. Keys and values are bytes; values that come back are copies. */
export class BpfMap implements Disposable {
  readonly name: string;
  /** BPF_MAP_TYPE_*. */
  readonly type: number;
  readonly keySize: number;
  /** Bytes of one value; per-CPU maps hold one for each possible CPU. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly #fd: Fd;
  #mapping: Mapping | undefined;

  private constructor(
    fd: Fd,
    spec: Pick<MapSpec, 'name' | 'type' | 'keySize' | 'valueSize' | 'maxEntries' | 'flags'>,
  ) {
    this.#fd = fd;
    this.name = spec.name;
    this.type = spec.type;
    this.keySize = spec.keySize;
    this.valueSize = spec.valueSize;
    this.maxEntries = spec.maxEntries;
    this.flags = spec.flags;
  }

  /**
   * Creates a map.
   * @param btf the object's BTF in the kernel, or undefined
   * @throws SyscallError `BPF_MAP_CREATE name: …`
   */
  static create(
    spec: MapSpec,
    options: { btf?: number | undefined; inner?: BpfMap | undefined } = {},
  ): BpfMap {
    const fd = B.callBpf(B.BPF_MAP_CREATE, `BPF_MAP_CREATE ${spec.name}`, (attr) => {
      attr.u32(0, spec.type).u32(4, spec.keySize).u32(8, spec.valueSize).u32(12, spec.maxEntries);
      attr.u32(16, spec.numaNode === undefined ? spec.flags : spec.flags | 4).name(28, spec.name);
      if (options.inner !== undefined) attr.u32(20, options.inner.fd);
      if (spec.numaNode !== undefined) attr.u32(24, spec.numaNode);
      if (options.btf !== undefined && (spec.keyType !== 0 || spec.valueType !== 0)) {
        attr.u32(48, options.btf).u32(52, spec.keyType).u32(56, spec.valueType);
      }
      if (spec.extra !== 0) attr.u64(64, spec.extra);
    });
    return new BpfMap(new Fd(fd), spec);
  }

  /**
   * The map behind a descriptor of this process, which another thread may have sent: descriptors are process-wide.
   * The descriptor is duplicated, so either side may be disposed first.
   */
  static fromFd(fd: number): BpfMap {
    const own = Fd.duplicate(fd);
    try {
      const info = B.objectInfo(own.value, MAP_INFO_BYTES, 'BPF_OBJ_GET_INFO_BY_FD');
      const name = Buffer.from(info.buffer, 24, 16).toString('latin1').replace(/\0.*$/s, '');
      const word = (offset: number): number => info.getUint32(offset, true);
      return new BpfMap(own, {
        name,
        type: word(0),
        keySize: word(8),
        valueSize: word(12),
        maxEntries: word(16),
        flags: word(20),
      });
    } catch (error) {
      own[Symbol.dispose]();
      throw error;
    }
  }

  /** The descriptor, owned by this object. */
  get fd(): number {
    return this.#fd.value;
  }

  get isPerCpu(): boolean {
    return PER_CPU_TYPES.has(this.type);
  }

  /** The value, or undefined when the key is absent. Of a per-CPU map, the values of all CPUs, each in 8-byte steps. */
  get(key: Key): Uint8Array | undefined {
    return withScratch((memory) => {
      const value = memory.allocate(this.#valueBytes());
      const attr = new B.Attr(memory).u32(0, this.fd).pointer(8, this.#key(key)).u64(16, value.address);
      const result = B.bpf(B.BPF_MAP_LOOKUP_ELEM, attr);
      if (result === -ENOENT) return undefined;
      if (result < 0) throw new SyscallError(`lookup in map ${this.name}`, -result);
      return value.bytes.slice();
    });
  }

  /** @throws SyscallError: `E2BIG` full, `EEXIST` with BPF_NOEXIST, `ENOENT` with BPF_EXIST */
  put(key: Key, value: Uint8Array | number | bigint, flags: number = BPF_ANY): void {
    const bytes = toBytes(value, this.#valueBytes(), `value of map ${this.name}`);
    this.#update(key, bytes, flags);
  }

  /** Removes a key; false when it was absent. */
  delete(key: Key): boolean {
    return withScratch((memory) => {
      const result = B.bpf(
        B.BPF_MAP_DELETE_ELEM,
        new B.Attr(memory).u32(0, this.fd).pointer(8, this.#key(key)),
      );
      if (result === -ENOENT) return false;
      if (result < 0) throw new SyscallError(`delete in map ${this.name}`, -result);
      return true;
    });
  }

  /** One value for each possible CPU; undefined when the key is absent. */
  getPerCpu(key: Key): Uint8Array[] | undefined {
    this.#requirePerCpu();
    const all = this.get(key);
    if (all === undefined) return undefined;
    const step = roundUp(this.valueSize);
    return Array.from({ length: possibleCpus() }, (_, cpu) =>
      all.slice(cpu * step, cpu * step + this.valueSize),
    );
  }

  putPerCpu(key: Key, values: readonly Uint8Array[], flags: number = BPF_ANY): void {
    this.#requirePerCpu();
    const cpus = possibleCpus();
    if (values.length !== cpus) throw new EbpfError('invalid-value', `Map ${this.name} needs ${cpus} values`);
    const step = roundUp(this.valueSize);
    const all = new Uint8Array(step * cpus);
    for (const [cpu, value] of values.entries())
      all.set(toBytes(value, this.valueSize, 'per-CPU value'), cpu * step);
    this.#update(key, all, flags);
  }

  /**
   * The keys, as the kernel walks them. A map that changes meanwhile may repeat or skip some, so the walk ends after
   * four times the map's size.
   */
  *keys(): Generator<Uint8Array> {
    let key: Uint8Array | undefined;
    for (let count = 0; count <= 4 * this.maxEntries; count += 1) {
      const next = this.#nextKey(key);
      if (next === undefined) return;
      yield next;
      key = next;
    }
  }

  /** Keys and values; entries that vanish during the walk are left out. */
  *entries(): Generator<[key: Uint8Array, value: Uint8Array]> {
    for (const key of this.keys()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /**
   * Keys and values, `size` at a time: one system call for many entries (hash and array types, Linux 5.6). The arrays
   * hold `count` keys and values one after another.
   */
  *batches(size: number = 512): Generator<{ keys: Uint8Array; values: Uint8Array; count: number }> {
    let position: Uint8Array | undefined;
    let capacity = size;
    const valueBytes = this.#valueBytes();
    for (let read = 0; read <= 4 * this.maxEntries; ) {
      const batch = withScratch((memory) => {
        const keys = memory.allocate(capacity * this.keySize);
        const values = memory.allocate(capacity * valueBytes);
        const next = memory.allocate(Math.max(this.keySize, 4));
        const attr = new B.Attr(memory).u64(8, next.address).u64(16, keys.address).u64(24, values.address);
        attr.u32(32, capacity).u32(36, this.fd).u64(40, 0).u64(48, 0);
        if (position !== undefined) attr.pointer(0, position);
        const result = B.bpf(B.BPF_MAP_LOOKUP_BATCH, attr);
        if (result < 0 && result !== -ENOENT && result !== -ENOSPC) {
          throw new SyscallError(`batch lookup in map ${this.name}`, -result);
        }
        const count = attr.readU32(32);
        return {
          result,
          next: next.bytes.slice(),
          entries: {
            keys: keys.bytes.slice(0, count * this.keySize),
            values: values.bytes.slice(0, count * valueBytes),
            count,
          },
        };
      });
      if (batch.result === -ENOSPC) {
        // One bucket of the hash has more entries than the batch.
        if (capacity > this.maxEntries) throw new SyscallError(`batch lookup in map ${this.name}`, ENOSPC);
        capacity *= 2;
        continue;
      }
      if (batch.entries.count > 0) yield batch.entries;
      if (batch.result === -ENOENT) return;
      read += batch.entries.count;
      position = batch.next;
    }
  }

  /** Makes the map read-only for user space. */
  freeze(): void {
    B.callBpf(B.BPF_MAP_FREEZE, `BPF_MAP_FREEZE ${this.name}`, (attr) => attr.u32(0, this.fd));
  }

  /**
   * The memory of an array map that was made with BPF_F_MMAPABLE (globals are), shared with the kernel: element i is at
   * `i * valueSize` rounded up to 8. Cached; ends with the map.
   * @throws EbpfError `not-mappable`; SyscallError `EPERM` for a frozen map
   */
  mapping(): Uint8Array {
    if (this.#mapping === undefined) {
      if (this.type !== MAP_TYPE_ARRAY || (this.flags & F_MMAPABLE) === 0) {
        throw new EbpfError('not-mappable', `Map ${this.name} is no array with BPF_F_MMAPABLE`);
      }
      const page = native().pageSize;
      const length = Math.ceil((roundUp(this.valueSize) * this.maxEntries) / page) * page;
      this.#mapping = Mapping.shared(this.fd, length, 0, 'read-write');
    }
    return new Uint8Array(this.#mapping.buffer, 0, roundUp(this.valueSize) * this.maxEntries);
  }

  [Symbol.dispose](): void {
    this.#mapping?.[Symbol.dispose]();
    this.#fd[Symbol.dispose]();
  }

  #update(key: Key, value: Uint8Array, flags: number): void {
    B.callBpf(B.BPF_MAP_UPDATE_ELEM, `update of map ${this.name}`, (attr) =>
      attr.u32(0, this.fd).pointer(8, this.#key(key)).pointer(16, value).u64(24, flags),
    );
  }

  #nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    return withScratch((memory) => {
      const next = memory.allocate(this.keySize);
      const attr = new B.Attr(memory).u32(0, this.fd).u64(16, next.address);
      if (key !== undefined) attr.pointer(8, key);
      const result = B.bpf(B.BPF_MAP_GET_NEXT_KEY, attr);
      if (result === -ENOENT) return undefined;
      if (result < 0) throw new SyscallError(`walk of map ${this.name}`, -result);
      return next.bytes.slice();
    });
  }

  #valueBytes(): number {
    return this.isPerCpu ? roundUp(this.valueSize) * possibleCpus() : this.valueSize;
  }

  #key(key: Key): Uint8Array {
    return toBytes(key, this.keySize, `key of map ${this.name}`);
  }

  #requirePerCpu(): void {
    if (!this.isPerCpu) throw new EbpfError('wrong-map-type', `Map ${this.name} is not per-CPU`);
  }
}

const roundUp = (size: number): number => (size + 7) & ~7;

function toBytes(value: Uint8Array | number | bigint, size: number, what: string): Uint8Array {
  if (value instanceof Uint8Array) {
    if (value.length !== size)
      throw new EbpfError('invalid-value', `${what} has ${size} bytes, not ${value.length}`);
    return value;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new EbpfError('invalid-value', `${what}: ${value} is no integer`);
  }
  const wide = BigInt(value);
  if (BigInt.asUintN(size * 8, wide) !== wide && BigInt.asIntN(size * 8, wide) !== wide) {
    throw new EbpfError('invalid-value', `${what}: ${wide} does not fit ${size} bytes`);
  }
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index += 1)
    bytes[index] = Number(BigInt.asUintN(8, wide >> BigInt(8 * index)));
  return bytes;
}

let cpus: number | undefined;

/** CPUs that the kernel may ever bring up: the length of per-CPU values. */
export function possibleCpus(): number {
  if (cpus === undefined) {
    const text = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim();
    cpus = Math.max(...text.split(',').map((range) => Number(range.split('-').at(-1)))) + 1;
  }
  return cpus;
}
