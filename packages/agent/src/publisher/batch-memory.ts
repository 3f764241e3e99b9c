/**
 * Memory for the bytes that engines are sent, used again. At hundred thousands of events a second, fresh memory for
 * each batch makes the garbage collector cost more than everything else.
 */

/** As large as the parts into which the sensor's batches are cut. */
const BLOCK_BYTES = 256 * 1024;
/** Smaller batches are rare enough a second, or small enough, to be left to the garbage collector. */
const LEAST_BYTES = 16 * 1024;
/** Blocks kept for later. */
const MOST_FREE = 64;

const free: Uint8Array[] = [];

/** Memory of so many bytes, with anything in it. */
export function takeMemory(bytes: number): Uint8Array {
  if (bytes < LEAST_BYTES || bytes > BLOCK_BYTES) return new Uint8Array(bytes);
  return (free.pop() ?? new Uint8Array(BLOCK_BYTES)).subarray(0, bytes);
}

/** Gives back what `takeMemory` gave. Nobody may read it any more: it will hold what another publisher may see. */
export function giveMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer.byteLength === BLOCK_BYTES && free.length < MOST_FREE) free.push(new Uint8Array(buffer));
}
