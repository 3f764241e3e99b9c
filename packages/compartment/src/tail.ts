/** Keeps the end of a stream, at most so many bytes, and counts the rest. */
export class Tail {
  readonly #most: number;
  #bytes: Buffer = Buffer.alloc(0);
  #total = 0;

  constructor(most: number) {
    this.#most = most;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-this.#most)]).subarray(-this.#most);
  }

  /** Bytes that came in all. */
  get total(): number {
    return this.#total;
  }

  toString(): string {
    return this.#bytes.toString('utf8');
  }
}
