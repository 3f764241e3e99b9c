/** A line on standard error for work that takes longer than two seconds; on a terminal it is redrawn in place. */
export class ProgressLine {
  readonly #started: number = performance.now();
  readonly #tty: boolean = process.stderr.isTTY;
  #last = 0;
  #drawn = false;

  /** At most five times a second on a terminal, every ten seconds elsewhere, and never in the first two. */
  update(text: () => string): void {
    const now = performance.now();
    if (now - this.#started < 2000 || now - this.#last < (this.#tty ? 200 : 10_000)) return;
    this.#last = now;
    this.#drawn = true;
    process.stderr.write(this.#tty ? `\r\x1b[K${text()}` : `${text()}\n`);
  }

  /** Takes the line away, so that a result or an error stands alone. */
  clear(): void {
    if (this.#drawn && this.#tty) process.stderr.write('\r\x1b[K');
    this.#drawn = false;
  }
}
