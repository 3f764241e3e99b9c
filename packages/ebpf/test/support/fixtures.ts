import { readFileSync } from 'node:fs';
import { type Btf, CollectionSpec } from '@ringfence/ebpf';

export function objectBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../testdata/${name}.bpf.o`, import.meta.url)));
}

export function loadSpec(name: string): CollectionSpec {
  return CollectionSpec.fromElf(objectBytes(name), { name });
}

/** The types of an imaginary kernel. */
export function targetBtf(): Btf {
  const { btf } = loadSpec('core-target');
  if (btf === undefined) throw new Error('core-target has no BTF');
  return btf;
}
