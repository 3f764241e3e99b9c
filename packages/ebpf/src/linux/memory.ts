import { EbpfError } from '../errors.ts';
import { SyscallError } from './errors.ts';
import { type Native, native } from './native.ts';
import { syscallNumbers } from './syscalls.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_PRIVATE = 2;
const MAP_ANONYMOUS = 0x20;

/**
 * Memory from mmap(2) that is safe after its end: disposing detaches the ArrayBuffer, so each typed array over it,
 * wherever it went, has length 0 (a DataView throws a TypeError) instead of reading unmapped memory.
 */
export class Mapping implements Disposable {
  readonly address: number;
  readonly length: number;
  readonly #native: Native;
  #buffer: ArrayBuffer | undefined;

  private constructor(lib: Native, address: number, length: number) {
    this.#native = lib;
    this.address = address;
    this.length = length;
    this.#buffer = lib.view(address, length);
  }

  /** Zeroed private memory. */
  static anonymous(length: number): Mapping {
    return Mapping.#map('mmap', length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  /** Shared memory of a file descriptor. `offset` is in bytes, a multiple of the page size. */
  static shared(fd: number, length: number, offset: number, access: 'read' | 'read-write'): Mapping {
    const protection = access === 'read' ? PROT_READ : PROT_READ | PROT_WRITE;
    return Mapping.#map('mmap of a map', length, protection, MAP_SHARED, fd, offset);
  }

  static #map(
    what: string,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): Mapping {
    const lib = native();
    const address = lib.syscall(syscallNumbers().mmap, 0, length, protection, flags, fd, offset);
    if (address < 0) throw new SyscallError(what, -address);
    return new Mapping(lib, address, length);
  }

  /** @throws EbpfError `disposed` */
  get buffer(): ArrayBuffer {
    if (this.#buffer === undefined) throw new EbpfError('disposed', 'This memory was unmapped');
    return this.#buffer;
  }

  [Symbol.dispose](): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    // Moves the backing store to an ArrayBuffer that nobody keeps; views of the old one see length 0 from here on.
    if (!buffer.detached) buffer.transfer();
    this.#native.syscall(syscallNumbers().munmap, this.address, this.length);
  }
}

const CHUNK = 1 << 16;
const RETAIN = 1 << 18;

/**
 * Memory with a known address for the arguments of one system call. `reset` frees all at once. Each thread has its
 * own, since each thread has its own instance of this module.
 */
class Scratch {
  #mapping: Mapping | undefined;
  #used = 0;
  readonly #extra: Mapping[] = [];

  reset(): void {
    this.#used = 0;
    for (const mapping of this.#extra.splice(0)) mapping[Symbol.dispose]();
  }

  /** Zeroed bytes, 16-byte aligned, valid until `reset`. */
  allocate(length: number): { address: number; bytes: Uint8Array } {
    if (length > RETAIN) {
      const mapping = Mapping.anonymous(length);
      this.#extra.push(mapping);
      return { address: mapping.address, bytes: new Uint8Array(mapping.buffer) };
    }
    if (this.#mapping === undefined || this.#used + length > this.#mapping.length) {
      if (this.#mapping !== undefined) this.#extra.push(this.#mapping);
      this.#mapping = Mapping.anonymous(Math.max(CHUNK, length));
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used = (offset + length + 15) & ~15;
    const bytes = new Uint8Array(this.#mapping.buffer, offset, length);
    bytes.fill(0);
    return { address: this.#mapping.address + offset, bytes };
  }

  /** A copy of `source`, followed by at least one zero byte; returns its address. */
  copy(source: Uint8Array): number {
    const { address, bytes } = this.allocate(source.length + 1);
    bytes.set(source);
    return address;
  }

  /** A NUL-terminated copy of a string; returns its address. */
  string(text: string): number {
    return this.copy(new TextEncoder().encode(text));
  }
}

const scratch = new Scratch();
let depth = 0;

/** Runs `use` with scratch memory that is freed at the end, also when calls are nested. */
export function withScratch<T>(use: (memory: Scratch) => T): T {
  depth += 1;
  try {
    return use(scratch);
  } finally {
    depth -= 1;
    if (depth === 0) scratch.reset();
  }
}
export type { Scratch };
