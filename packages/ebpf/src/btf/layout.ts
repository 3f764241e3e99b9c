import { BtfError } from '../errors.ts';

/** BTF beyond this size is refused: the kernel's own limit is 16 MB of types and of strings; distributions have 10 MB. */
const MAX_BTF_BYTES: number = 128 << 20;

/** Where the parts are, in bytes from the beginning. */
export interface BtfLayout {
  readonly typesOffset: number;
  readonly typesLength: number;
  readonly stringsOffset: number;
  readonly stringsLength: number;
}

/** Reads the header. Its length is honoured: newer kernels write more than 24 bytes. */
export function readLayout(bytes: Uint8Array): BtfLayout {
  if (bytes.length > MAX_BTF_BYTES) throw new BtfError('too-large', `BTF has ${bytes.length} bytes`);
  if (bytes.length < 24) throw new BtfError('truncated', 'BTF is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint16(0, true);
  if (magic === 0x9feb) throw new BtfError('wrong-endianness', 'BTF is big-endian');
  if (magic !== 0xeb9f) throw new BtfError('not-btf', 'Not BTF');
  const version = view.getUint8(2);
  if (version !== 1) throw new BtfError('not-btf', `BTF version ${version}`);
  const headerLength = view.getUint32(4, true);
  if (headerLength < 24 || headerLength > bytes.length) {
    throw new BtfError('truncated', `BTF header of ${headerLength} bytes`);
  }
  const part = (at: number, what: string): { offset: number; length: number } => {
    const offset = headerLength + view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    if (offset + length > bytes.length) throw new BtfError('truncated', `BTF ${what} reach beyond the end`);
    return { offset, length };
  };
  const types = part(8, 'types');
  const strings = part(16, 'strings');
  if (types.length % 4 !== 0) throw new BtfError('truncated', 'BTF types are no multiple of 4 bytes');
  if (strings.length === 0 || bytes[strings.offset] !== 0) {
    throw new BtfError('invalid-string', 'BTF strings do not begin with the empty string');
  }
  return {
    typesOffset: types.offset,
    typesLength: types.length,
    stringsOffset: strings.offset,
    stringsLength: strings.length,
  };
}
