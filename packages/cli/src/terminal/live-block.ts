import { stripVTControlCharacters } from 'node:util';

/**
 * Lines that stay at the bottom of a terminal and are redrawn in place, while other lines scroll above them.
 * Lines are cut to the terminal's width: a wrapped line could not be erased again.
 */
export class LiveBlock {
  readonly #stream: NodeJS.WriteStream;
  #lines: readonly string[] = [];
  #drawn = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.write('\x1b[?25l');
  }

  /** Prints a line above the block. */
  print(line: string): void {
    this.#stream.write(`${this.#erase()}${line}\n`);
    this.#draw();
  }

  update(lines: readonly string[]): void {
    this.#lines = lines;
    this.#stream.write(this.#erase());
    this.#draw();
  }

  /** Leaves the last state of the block on the screen and shows the cursor again. */
  close(): void {
    this.#stream.write('\x1b[?25h');
  }

  #erase(): string {
    return this.#drawn === 0 ? '' : `\x1b[${this.#drawn}F\x1b[J`;
  }

  #draw(): void {
    // A serial line, or a terminal that nobody has sized, has 0 of both.
    const columns = this.#stream.columns || 80;
    const room = Math.max(1, (this.#stream.rows || 24) - 2);
    const lines = this.#lines.slice(0, room);
    for (const line of lines) this.#stream.write(`${fit(line, columns)}\n`);
    this.#drawn = lines.length;
  }
}

/** Cuts a line to `columns` visible characters; a line that must be cut loses its colours, which is simple and safe. */
export function fit(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, Math.max(0, columns - 1))}…`;
}
