import { BtfError } from '../errors.ts';

/** A function's type, at a byte offset of its section. */
interface FunctionInfo {
  readonly offset: number;
  readonly type: number;
}

/** A source line, at a byte offset of its section. The strings are offsets into the object's BTF. */
export interface LineInfo {
  readonly offset: number;
  readonly file: number;
  readonly line: number;
  /** Line number << 10 | column. */
  readonly position: number;
}

/** A CO-RE relocation as the compiler wrote it (struct bpf_core_relo). */
export interface CoreRelocation {
  readonly offset: number;
  readonly type: number;
  /** Offset of the access string (`0:1:2`) in the object's BTF. */
  readonly access: number;
  readonly kind: number;
}

/** `.BTF.ext` by section name. */
export interface BtfExt {
  readonly functions: ReadonlyMap<string, readonly FunctionInfo[]>;
  readonly lines: ReadonlyMap<string, readonly LineInfo[]>;
  readonly relocations: ReadonlyMap<string, readonly CoreRelocation[]>;
}

export const EMPTY_BTF_EXT: BtfExt = { functions: new Map(), lines: new Map(), relocations: new Map() };

/**
 * Parses a `.BTF.ext` section (Linux, Documentation/bpf/btf.rst, section 4.2).
 * @param text gives the string at an offset of the `.BTF` strings
 * @throws BtfError when it is malformed
 */
export function parseBtfExt(bytes: Uint8Array, text: (offset: number) => string): BtfExt {
  if (bytes.length < 24) throw new BtfError('truncated', '.BTF.ext is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0, true) === 0x9feb) throw new BtfError('wrong-endianness', '.BTF.ext is big-endian');
  if (view.getUint16(0, true) !== 0xeb9f) throw new BtfError('not-btf', 'Not .BTF.ext');
  const headerLength = view.getUint32(4, true);
  if (headerLength < 24 || headerLength > bytes.length) {
    throw new BtfError('truncated', `.BTF.ext header of ${headerLength} bytes`);
  }

  function table<T>(at: number, minimum: number, read: (record: number) => T): Map<string, T[]> {
    const result = new Map<string, T[]>();
    if (at + 8 > headerLength) return result;
    const start = headerLength + view.getUint32(at, true);
    const end = start + view.getUint32(at + 4, true);
    if (end > bytes.length) throw new BtfError('truncated', '.BTF.ext table reaches beyond the end');
    if (start === end) return result;
    if (end - start < 4) throw new BtfError('truncated', '.BTF.ext table is cut off');
    const size = view.getUint32(start, true);
    if (size < minimum || size % 4 !== 0)
      throw new BtfError('invalid-ext', `.BTF.ext records of ${size} bytes`);
    let offset = start + 4;
    while (offset < end) {
      if (offset + 8 > end) throw new BtfError('truncated', '.BTF.ext section header is cut off');
      const section = text(view.getUint32(offset, true));
      const count = view.getUint32(offset + 4, true);
      offset += 8;
      if (offset + count * size > end)
        throw new BtfError('truncated', `.BTF.ext records of ${section} are cut off`);
      const records = result.get(section) ?? [];
      for (let index = 0; index < count; index += 1) records.push(read(offset + index * size));
      result.set(section, records);
      offset += count * size;
    }
    return result;
  }

  const word = (offset: number): number => view.getUint32(offset, true);
  return {
    functions: table(8, 8, (at) => ({ offset: word(at), type: word(at + 4) })),
    lines: table(16, 16, (at) => ({
      offset: word(at),
      file: word(at + 4),
      line: word(at + 8),
      position: word(at + 12),
    })),
    relocations: table(24, 16, (at) => ({
      offset: word(at),
      type: word(at + 4),
      access: word(at + 8),
      kind: word(at + 12),
    })),
  };
}
