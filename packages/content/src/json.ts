import { ContentError } from './error.ts';

/** A parsed document, and where each of its values stands. */
export interface JsonDocument {
  readonly value: unknown;
  /** 1-based line of the value at a path of keys and indexes, or of its nearest ancestor. */
  lineOf(path: readonly (string | number)[]): number;
}

/** More nesting than any manifest has; keeps the scan below from deep recursion. */
const MAX_DEPTH = 32;

/**
 * Parses JSON (RFC 8259) and says on which line each value stands. Stricter than JSON.parse in two points:
 * a name may occur once in an object, and nesting is bounded.
 * @throws ContentError syntax
 */
export function parseJson(bytes: Uint8Array, file: string): JsonDocument {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ContentError('syntax', file, 'not UTF-8', undefined, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const position = /position (\d+)/.exec(message)?.[1];
    const at = position === undefined ? text.length : Number(position);
    throw new ContentError('syntax', file, `not JSON: ${oneLine(message)}`, lineAt(text, at), error);
  }
  const lines = new Scan(text, file).run();
  return {
    value,
    lineOf(path) {
      for (let length = path.length; length > 0; length--) {
        const line = lines.get(JSON.stringify(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return 1;
    },
  };
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').slice(0, 200);
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset && i < text.length; i++) if (text.charCodeAt(i) === 10) line++;
  return line;
}

/** Walks text that JSON.parse has accepted, so it need not check the grammar again. */
class Scan {
  readonly #tokens: RegExp = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+|\n/g;
  readonly #lines: Map<string, number> = new Map();
  readonly #text: string;
  readonly #file: string;
  #line = 1;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  run(): Map<string, number> {
    this.#value(this.#next(), []);
    return this.#lines;
  }

  #next(): string {
    for (;;) {
      const token = this.#tokens.exec(this.#text)?.[0] ?? '';
      if (token !== '\n') return token;
      this.#line++;
    }
  }

  #value(token: string, path: readonly (string | number)[]): void {
    this.#lines.set(JSON.stringify(path), this.#line);
    if (path.length > MAX_DEPTH) this.#refuse(`nested deeper than ${MAX_DEPTH}`);
    if (token === '{') this.#object(path);
    else if (token === '[') this.#array(path);
  }

  #object(path: readonly (string | number)[]): void {
    const names = new Set<string>();
    for (let token = this.#next(); token !== '}'; token = this.#next()) {
      if (token === ',') continue;
      const name = JSON.parse(token) as string;
      if (names.has(name)) this.#refuse(`the name ${JSON.stringify(name)} occurs twice`);
      names.add(name);
      this.#next(); // the colon
      this.#value(this.#next(), [...path, name]);
    }
  }

  #array(path: readonly (string | number)[]): void {
    let index = 0;
    for (let token = this.#next(); token !== ']'; token = this.#next()) {
      if (token !== ',') this.#value(token, [...path, index++]);
    }
  }

  #refuse(reason: string): never {
    throw new ContentError('syntax', this.#file, reason, this.#line);
  }
}
