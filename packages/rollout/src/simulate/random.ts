/** A fixed mixing of two 32-bit words (the finaliser of MurmurHash3, twice): the simulator's chance, the same everywhere. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h ^ Math.imul(b, 0xcc9e2d51), 0xc2b2ae35);
  h ^= h >>> 13;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 16;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Uniform in [0, 1) from two words. */
export function uniform(a: number, b: number): number {
  return mix(a, b) / 4294967296;
}

/** Exponential with this mean, from two words. */
export function exponential(mean: number, a: number, b: number): number {
  return -mean * Math.log(1 - uniform(a, b));
}

/** A stream of numbers in [0, 1) from one seed (sfc32), for statistics that need no host. */
export function stream(seed: number): () => number {
  let a = mix(seed, 1);
  let b = mix(seed, 2);
  let c = mix(seed, 3);
  let d = 1;
  return () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
}
