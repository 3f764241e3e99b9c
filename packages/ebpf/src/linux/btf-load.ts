import { readFileSync } from 'node:fs';
import { Btf } from '../btf/btf.ts';
import { type BtfSupport, encodeForKernel } from '../btf/encode.ts';
import * as K from '../btf/kinds.ts';
import { BtfError } from '../errors.ts';
import * as B from './bpf.ts';
import { errnoName, NotSupportedError, SyscallError } from './errors.ts';
import { Fd } from './fd.ts';
import { withScratch } from './memory.ts';

const EPERM = 1;
const VMLINUX = '/sys/kernel/btf/vmlinux';
// Weak: 10 MB that are needed while something is loaded, and can be read again.
let vmlinux: WeakRef<Btf> | undefined;

/**
 * The running kernel's types, kept while they are in use.
 * @throws NotSupportedError when the kernel was built without BTF
 */
export function kernelBtf(): Btf {
  let types = vmlinux?.deref();
  if (types === undefined) {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(VMLINUX);
    } catch (cause) {
      throw new NotSupportedError(`The kernel shows no types in ${VMLINUX} (CONFIG_DEBUG_INFO_BTF)`, {
        cause,
      });
    }
    types = Btf.parse(bytes);
    vmlinux = new WeakRef(types);
  }
  return types;
}

/** Loads BTF; returns its descriptor or -errno. */
export function tryLoadBtf(bytes: Uint8Array): number {
  return withScratch((memory) =>
    B.bpf(B.BPF_BTF_LOAD, new B.Attr(memory).pointer(0, bytes).u32(16, bytes.length)),
  );
}

/**
 * Loads an object's BTF, without what this kernel does not know.
 * @throws BtfError `kernel-refused` with the kernel's log, SyscallError when it is not permitted
 */
export function loadBtf(btf: Btf, hidden: ReadonlySet<string>): Fd {
  const bytes = encodeForKernel(btf, btfSupport(btf), hidden);
  const fd = tryLoadBtf(bytes);
  if (fd >= 0) return new Fd(fd);
  if (fd === -EPERM) throw new SyscallError('BPF_BTF_LOAD', EPERM);
  const log = withScratch((memory) => {
    const buffer = memory.allocate(1 << 16);
    const attr = new B.Attr(memory).pointer(0, bytes).u64(8, buffer.address).u32(16, bytes.length);
    B.bpf(B.BPF_BTF_LOAD, attr.u32(20, buffer.bytes.length).u32(24, 1));
    return Buffer.from(buffer.bytes).toString('latin1').replace(/\0.*$/s, '').trimEnd();
  });
  const last = log.split('\n').slice(-2).join(': ');
  throw new BtfError(
    'kernel-refused',
    `The kernel refused the object's BTF: ${errnoName(-fd)}: ${last || 'no log'}`,
    {
      cause: log,
    },
  );
}

/** Asks the kernel only about kinds that the object has. */
function btfSupport(btf: Btf): BtfSupport {
  const present = new Set<number>();
  let signedEnum = false;
  for (let id = 1; id < btf.typeCount; id += 1) {
    present.add(btf.kind(id));
    if (btf.kind(id) === K.KIND_ENUM && btf.flag(id)) signedEnum = true;
  }
  return {
    float: !present.has(K.KIND_FLOAT) || knowsKind('float') !== false,
    declTag: !present.has(K.KIND_DECL_TAG) || knowsKind('declTag') !== false,
    typeTag: !present.has(K.KIND_TYPE_TAG) || knowsKind('typeTag') !== false,
    enum64: !(present.has(K.KIND_ENUM64) || signedEnum) || knowsKind('enum64') !== false,
  };
}

const int32 = [1, (K.KIND_INT << 24) >>> 0, 4, 0x01000020];
const samples: Readonly<Record<keyof BtfSupport, readonly number[]>> = {
  float: [1, (K.KIND_FLOAT << 24) >>> 0, 4],
  declTag: [...int32, 1, (K.KIND_VAR << 24) >>> 0, 1, 0, 1, (K.KIND_DECL_TAG << 24) >>> 0, 2, 0xffffffff],
  typeTag: [...int32, 1, (K.KIND_TYPE_TAG << 24) >>> 0, 1, 0, (K.KIND_PTR << 24) >>> 0, 2],
  enum64: [1, (K.KIND_ENUM64 << 24) | 1, 8, 1, 0, 0],
};
const known = new Map<keyof BtfSupport, boolean>();

/** BTF of an `int` as type 1, for maps that want types. */
export function intBtf(): Fd | undefined {
  const fd = tryLoadBtf(packBtf(int32));
  return fd < 0 ? undefined : new Fd(fd);
}

/** Types, and the one name "x" at 1. */
function packBtf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(24 + words.length * 4 + 3);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  for (const [index, value] of [24, 0, words.length * 4, words.length * 4, 3].entries()) {
    view.setUint32(4 + index * 4, value, true);
  }
  for (const [index, word] of words.entries()) view.setUint32(24 + index * 4, word, true);
  bytes[24 + words.length * 4 + 1] = 0x78;
  return bytes;
}

/** Whether this kernel's BTF has a kind, by loading a sample of it; undefined when this process may not load any. */
export function knowsKind(kind: keyof BtfSupport): boolean | undefined {
  let answer = known.get(kind);
  if (answer === undefined) {
    const fd = tryLoadBtf(packBtf(samples[kind]));
    if (fd === -EPERM) return undefined;
    answer = fd >= 0;
    if (fd >= 0) new Fd(fd)[Symbol.dispose]();
    known.set(kind, answer);
  }
  return answer;
}
