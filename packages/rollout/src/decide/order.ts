import { createCipheriv, createHash } from 'node:crypto';

const ROUNDS = 7;

/**
 * A secret permutation of the host handles: nobody without the seed can tell who comes first, and everybody with
 * it gets the same order. A balanced Feistel network over the next even power of two (Luby & Rackoff 1988) whose
 * round functions are tables filled from AES-256-CTR; no list of hosts is shuffled or kept.
 */
export interface SecretOrder {
  /** Positions run from 0 to `domain` − 1; some map to handles that do not exist yet. */
  readonly domain: number;
  hostAt(position: number): number;
  positionOf(host: number): number;
}

/** @param hosts how many handles there are: the order covers 0 … hosts − 1 */
export function secretOrder(seed: string, release: string, hosts: number): SecretOrder {
  let half = 1;
  while (4 ** half < hosts) half++;
  const size = 2 ** half;
  const mask = size - 1;
  const key = createHash('sha256')
    .update(JSON.stringify(['ringfence rollout order 1', seed, release, half]))
    .digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(ROUNDS * size * 2));
  const table = new Uint16Array(ROUNDS * size);
  for (let i = 0; i < table.length; i++) table[i] = stream.readUInt16LE(i * 2) & mask;
  return {
    domain: size * size,
    hostAt(position: number): number {
      let left = position >>> half;
      let right = position & mask;
      for (let round = 0; round < ROUNDS; round++) {
        const next = left ^ (table[round * size + right] as number);
        left = right;
        right = next;
      }
      return left * size + right;
    },
    positionOf(host: number): number {
      let left = host >>> half;
      let right = host & mask;
      for (let round = ROUNDS - 1; round >= 0; round--) {
        const before = right ^ (table[round * size + left] as number);
        right = left;
        left = before;
      }
      return left * size + right;
    },
  };
}
