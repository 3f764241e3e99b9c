import { BtfError } from '../errors.ts';
import * as K from './kinds.ts';
import { type BtfLayout, readLayout } from './layout.ts';
import { essentialLength, NameIndex } from './names.ts';

const MAX_STEPS = 64; // typedefs and modifiers in a row; the kernel's own limit is 32 (MAX_RESOLVE_DEPTH)

/** A member of a struct or union. Offsets and sizes in bits; `bitSize` is 0 for what is no bit-field. */
export interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  readonly bitSize: number;
}

/** A parameter of a function prototype; a last one of type 0 without name is `...`. */
export interface BtfParameter {
  readonly name: string;
  readonly type: number;
}

/** A variable's place in a DATASEC, in bytes. */
export interface BtfSectionVariable {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * Type information, parsed lazily: `parse` only finds where each type begins (about 3 ms for a kernel's 5 MB), all else
 * is read when asked for. Type 0 is void. Every id, name and length is checked when it is used, so that hostile BTF
 * gives a `BtfError` and nothing else.
 */
export class Btf {
  /** Number of types, void included: ids are below it. */
  readonly typeCount: number;
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #starts: Uint32Array; // word index of each type's header
  readonly #strings: Buffer;
  readonly #names = new Map<number, string>();
  #index: NameIndex | undefined;

  private constructor(bytes: Uint8Array, layout: BtfLayout) {
    // Words are read through one Uint32Array, which wants aligned memory.
    const start = bytes.byteOffset + layout.typesOffset;
    this.bytes = bytes;
    this.#words =
      start % 4 === 0
        ? new Uint32Array(bytes.buffer, start, layout.typesLength >> 2)
        : new Uint32Array(bytes.slice(layout.typesOffset, layout.typesOffset + layout.typesLength).buffer);
    this.#strings = Buffer.from(bytes.buffer, bytes.byteOffset + layout.stringsOffset, layout.stringsLength);
    this.#starts = this.#findTypes();
    this.typeCount = this.#starts.length;
  }

  /**
   * @param bytes a `.BTF` section or `/sys/kernel/btf/vmlinux`; kept, not copied
   * @throws BtfError when it is truncated, of the other byte order, or has a type that is not known
   */
  static parse(bytes: Uint8Array): Btf {
    // A plain view: slice() of a Buffer would share its memory.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Btf(plain, readLayout(plain));
  }

  #findTypes(): Uint32Array {
    const words = this.#words;
    // A type has at least three words; void is not in the file.
    const starts = new Uint32Array(Math.floor(words.length / 3) + 1);
    let count = 1;
    let at = 0;
    while (at < words.length) {
      const info = words[at + 1] ?? 0;
      const kind = (info >>> 24) & 0x1f;
      const trailing = K.trailingBytes(kind, info & 0xffff);
      if (trailing < 0) throw new BtfError('invalid-type', `Type ${count} has the unknown kind ${kind}`);
      starts[count] = at;
      count += 1;
      at += 3 + (trailing >> 2);
      if (at > words.length) throw new BtfError('truncated', `Type ${count - 1} is cut off`);
    }
    return starts.slice(0, count);
  }

  #at(id: number): number {
    if (!(id >= 0 && id < this.typeCount)) throw new BtfError('invalid-type', `Type ${id} does not exist`);
    return this.#starts[id] ?? 0;
  }

  #word(at: number): number {
    return this.#words[at] ?? 0;
  }

  kind(id: number): number {
    const at = this.#at(id);
    return id === 0 ? 0 : (this.#word(at + 1) >>> 24) & 0x1f;
  }

  /** Number of members, values, parameters or variables; for FUNC the linkage. */
  vlen(id: number): number {
    const at = this.#at(id);
    return id === 0 ? 0 : this.#word(at + 1) & 0xffff;
  }

  /** The kind flag: bit-fields (struct), signedness (enum), union instead of struct (fwd). */
  flag(id: number): boolean {
    const at = this.#at(id);
    return id !== 0 && this.#word(at + 1) >>> 31 === 1;
  }

  /** The size field, for kinds that have a size. */
  rawSize(id: number): number {
    return this.#word(this.#at(id) + 2);
  }

  /** Fills in a DATASEC's size, which only the linker knows. */
  setRawSize(id: number, size: number): void {
    this.#words[this.#at(id) + 2] = size;
  }

  /** The type that a pointer, modifier, typedef, function, variable or tag refers to. */
  target(id: number): number {
    const target = this.#word(this.#at(id) + 2);
    this.#at(target);
    return target;
  }

  name(id: number): string {
    return id === 0 ? 'void' : this.string(this.#word(this.#at(id)));
  }

  isAnonymous(id: number): boolean {
    return id !== 0 && this.#word(this.#at(id)) === 0;
  }

  string(offset: number): string {
    if (offset === 0) return '';
    const cached = this.#names.get(offset);
    if (cached !== undefined) return cached;
    if (offset >= this.#strings.length)
      throw new BtfError('invalid-string', `String ${offset} is beyond the table`);
    const end = this.#strings.indexOf(0, offset);
    if (end < 0) throw new BtfError('invalid-string', 'A string has no end');
    if (end - offset > 4096) throw new BtfError('too-large', 'A string is longer than 4096 bytes');
    const text = this.#strings.toString('latin1', offset, end);
    this.#names.set(offset, text);
    return text;
  }

  /** A word of a type's header: 0 its name's offset, 1 its info, 2 its size or target. */
  headerWord(id: number, n: 0 | 1 | 2): number {
    return this.#word(this.#at(id) + n);
  }

  /** The string table itself. */
  stringBytes(): Uint8Array {
    return this.#strings;
  }

  /** The n-th word after a type's header. */
  extra(id: number, n: number): number {
    const at = this.#at(id);
    if (n < 0 || n * 4 >= K.trailingBytes(this.kind(id), this.vlen(id))) {
      throw new BtfError('invalid-type', `Type ${id} has no element ${n}`);
    }
    return this.#word(at + 3 + n);
  }

  member(id: number, index: number): BtfMember {
    const offset = this.extra(id, 3 * index + 2);
    const packed = this.flag(id);
    return {
      name: this.string(this.extra(id, 3 * index)),
      type: this.#checked(this.extra(id, 3 * index + 1)),
      bitOffset: packed ? offset & 0xffffff : offset,
      bitSize: packed ? offset >>> 24 : 0,
    };
  }

  memberType(id: number, index: number): number {
    return this.#checked(this.extra(id, 3 * index + 1));
  }

  memberName(id: number, index: number): string {
    return this.string(this.extra(id, 3 * index));
  }

  *members(id: number): Generator<BtfMember> {
    for (let index = 0; index < this.vlen(id); index += 1) yield this.member(id, index);
  }

  elementType(id: number): number {
    return this.#checked(this.extra(id, 0));
  }

  /** Number of elements of an array. */
  elementCount(id: number): number {
    return this.extra(id, 2);
  }

  isSignedInt(id: number): boolean {
    return ((this.extra(id, 0) >>> 24) & 1) === 1;
  }

  /** Offset of an INT's value in bits, which only obsolete compilers make other than 0. */
  intBitOffset(id: number): number {
    return (this.extra(id, 0) >>> 16) & 0xff;
  }

  isBool(id: number): boolean {
    return ((this.extra(id, 0) >>> 24) & 4) === 4;
  }

  /** Name and value of an enumerator; the value has the enum's signedness. */
  enumerator(id: number, index: number): { name: string; value: bigint } {
    const wide = this.kind(id) === K.KIND_ENUM64;
    const stride = wide ? 3 : 2;
    const low = BigInt(this.extra(id, stride * index + 1));
    const raw = wide ? low | (BigInt(this.extra(id, stride * index + 2)) << 32n) : low;
    const value = this.flag(id) ? BigInt.asIntN(wide ? 64 : 32, raw) : raw;
    return { name: this.string(this.extra(id, stride * index)), value };
  }

  parameter(id: number, index: number): BtfParameter {
    return {
      name: this.string(this.extra(id, 2 * index)),
      type: this.#checked(this.extra(id, 2 * index + 1)),
    };
  }

  sectionVariable(id: number, index: number): BtfSectionVariable {
    return {
      type: this.#checked(this.extra(id, 3 * index)),
      offset: this.extra(id, 3 * index + 1),
      size: this.extra(id, 3 * index + 2),
    };
  }

  #checked(id: number): number {
    this.#at(id);
    return id;
  }

  /** Looks through const, volatile, restrict and type tags; also through typedefs unless told not to. */
  resolve(id: number, typedefs = true): number {
    let current = id;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const kind = this.kind(current);
      if (!K.isModifier(kind) && !(typedefs && kind === K.KIND_TYPEDEF)) return current;
      current = this.target(current);
    }
    throw new BtfError('cyclic', `Type ${id} refers to itself`);
  }

  /**
   * Size in bytes. Pointers have the 8 bytes of the BPF machine.
   * @throws BtfError `no-size` for functions, forward declarations and void
   */
  sizeOf(id: number): number {
    let factor = 1;
    let current = id;
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const kind = this.kind(current);
      if (kind === K.KIND_ARRAY) {
        factor *= this.elementCount(current);
        if (factor > 2 ** 32) throw new BtfError('too-large', `Array type ${id} has more than 2^32 elements`);
        current = this.elementType(current);
      } else if (
        K.isModifier(kind) ||
        kind === K.KIND_TYPEDEF ||
        kind === K.KIND_VAR ||
        kind === K.KIND_DECL_TAG
      ) {
        current = this.target(current);
      } else if (kind === K.KIND_PTR) {
        return factor * 8;
      } else if (hasSize(kind)) {
        return factor * this.rawSize(current);
      } else {
        throw new BtfError('no-size', `${K.kindName(kind)} ${this.name(current)} has no size`);
      }
    }
    throw new BtfError('cyclic', `Type ${id} contains itself`);
  }

  /** Ids of types whose name is `name` up to a flavour suffix (`___x`), in order. */
  idsByEssentialName(name: string): number[] {
    this.#index ??= NameIndex.build(this.typeCount, this.#strings, (id) => this.#word(this.#starts[id] ?? 0));
    return this.#index.lookup(name);
  }

  /** The first type of this kind with exactly this name. */
  find(kind: number, name: string): number | undefined {
    const essential = name.slice(0, essentialLength(name));
    return this.idsByEssentialName(essential).find((id) => this.kind(id) === kind && this.name(id) === name);
  }
}

function hasSize(kind: number): boolean {
  return (
    kind === K.KIND_INT ||
    kind === K.KIND_FLOAT ||
    kind === K.KIND_DATASEC ||
    K.isComposite(kind) ||
    K.isEnum(kind)
  );
}
