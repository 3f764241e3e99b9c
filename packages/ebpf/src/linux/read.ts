import { readSync } from 'node:fs';

/** Reads a descriptor to its end, at most `limit` bytes. */
export function readAll(fd: number, limit: number): Uint8Array {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < limit) {
    const chunk = Buffer.allocUnsafe(1 << 16);
    let count: number;
    try {
      count = readSync(fd, chunk, 0, Math.min(chunk.length, limit - total), null);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR'))
        continue;
      throw error;
    }
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    total += count;
  }
  return Buffer.concat(chunks);
}
