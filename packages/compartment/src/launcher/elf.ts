import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What an ELF file needs to be loaded: its interpreter and the names of its libraries. */
export interface ElfNeeds {
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
/** Bounds on a file that a publisher wrote. */
const MAX_HEADERS = 128;
const MAX_DYNAMIC = 4096;
const MAX_NEEDED = 256;
const MAX_NAME = 4096;
/** Names of shared libraries and of dynamic linkers, such as libc.so.6 and ld-linux-x86-64.so.2. */
const LIBRARY_NAME = /^[\w.+-]+\.so[\d.]*$/;
const LINKER_NAME = /^ld-[\w.-]+\.so[\d.]*$/;

/**
 * Reads program headers and dynamic section of a 64-bit little-endian ELF file (System V ABI, "Program
 * Loading and Dynamic Linking"). Reads a few pages whatever the file's size; the file is not trusted.
 * @returns null when the file is not such a file
 */
export function readElf(path: string): ElfNeeds | null {
  const fd = openSync(path, 'r');
  try {
    const size = fstatSync(fd).size;
    const at = (offset: bigint | number, length: number): Buffer => {
      const from = Number(offset);
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
      const got =
        from >= 0 && from < size && bytes.length > 0 ? readSync(fd, bytes, 0, bytes.length, from) : 0;
      return bytes.subarray(0, got);
    };
    const header = at(0, 64);
    if (header.length < 64 || header.readUInt32BE(0) !== 0x7f454c46) return null;
    if (header[4] !== 2 || header[5] !== 1 || header.readUInt16LE(54) !== 56) return null;
    const count = Math.min(header.readUInt16LE(56), MAX_HEADERS);
    return needsOf(at(header.readBigUInt64LE(32), count * 56), at);
  } finally {
    closeSync(fd);
  }
}

function needsOf(headers: Buffer, at: (offset: bigint | number, length: number) => Buffer): ElfNeeds {
  const loads: { address: bigint; offset: bigint; bytes: bigint }[] = [];
  let interpreter: string | undefined;
  let dynamic: Buffer = Buffer.alloc(0);
  for (let i = 0; i + 56 <= headers.length; i += 56) {
    const type = headers.readUInt32LE(i);
    const offset = headers.readBigUInt64LE(i + 8);
    const address = headers.readBigUInt64LE(i + 16);
    const bytes = headers.readBigUInt64LE(i + 32);
    if (type === PT_LOAD) loads.push({ address, offset, bytes });
    if (type === PT_INTERP) interpreter = text(at(offset, MAX_NAME));
    if (type === PT_DYNAMIC) dynamic = at(offset, Math.min(Number(bytes), MAX_DYNAMIC * 16));
  }
  const names: bigint[] = [];
  let strings = 0n;
  for (let i = 0; i + 16 <= dynamic.length; i += 16) {
    const tag = dynamic.readBigInt64LE(i);
    const value = dynamic.readBigUInt64LE(i + 8);
    if (tag === DT_NEEDED && names.length < MAX_NEEDED) names.push(value);
    if (tag === DT_STRTAB) strings = value;
  }
  // DT_STRTAB is an address; the segment that holds it says where in the file that is.
  const load = loads.find(({ address, bytes }) => strings >= address && strings < address + bytes);
  const base = load === undefined ? undefined : strings - load.address + load.offset;
  const needed = base === undefined ? [] : names.map((name) => text(at(base + name, MAX_NAME)));
  return { interpreter, needed: needed.filter((name) => name !== '' && !name.includes('/')) };
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? 0 : end).toString('utf8');
}

/** Where the dynamic linker looks without being told: glibc's and musl's system folders. */
function systemLibraryFolders(): string[] {
  const multiarch = process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
  return [`/lib/${multiarch}`, `/usr/lib/${multiarch}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
}

export interface Libraries {
  readonly interpreter: string | undefined;
  readonly libraries: readonly string[];
}

/**
 * The interpreter and every library that an executable needs, as paths on this host. They become readable for the
 * engine, and a publisher wrote the file that names them: only regular files of the system's folders count, and
 * only names that libraries have. Others are left out: they are the release's own, or the program will say what it
 * misses.
 * @throws Error for what is no such executable, a script with #! for example
 */
export function librariesOf(executable: string): Libraries {
  const folders = systemLibraryFolders();
  const find = (name: string): string | undefined => {
    if (!LIBRARY_NAME.test(name)) return undefined;
    return folders.map((folder) => join(folder, name)).find(isFile);
  };
  const root = readElf(executable);
  if (root === null) throw new Error(`${executable}: not a 64-bit ELF executable`);
  const { interpreter = '' } = root;
  const known =
    folders.includes(dirname(interpreter)) && LINKER_NAME.test(basename(interpreter)) && isFile(interpreter);
  const libraries = new Map<string, string>();
  const queue = [...root.needed];
  for (let name = queue.pop(); name !== undefined && libraries.size < MAX_NEEDED; name = queue.pop()) {
    const path = libraries.has(name) ? undefined : find(name);
    if (path === undefined) continue;
    libraries.set(name, path);
    queue.push(...(readElf(path)?.needed ?? []));
  }
  return { interpreter: known ? interpreter : undefined, libraries: [...libraries.values()] };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
