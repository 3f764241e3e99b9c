import type { Btf } from './btf.ts';
import * as K from './kinds.ts';

/** Kinds of BTF that not every kernel from 5.10 on accepts. */
export interface BtfSupport {
  readonly float: boolean; // 5.13
  readonly declTag: boolean; // 5.16
  readonly typeTag: boolean; // 5.17
  readonly enum64: boolean; // 6.0, with signed enums
}

const FUNC_STATIC = 0;
const FUNC_EXTERN = 2;
const VAR_EXTERN = 2;
const INFO = (kind: number, vlen: number): number => ((kind << 24) | vlen) >>> 0;

/**
 * Writes an object's BTF as a kernel accepts it, with the same type ids. Kinds that the kernel lacks are replaced by
 * ones of the same size, externs by an empty struct, and a section's variables are put in order.
 * @param hidden functions that the object hides, which the kernel then verifies as static
 */
export function encodeForKernel(
  btf: Btf,
  support: BtfSupport,
  hidden: ReadonlySet<string> = new Set(),
): Uint8Array {
  const strings = stringTable(btf);
  const extra: number[] = [];
  const words: number[] = [];
  let placeholder = 0; // type id of the 8-byte integer that stands in for ENUM64 values
  const placeholderId = (): number => {
    if (placeholder === 0) {
      placeholder = btf.typeCount;
      extra.push(strings.add('enum64_value'), INFO(K.KIND_INT, 0), 8, 64);
    }
    return placeholder;
  };
  for (let id = 1; id < btf.typeCount; id += 1) {
    const kind = btf.kind(id);
    const vlen = btf.vlen(id);
    const [name, info, size] = [btf.headerWord(id, 0), btf.headerWord(id, 1), btf.headerWord(id, 2)];
    const rest = K.trailingBytes(kind, vlen) >> 2;
    const copy = (): void => {
      for (let index = 0; index < rest; index += 1) words.push(btf.extra(id, index));
    };
    const empty = (): void => void words.push(0, INFO(K.KIND_STRUCT, 0), 0);
    switch (kind) {
      case K.KIND_FUNC:
        if (vlen === FUNC_EXTERN) empty();
        else words.push(name, hidden.has(btf.name(id)) ? INFO(kind, FUNC_STATIC) : info, size);
        break;
      case K.KIND_VAR:
        if (btf.extra(id, 0) === VAR_EXTERN) empty();
        else {
          words.push(name, info, size);
          copy();
        }
        break;
      case K.KIND_DATASEC:
        encodeSection(btf, id, words);
        break;
      case K.KIND_FLOAT:
        if (support.float) words.push(name, info, size);
        else words.push(0, INFO(K.KIND_STRUCT, 0), size);
        break;
      case K.KIND_DECL_TAG:
        // A tag of what was emptied would be refused with it.
        if (support.declTag && !isExtern(btf, btf.target(id))) {
          words.push(name, info, size);
          copy();
        } else empty();
        break;
      case K.KIND_TYPE_TAG:
        if (support.typeTag) words.push(name, info, size);
        else words.push(0, INFO(K.KIND_CONST, 0), size);
        break;
      case K.KIND_ENUM:
        words.push(name, support.enum64 ? info : INFO(kind, vlen), size);
        copy();
        break;
      case K.KIND_ENUM64:
        if (support.enum64) {
          words.push(name, info, size);
          copy();
        } else {
          words.push(name, INFO(K.KIND_UNION, vlen), size);
          for (let index = 0; index < vlen; index += 1)
            words.push(btf.extra(id, 3 * index), placeholderId(), 0);
        }
        break;
      default:
        words.push(name, info, size);
        copy();
    }
  }
  words.push(...extra);
  const table = strings.bytes();
  const bytes = new Uint8Array(24 + words.length * 4 + table.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, 24, true);
  view.setUint32(12, words.length * 4, true);
  view.setUint32(16, words.length * 4, true);
  view.setUint32(20, table.length, true);
  for (const [index, word] of words.entries()) view.setUint32(24 + index * 4, word, true);
  bytes.set(table, 24 + words.length * 4);
  return bytes;
}

function isExtern(btf: Btf, id: number): boolean {
  const kind = btf.kind(id);
  return (
    (kind === K.KIND_FUNC && btf.vlen(id) === FUNC_EXTERN) ||
    (kind === K.KIND_VAR && btf.extra(id, 0) === VAR_EXTERN)
  );
}

function encodeSection(btf: Btf, id: number, words: number[]): void {
  const variables = Array.from({ length: btf.vlen(id) }, (_, index) => btf.sectionVariable(id, index))
    .filter(({ type }) => !isExtern(btf, type))
    .sort((left, right) => left.offset - right.offset);
  if (variables.length === 0 || btf.rawSize(id) === 0) {
    words.push(0, INFO(K.KIND_STRUCT, 0), 0);
    return;
  }
  words.push(btf.headerWord(id, 0), INFO(K.KIND_DATASEC, variables.length), btf.rawSize(id));
  for (const { type, offset, size } of variables) words.push(type, offset, size);
}

function stringTable(btf: Btf): { add(text: string): number; bytes(): Uint8Array } {
  const original = btf.stringBytes();
  const added: Uint8Array[] = [];
  let length = original.length;
  return {
    add(text) {
      const offset = length;
      const bytes = Buffer.from(`${text}\0`, 'latin1');
      added.push(bytes);
      length += bytes.length;
      return offset;
    },
    bytes: () => Buffer.concat([original, ...added]),
  };
}
