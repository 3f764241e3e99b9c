import type { Readable } from 'node:stream';

/** Keeps the end of a stream, at most so many bytes. */
export class Tail {
  readonly #most: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(most: number) {
    this.#most = most;
  }

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-this.#most)]).subarray(-this.#most);
  }

  toString(): string {
    return this.#bytes.toString('utf8');
  }
}

/** How much of a stream is read at once, and how long nothing is when more comes. */
const BYTES_AT_ONCE = 1024 * 1024;
const PAUSE_MS = 1000;

/**
 * Reads a stream into a tail, at most some 1 MiB a second: who writes more waits, and costs this process nothing.
 */
export function keepTail(stream: Readable | null, tail: Tail): void {
  let since = 0;
  stream?.on('data', (chunk: Buffer) => {
    tail.push(chunk);
    since += chunk.length;
    if (since < BYTES_AT_ONCE) return;
    since = 0;
    stream.pause();
    setTimeout(() => stream.resume(), PAUSE_MS).unref();
  });
}
