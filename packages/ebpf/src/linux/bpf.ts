import { SyscallError } from './errors.ts';
import { type Scratch, withScratch } from './memory.ts';
import { native } from './native.ts';
import { syscallNumbers } from './syscalls.ts';

/** Commands of bpf(2) (enum bpf_cmd). */
export const BPF_MAP_CREATE = 0;
export const BPF_MAP_LOOKUP_ELEM = 1;
export const BPF_MAP_UPDATE_ELEM = 2;
export const BPF_MAP_DELETE_ELEM = 3;
export const BPF_MAP_GET_NEXT_KEY = 4;
export const BPF_PROG_LOAD = 5;
export const BPF_PROG_TEST_RUN = 10;
export const BPF_PROG_GET_NEXT_ID = 11;
export const BPF_PROG_GET_FD_BY_ID = 13;
const BPF_OBJ_GET_INFO_BY_FD = 15;
export const BPF_RAW_TRACEPOINT_OPEN = 17;
export const BPF_BTF_LOAD = 18;
export const BPF_MAP_FREEZE = 22;
export const BPF_MAP_LOOKUP_BATCH = 24;
export const BPF_LINK_CREATE = 28;
export const BPF_ITER_CREATE = 33;

/** Large enough for every command up to Linux 6.18; the kernel accepts zeros beyond what it knows. */
const ATTR_BYTES = 160;

/** `union bpf_attr`, in scratch memory. Offsets are those of include/uapi/linux/bpf.h. */
export class Attr {
  readonly memory: Scratch;
  readonly address: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #used = 0;

  constructor(memory: Scratch) {
    this.memory = memory;
    const { address, bytes } = memory.allocate(ATTR_BYTES);
    this.address = address;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this.#grow(offset, 4);
  }

  u64(offset: number, value: number | bigint): this {
    this.#view.setBigUint64(offset, BigInt(value), true);
    return this.#grow(offset, 8);
  }

  /** A copy of `bytes`, and its address at `offset`. */
  pointer(offset: number, bytes: Uint8Array): this {
    return this.u64(offset, this.memory.copy(bytes));
  }

  string(offset: number, text: string): this {
    return this.u64(offset, this.memory.string(text));
  }

  /** An object's name: at most 15 of the characters that kernels accept. */
  name(offset: number, name: string): this {
    const safe = name.replace(/[^A-Za-z0-9_.]/g, '_').slice(0, 15);
    this.#bytes.set(Buffer.from(safe, 'latin1'), offset);
    return this.#grow(offset, 16);
  }

  readU32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  /** Bytes up to the last field that was set: older kernels refuse what they do not know only if it is not zero. */
  get size(): number {
    return this.#used;
  }

  #grow(offset: number, length: number): this {
    this.#used = Math.max(this.#used, offset + length);
    return this;
  }
}

/** Calls bpf(2); returns its result, or -errno. Retries when the verifier was interrupted. */
export function bpf(command: number, attr: Attr): number {
  const lib = native();
  const { bpf: number } = syscallNumbers();
  for (let attempt = 0; ; attempt += 1) {
    const result = lib.syscall(number, command, attr.address, attr.size);
    if (result !== -EAGAIN || command !== BPF_PROG_LOAD || attempt === 5) return result;
  }
}

const EAGAIN = 11;

/** Calls bpf(2) with what `fill` sets; throws a SyscallError, named after `operation`, on failure. */
export function callBpf(command: number, operation: string, fill: (attr: Attr) => void): number {
  return withScratch((memory) => {
    const attr = new Attr(memory);
    fill(attr);
    const result = bpf(command, attr);
    if (result < 0) throw new SyscallError(operation, -result);
    return result;
  });
}

/** Asks an object for its info struct (bpf_map_info and the like), of at most `length` bytes. */
export function objectInfo(fd: number, length: number, operation: string): DataView {
  return withScratch((memory) => {
    const info = memory.allocate(length);
    const attr = new Attr(memory).u32(0, fd).u32(4, length).u64(8, info.address);
    const result = bpf(BPF_OBJ_GET_INFO_BY_FD, attr);
    if (result < 0) throw new SyscallError(operation, -result);
    return new DataView(info.bytes.slice().buffer);
  });
}
