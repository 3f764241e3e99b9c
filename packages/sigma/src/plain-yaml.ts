import { type Budget, LIMITS } from './limits.ts';
import type { Entry, Node, Scalar } from './yaml.ts';

/** Control characters, line ends other than \n, byte order marks and what looks like them. */
const UNUSUAL = /[^\n -~\u00a0-\u2027\u202a-\ufefe\uff00-\uffef]/;
/** Characters that a plain scalar may start with, of those that it may. `-` and `.` have conditions of their own. */
const PLAIN_START = /[\w/\\$()+~\u00a0-\uffff]/;
/** Numbers of the core schema (YAML 1.2.2, 10.3.2), those of them that are whole, and what is no number of a rule. */
const NUMBER =
  /^(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER = /^(?:[-+]?\d+|0[ox].+)$/;
const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);
/** Keys are compared with all others of their map, so a larger map is the library's. */
const MAX_KEYS = 64;

const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const SINGLE_QUOTE = 39;
const DASH = 45;
const DOT = 46;
const GREATER = 62;
const BAR = 124;

/**
 * Reads the YAML that rules are usually written in: block maps and lists, scalars, comments. Gives exactly what the
 * library would, or undefined for whatever it does not know or would have to report: then the library reads the file.
 * Never throws. Exists because the library is slow in a process that has just started; so this is code that is quick
 * without a compiler: it goes by lines, leaves the scanning to built-ins and copies nothing.
 */
export function readPlainYaml(text: string, budget: Budget): Node | undefined {
  if (text.length > LIMITS.fileLength || UNUSUAL.test(text)) return undefined;
  const reader = new Reader(text, budget.nodes);
  const root = reader.root();
  if (root !== undefined) budget.nodes -= reader.nodes;
  return root;
}

/** Columns and rows count from 0 in here. Each method leaves the reader at the first line that it did not use. */
class Reader {
  nodes = 0;
  private readonly lines: readonly string[];
  private readonly maxNodes: number;
  /** The current line, which is neither empty nor a comment. */
  private line = '';
  private row = -1;
  /** Where its text starts; -1 after the last line. */
  private indent = -1;
  /** Whether a comment stood between this line and the one before it. */
  private afterComment = false;

  constructor(text: string, maxNodes: number) {
    this.lines = text.split('\n');
    this.maxNodes = maxNodes;
  }

  root(): Node | undefined {
    this.next();
    const node = this.indent === 0 ? this.node(0, 0, 0) : undefined;
    if (node?.kind === 'scalar' || this.row < this.lines.length || this.nodes > this.maxNodes)
      return undefined;
    return node;
  }

  private next(): void {
    this.afterComment = false;
    while (++this.row < this.lines.length) {
      const line = this.lines[this.row]!;
      const indent = skipSpaces(line, 0);
      if (indent === line.length) continue;
      if (line.charCodeAt(indent) === HASH) {
        this.afterComment = true;
        continue;
      }
      this.line = line;
      this.indent = indent;
      return;
    }
    this.line = '';
    this.indent = -1;
  }

  /** What starts at `column` and lies in a collection whose items start at `parent`. */
  private node(column: number, parent: number, depth: number): Node | undefined {
    if (depth > LIMITS.depth) return undefined;
    if (isItem(this.line, column)) return this.list(column, depth);
    const colon = keyEnd(this.line, column);
    return colon === -1 ? this.scalar(column, parent) : this.map(column, colon, depth);
  }

  private list(column: number, depth: number): Node | undefined {
    this.nodes++;
    const place = this.row + 1;
    const items: Node[] = [];
    do {
      let start = skipSpaces(this.line, column + 1);
      if (isBlank(this.line, start)) {
        this.next();
        if (this.indent <= column) return undefined;
        start = this.indent;
      }
      const item = this.node(start, column, depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    } while (this.indent === column && isItem(this.line, column));
    return this.indent > column ? undefined : { kind: 'list', line: place, column: column + 1, items };
  }

  private map(column: number, firstColon: number, depth: number): Node | undefined {
    this.nodes++;
    const place = this.row + 1;
    const entries: Entry[] = [];
    let colon = firstColon;
    do {
      const key = this.line.slice(column, colon);
      if (colon === -1 || !isKey(key) || entries.length === MAX_KEYS) return undefined;
      for (let at = 0; at < entries.length; at++) if (entries[at]!.key === key) return undefined;
      this.nodes++;
      const line = this.row + 1;
      const value = this.value(column, colon + 1, depth + 1);
      if (value === undefined) return undefined;
      entries.push({ key, place: { line, column: column + 1 }, value });
      colon = keyEnd(this.line, column);
    } while (this.indent === column);
    return this.indent > column ? undefined : { kind: 'map', line: place, column: column + 1, entries };
  }

  /** The value of a key in a map at `column`, from `after` its colon. */
  private value(column: number, after: number, depth: number): Node | undefined {
    if (depth > LIMITS.depth) return undefined;
    const start = skipSpaces(this.line, after);
    if (!isBlank(this.line, start)) {
      return keyEnd(this.line, start) === -1 ? this.scalar(start, column) : undefined;
    }
    const row = this.row;
    this.next();
    // A list may stand at the column of its key.
    if (this.indent > column || (this.indent === column && isItem(this.line, column))) {
      return this.node(this.indent, column, depth);
    }
    return this.scalarNode(row, start, null);
  }

  private scalarNode(row: number, column: number, value: Scalar): Node {
    this.nodes++;
    return { kind: 'scalar', line: row + 1, column: column + 1, value };
  }

  private scalar(column: number, parent: number): Node | undefined {
    const first = this.line.charCodeAt(column);
    const row = this.row;
    let value: Scalar | undefined;
    if (first === DOUBLE_QUOTE) value = this.doubleQuoted(column);
    else if (first === SINGLE_QUOTE) value = this.singleQuoted(column);
    else if (first === BAR || first === GREATER) value = this.block(column, parent);
    else if (startsPlain(this.line, column)) value = this.plain(column, parent);
    // A line that belongs to this value, or to nothing.
    if (value === undefined || this.indent > parent) return undefined;
    return this.scalarNode(row, column, value);
  }

  private singleQuoted(column: number): string | undefined {
    const { line } = this;
    let end = line.indexOf("'", column + 1);
    const simple = line.charCodeAt(end + 1) !== SINGLE_QUOTE;
    while (end !== -1 && line.charCodeAt(end + 1) === SINGLE_QUOTE) end = line.indexOf("'", end + 2);
    if (end === -1 || !endsAt(line, end + 1)) return undefined;
    this.next();
    const source = line.slice(column + 1, end);
    return simple ? source : source.replaceAll("''", "'");
  }

  private doubleQuoted(column: number): string | undefined {
    const { line } = this;
    const end = line.indexOf('"', column + 1);
    if (end === -1 || !endsAt(line, end + 1)) return undefined;
    this.next();
    const source = line.slice(column + 1, end);
    return source.includes('\\') ? undefined : source;
  }

  private plain(column: number, parent: number): Scalar | undefined {
    let end = commentStart(this.line, column);
    let open = end === this.line.length;
    let text = this.line.slice(column, spacesBefore(this.line, end));
    let row = this.row;
    this.next();
    while (this.indent > parent) {
      // Nothing can follow a comment, and a key cannot follow on a line of its own.
      if (!open || this.afterComment || hasColon(this.line, this.indent)) return undefined;
      end = commentStart(this.line, this.indent);
      open = end === this.line.length;
      const empty = this.row - row - 1;
      text += empty === 0 ? ' ' : '\n'.repeat(empty);
      text += this.line.slice(this.indent, spacesBefore(this.line, end));
      row = this.row;
      this.next();
    }
    return resolve(text);
  }

  /** A literal (`|`) or folded (`>`) text. */
  private block(column: number, parent: number): string | undefined {
    const header = this.line.slice(column);
    if (header !== '|' && header !== '>' && header !== '|-' && header !== '>-') return undefined;
    const folded = header.startsWith('>');
    const first = this.lines[this.row + 1] ?? '';
    const indent = skipSpaces(first, 0);
    if (indent === first.length || indent <= parent) return undefined;
    let text = first.slice(indent);
    let empty = 0;
    // The row of the last line that is not empty: what is empty at the end is no text.
    let last = this.row + 1;
    for (let row = last + 1; row < this.lines.length; row++) {
      const line = this.lines[row]!;
      const start = skipSpaces(line, 0);
      if (start === line.length) {
        if (start > indent) return undefined;
        empty++;
        continue;
      }
      if (start < indent) break;
      if (folded && start > indent) return undefined;
      if (folded) text += empty === 0 ? ' ' : '\n'.repeat(empty);
      else text += '\n'.repeat(empty + 1);
      text += line.slice(indent);
      empty = 0;
      last = row;
    }
    this.row = last;
    this.next();
    return header.endsWith('-') ? text : `${text}\n`;
  }
}

function skipSpaces(line: string, column: number): number {
  let at = column;
  while (line.charCodeAt(at) === SPACE) at++;
  return at;
}

/** Where the spaces before `end` start. `trimEnd` would take spaces that YAML does not take for such. */
function spacesBefore(line: string, end: number): number {
  let at = end;
  while (line.charCodeAt(at - 1) === SPACE) at--;
  return at;
}

/** Whether nothing but a comment stands at `column`, which follows a space or an indicator and a space. */
function isBlank(line: string, column: number): boolean {
  return (
    column === line.length || (line.charCodeAt(column) === HASH && line.charCodeAt(column - 1) === SPACE)
  );
}

/** Whether nothing but a comment follows a quoted scalar that ends before `column`. */
function endsAt(line: string, column: number): boolean {
  return column === line.length || isBlank(line, skipSpaces(line, column));
}

/** Whether an item of a list starts at `column`. */
function isItem(line: string, column: number): boolean {
  return (
    line.charCodeAt(column) === DASH && (column + 1 === line.length || line.charCodeAt(column + 1) === SPACE)
  );
}

/** Where the comment that ends a plain scalar starts, or the line's end. */
function commentStart(line: string, column: number): number {
  const at = line.indexOf(' #', column);
  return at === -1 ? line.length : at;
}

function startsPlain(line: string, column: number): boolean {
  const first = line.charCodeAt(column);
  // At the start of a line they may be marks between documents.
  if (first === DASH || first === DOT) return column > 0 && !isItem(line, column);
  return PLAIN_START.test(line.charAt(column));
}

/** Where the colon is that ends the plain key that starts at `column`; -1 if there is none. */
function keyEnd(line: string, column: number): number {
  if (!startsPlain(line, column)) return -1;
  const colon = colonAt(line, column);
  return colon === -1 || colon > commentStart(line, column) ? -1 : colon;
}

function hasColon(line: string, column: number): boolean {
  return colonAt(line, column) !== -1;
}

function colonAt(line: string, column: number): number {
  if (line.endsWith(':')) {
    const inner = line.indexOf(': ', column);
    return inner === -1 ? line.length - 1 : inner;
  }
  return line.indexOf(': ', column);
}

/** Whether the library takes it for a string, and for a short one: YAML ends simple keys after 1,024 characters. */
function isKey(key: string): boolean {
  return key.length < 1_000 && !key.endsWith(' ') && typeof resolve(key) === 'string';
}

/** What a plain scalar stands for in the core schema; undefined for infinity and not-a-number, which are errors. */
function resolve(text: string): Scalar | undefined {
  if (text.length <= 5) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  const first = text.charCodeAt(0);
  // Only what starts with a digit or one of + - . can be a number.
  if (first > 57 || first < 43 || !NUMBER.test(text)) return text;
  if (INTEGER.test(text)) {
    const integer = BigInt(text);
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : integer;
  }
  const number = Number.parseFloat(text);
  return Number.isFinite(number) ? number : undefined;
}
