const UNDERSCORE = 0x5f;

/**
 * Length of a name without its flavour: `task_struct___old` counts 11. The separator is `___` between two characters
 * that are no underscores; the last one counts (libbpf, bpf_core_essential_name_len).
 */
export function essentialLength(name: string): number {
  for (let at = name.length - 5; at >= 0; at -= 1) {
    if (
      name[at] !== '_' &&
      name[at + 4] !== '_' &&
      name[at + 1] === '_' &&
      name[at + 2] === '_' &&
      name[at + 3] === '_'
    ) {
      return at + 1;
    }
  }
  return name.length;
}

function essentialEnd(strings: Uint8Array, start: number, end: number): number {
  for (let at = end - 5; at >= start; at -= 1) {
    if (
      strings[at + 1] === UNDERSCORE &&
      strings[at + 2] === UNDERSCORE &&
      strings[at + 3] === UNDERSCORE &&
      strings[at] !== UNDERSCORE &&
      strings[at + 4] !== UNDERSCORE
    ) {
      return at + 1;
    }
  }
  return end;
}

/**
 * A hash table from essential names to type ids over the raw string table: no string is made, which keeps indexing a
 * kernel's 100,000 types near 10 ms.
 */
export class NameIndex {
  readonly #strings: Buffer;
  readonly #nameOf: (id: number) => number;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;

  private constructor(strings: Buffer, nameOf: (id: number) => number, heads: Int32Array, next: Int32Array) {
    this.#strings = strings;
    this.#nameOf = nameOf;
    this.#heads = heads;
    this.#next = next;
  }

  /** @param nameOf offset of a type's name in `strings`; 0 is anonymous */
  static build(typeCount: number, strings: Buffer, nameOf: (id: number) => number): NameIndex {
    let buckets = 16;
    while (buckets < typeCount) buckets *= 2;
    const heads = new Int32Array(buckets);
    const next = new Int32Array(typeCount);
    // From the last to the first, so that each chain is in ascending order.
    for (let id = typeCount - 1; id > 0; id -= 1) {
      const start = nameOf(id);
      if (start === 0 || start >= strings.length) continue;
      let hash = 0x811c9dc5;
      let underscores = 0;
      let flavoured = false;
      let at = start;
      for (; at < strings.length; at += 1) {
        const byte = strings[at] ?? 0;
        if (byte === 0) break;
        hash = Math.imul(hash ^ byte, 0x01000193);
        underscores = byte === UNDERSCORE ? underscores + 1 : 0;
        if (underscores === 3) flavoured = true;
      }
      if (flavoured) hash = hashBytes(strings, start, essentialEnd(strings, start, at));
      const bucket = hash & (buckets - 1);
      next[id] = heads[bucket] ?? 0;
      heads[bucket] = id;
    }
    return new NameIndex(strings, nameOf, heads, next);
  }

  lookup(name: string): number[] {
    const key = Buffer.from(name, 'latin1');
    const bucket = hashBytes(key, 0, key.length) & (this.#heads.length - 1);
    const ids: number[] = [];
    for (let id = this.#heads[bucket] ?? 0; id !== 0; id = this.#next[id] ?? 0) {
      const start = this.#nameOf(id);
      if (start + key.length >= this.#strings.length) continue;
      if (this.#strings.compare(key, 0, key.length, start, start + key.length) !== 0) continue;
      const end = this.#strings.indexOf(0, start);
      if (end < 0 || essentialEnd(this.#strings, start, end) - start !== key.length) continue;
      ids.push(id);
    }
    return ids;
  }
}

function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return hash;
}
