/** Bytes of one eBPF instruction slot (RFC 9669, section 3). */
export const SLOT = 8;
/** The kernel's limit on a program's instructions. */
export const MAX_INSTRUCTIONS = 1_000_000;

export const OP_LDIMM64 = 0x18;
export const OP_CALL = 0x85;

/** Source register values that give LDIMM64 and CALL another meaning (RFC 9669, sections 4.3.2 and 5.4). */
export const PSEUDO_MAP_FD = 1;
export const PSEUDO_MAP_VALUE = 2;
export const PSEUDO_BTF_ID = 3;
export const PSEUDO_FUNC = 4;
export const PSEUDO_CALL = 1;
export const PSEUDO_KFUNC = 2;

/** Instructions as 8-byte slots that can be read and changed in place. */
export class Instructions {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.count = bytes.length >> 3;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  opcode(index: number): number {
    return this.#view.getUint8(index * SLOT);
  }

  destination(index: number): number {
    return this.#view.getUint8(index * SLOT + 1) & 15;
  }

  source(index: number): number {
    return this.#view.getUint8(index * SLOT + 1) >> 4;
  }

  offset(index: number): number {
    return this.#view.getInt16(index * SLOT + 2, true);
  }

  immediate(index: number): number {
    return this.#view.getInt32(index * SLOT + 4, true);
  }

  setOpcode(index: number, opcode: number): void {
    this.#view.setUint8(index * SLOT, opcode);
  }

  setSource(index: number, register: number): void {
    this.#view.setUint8(index * SLOT + 1, this.destination(index) | (register << 4));
  }

  setOffset(index: number, offset: number): void {
    this.#view.setInt16(index * SLOT + 2, offset, true);
  }

  /** Takes signed and unsigned 32-bit values. */
  setImmediate(index: number, value: number): void {
    this.#view.setInt32(index * SLOT + 4, value | 0, true);
  }

  /** Replaces the whole slot. */
  set(
    index: number,
    opcode: number,
    destination: number,
    source: number,
    offset: number,
    immediate: number,
  ): void {
    this.#view.setUint8(index * SLOT, opcode);
    this.#view.setUint8(index * SLOT + 1, destination | (source << 4));
    this.setOffset(index, offset);
    this.setImmediate(index, immediate);
  }
}
