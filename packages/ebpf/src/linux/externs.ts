import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import type { Btf } from '../btf/btf.ts';
import * as K from '../btf/kinds.ts';
import { encodeValue, type Value } from '../btf/value.ts';
import { EbpfError } from '../errors.ts';
import type { ExternSpec } from '../spec/types.ts';
import { isAtLeast, kernelVersion, versionCode } from './kernel-version.ts';

/** Where the kernel's configuration variables are in the `.kconfig` map, and those that have no value. */
export interface KconfigLayout {
  readonly contents: Uint8Array;
  readonly offsets: ReadonlyMap<string, number>;
  readonly missing: ReadonlySet<string>;
}

/**
 * Values of `extern … __kconfig`: LINUX_KERNEL_VERSION, LINUX_HAS_BPF_COOKIE, LINUX_HAS_SYSCALL_WRAPPER and CONFIG_*,
 * as libbpf documents them. A weak one that the kernel lacks is 0.
 */
export function resolveKconfig(btf: Btf, externs: Iterable<ExternSpec>): KconfigLayout {
  const offsets = new Map<string, number>();
  const missing = new Set<string>();
  const chunks: { offset: number; bytes: Uint8Array }[] = [];
  let length = 0;
  for (const { name, origin, type, weak } of externs) {
    if (origin !== 'kconfig') continue;
    const size = btf.sizeOf(type);
    const alignment = size % 8 === 0 ? 8 : size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1;
    const offset = Math.ceil(length / alignment) * alignment;
    const bytes = new Uint8Array(size);
    const value = kconfigValue(btf, name, type, size);
    if (value !== undefined && fits(btf, btf.target(type), value, bytes, name))
      chunks.push({ offset, bytes });
    else if (!weak) missing.add(name);
    offsets.set(name, offset);
    length = offset + size;
  }
  const contents = new Uint8Array(length);
  for (const { offset, bytes } of chunks) contents.set(bytes, offset);
  return { contents, offsets, missing };
}

function fits(btf: Btf, type: number, value: Value, bytes: Uint8Array, name: string): boolean {
  try {
    encodeValue(btf, type, value, bytes, name);
    return true;
  } catch (error) {
    if (error instanceof EbpfError) return false;
    throw error;
  }
}

function kconfigValue(btf: Btf, name: string, type: number, size: number): Value | undefined {
  switch (name) {
    case 'LINUX_KERNEL_VERSION':
      return versionCode(kernelVersion());
    case 'LINUX_HAS_BPF_COOKIE':
      return Number(isAtLeast(5, 15));
    case 'LINUX_HAS_SYSCALL_WRAPPER':
      return Number(
        kernelAddress(process.arch === 'arm64' ? '__arm64_sys_bpf' : '__x64_sys_bpf') !== undefined,
      );
    default:
  }
  const text = kernelConfig().get(name);
  if (text === undefined) return undefined;
  const id = btf.resolve(btf.target(type));
  if (btf.kind(id) === K.KIND_ARRAY) {
    const string = Buffer.alloc(size);
    string.write(text.replace(/^"|"$/g, ''), 0, size - 1, 'latin1');
    return string;
  }
  if (text === 'y' || text === 'm' || text === 'n') {
    if (btf.kind(id) === K.KIND_ENUM) return text === 'n' ? 0 : text === 'y' ? 1 : 2; // enum libbpf_tristate
    if (btf.kind(id) === K.KIND_INT && btf.isBool(id)) return text === 'y' ? 1 : 0;
    return text.charCodeAt(0);
  }
  return /^-?(0x[0-9a-f]+|\d+)$/i.test(text) ? BigInt(text) : undefined;
}

let config: Map<string, string> | undefined;

function kernelConfig(): Map<string, string> {
  if (config !== undefined) return config;
  config = new Map();
  const sources = [
    () => gunzipSync(readFileSync('/proc/config.gz')),
    () => readFileSync(`/boot/config-${release()}`),
  ];
  for (const source of sources) {
    try {
      for (const line of source().toString('latin1').split('\n')) {
        const at = line.indexOf('=');
        if (line.startsWith('CONFIG_') && at > 0) config.set(line.slice(0, at), line.slice(at + 1));
      }
      break;
    } catch {
      // The next source; without any, the variables have no value, which the caller reports.
    }
  }
  return config;
}

/** What an extern symbol is in the kernel: an id of its types, an address, or nothing. */
export type KernelSymbol = { readonly id: number } | { readonly address: bigint } | undefined;

/**
 * Finds a `__ksym` variable or function of the kernel itself (not of modules).
 * @throws EbpfError `unresolved-extern` when it is missing and not weak
 */
export function resolveKsym(extern: ExternSpec, local: Btf, kernel: () => Btf): KernelSymbol {
  let symbol: KernelSymbol;
  if (extern.isFunction) {
    const id = kernel().find(K.KIND_FUNC, extern.name);
    symbol = id === undefined ? undefined : { id };
  } else if (local.resolve(local.target(extern.type)) === 0) {
    const address = kernelAddress(extern.name);
    symbol = address === undefined ? undefined : { address };
  } else {
    const id = kernel().find(K.KIND_VAR, extern.name);
    symbol = id === undefined ? undefined : { id };
  }
  if (symbol === undefined && !extern.weak) {
    const what = extern.isFunction ? 'function' : 'variable';
    throw new EbpfError('unresolved-extern', `The kernel has no ${what} ${extern.name} for programs`);
  }
  return symbol;
}

// Weak: 10 MB that can be read again.
let kallsyms: WeakRef<Buffer> | undefined;

/** A symbol's address in /proc/kallsyms; 0 there means that this process may not see it. */
function kernelAddress(name: string): bigint | undefined {
  let symbols = kallsyms?.deref();
  if (symbols === undefined) {
    symbols = readFileSync('/proc/kallsyms');
    kallsyms = new WeakRef(symbols);
  }
  const end = symbols.indexOf(` ${name}\n`);
  if (end < 0) return undefined;
  const line = symbols.toString('latin1', symbols.lastIndexOf(0x0a, end) + 1, end);
  return BigInt(`0x${line.split(' ', 1)[0] ?? '0'}`);
}
