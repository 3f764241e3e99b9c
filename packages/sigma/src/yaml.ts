import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
} from 'yaml';
import { quote, SigmaError, type SigmaErrorCode } from './error.ts';
import { type Budget, LIMITS } from './limits.ts';
import { readPlainYaml } from './plain-yaml.ts';

/** Where something stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | bigint | boolean | null;

/** A YAML value that knows its place. Maps keep their order, and their keys are unique strings. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly value: Scalar;
}

export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export interface MapNode extends Place {
  readonly kind: 'map';
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly place: Place;
  readonly value: Node;
}

/** One document of a file: its tree, or the errors that kept it from becoming one. */
export type LoadedDocument = { node: Node; errors?: never } | { node?: never; errors: SigmaError[] };

/**
 * Parses YAML 1.2 (core schema) into trees with places. Empty documents are left out. Never throws: problems are returned
 * per document. Anchors work within bounds; tags other than the core ones, merge keys and non-string keys are refused.
 */
export function loadYaml(text: string, file: string | undefined, budget: Budget): LoadedDocument[] {
  const node = readPlainYaml(text, budget);
  return node === undefined ? loadWithLibrary(text, file, budget) : [{ node }];
}

/** The same without the quick reader: what that one must agree with. */
export function loadWithLibrary(text: string, file: string | undefined, budget: Budget): LoadedDocument[] {
  if (text.length > LIMITS.fileLength) {
    const problem = `file is longer than ${LIMITS.fileLength} characters`;
    return [{ errors: [new SigmaError('limit', problem, { file, cure: 'split it' })] }];
  }
  const lines = new LineCounter();
  let documents: readonly Document.Parsed[];
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      // Checked here instead: the library compares each key with all others, which is quadratic.
      uniqueKeys: false,
      intAsBigInt: true,
      schema: 'core',
      merge: false,
    });
    documents = 'empty' in parsed ? [] : (parsed as Document.Parsed[]);
  } catch (cause) {
    // The library recurses per nested collection; a stack overflow is the only error that it throws.
    const problem = cause instanceof RangeError ? 'nested too deeply' : 'cannot be read as YAML';
    return [
      { errors: [new SigmaError(cause instanceof RangeError ? 'limit' : 'yaml', problem, { file, cause })] },
    ];
  }
  if (documents.length > LIMITS.documents) {
    return [
      {
        errors: [
          new SigmaError('limit', `more than ${LIMITS.documents} documents`, {
            file,
            cure: 'split the file',
          }),
        ],
      },
    ];
  }
  const loaded: LoadedDocument[] = [];
  for (const document of documents) {
    const result = new Loader(document, lines, file, budget).load();
    if (result !== undefined) loaded.push(result);
  }
  return loaded;
}

class Loader {
  private readonly document: Document.Parsed;
  private readonly lines: LineCounter;
  private readonly file: string | undefined;
  private readonly budget: Budget;

  constructor(document: Document.Parsed, lines: LineCounter, file: string | undefined, budget: Budget) {
    this.document = document;
    this.lines = lines;
    this.file = file;
    this.budget = budget;
  }

  load(): LoadedDocument | undefined {
    const problems = [...this.document.errors, ...this.document.warnings];
    if (problems.length > 0) {
      const errors = problems.slice(0, LIMITS.errors).map((problem) => {
        const message = problem.message.split('\n', 1)[0]!;
        return this.error('yaml', `not valid YAML: ${message}`, problem.pos[0]);
      });
      return { errors };
    }
    const { contents } = this.document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return undefined;
    try {
      return { node: this.convert(contents, 0) };
    } catch (error) {
      if (error instanceof SigmaError) return { errors: [error] };
      throw error;
    }
  }

  private place(offset: number | undefined): Place {
    const position = this.lines.linePos(offset ?? 0);
    return { line: Math.max(1, position.line), column: Math.max(1, position.col) };
  }

  private error(
    code: SigmaErrorCode,
    problem: string,
    offset: number | undefined,
    cure?: string,
  ): SigmaError {
    return new SigmaError(code, problem, { file: this.file, ...this.place(offset), cure });
  }

  private convert(node: ParsedNode, depth: number): Node {
    const offset = node.range[0];
    if (--this.budget.nodes < 0) throw this.error('limit', `more than ${LIMITS.nodes} YAML values`, offset);
    if (depth > LIMITS.depth) throw this.error('limit', `nested deeper than ${LIMITS.depth}`, offset);
    if (isAlias(node)) return this.convert(this.resolve(node), depth + 1);
    const place = this.place(offset);
    if (isScalar(node)) return { kind: 'scalar', ...place, value: this.scalar(node.value, offset) };
    if (isSeq(node)) {
      const items = (node.items as ParsedNode[]).map((item) => this.convert(item, depth + 1));
      return { kind: 'list', ...place, items };
    }
    if (isMap(node)) {
      const seen = new Set<string>();
      const entries = (node.items as Pair<ParsedNode, ParsedNode | null>[]).map((pair) =>
        this.entry(pair, seen, depth),
      );
      return { kind: 'map', ...place, entries };
    }
    throw this.error('yaml', 'unknown kind of YAML value', offset);
  }

  private resolve(alias: Alias): ParsedNode {
    const offset = alias.range?.[0];
    if (--this.budget.aliases < 0) throw this.error('limit', `more than ${LIMITS.aliases} aliases`, offset);
    const target = alias.resolve(this.document) as ParsedNode | undefined;
    if (target === undefined) throw this.error('yaml', `alias ${quote(alias.source)} has no anchor`, offset);
    return target;
  }

  private scalar(value: unknown, offset: number): Scalar {
    if (typeof value === 'bigint') {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value;
      throw this.error(
        'value',
        'infinity and not-a-number are no values of a rule',
        offset,
        'quote it to make it a string',
      );
    }
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    throw this.error('yaml', `unsupported YAML value ${quote(value)}`, offset);
  }

  private entry(pair: Pair<ParsedNode, ParsedNode | null>, seen: Set<string>, depth: number): Entry {
    const { key, value } = pair;
    const offset = key.range[0];
    if (!isScalar(key) || (typeof key.value !== 'string' && typeof key.value !== 'bigint')) {
      throw this.error('key', 'a key must be a string', offset, 'quote it');
    }
    if (--this.budget.nodes < 0) throw this.error('limit', `more than ${LIMITS.nodes} YAML values`, offset);
    const name = String(key.value);
    if (seen.has(name)) {
      throw this.error(
        'key',
        `key ${quote(name)} appears twice`,
        offset,
        'join both, or write a list of maps',
      );
    }
    seen.add(name);
    const place = this.place(offset);
    const converted: Node =
      value === null ? { kind: 'scalar', ...place, value: null } : this.convert(value, depth + 1);
    return { key: name, place, value: converted };
  }
}

/** The value of `key` in a map, if it is there. */
export function entryOf(map: MapNode, key: string): Entry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

/** A plain copy without places. Maps become objects without prototype, so that no key means anything special. */
export function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  const object: Record<string, unknown> = Object.create(null);
  for (const entry of node.entries) object[entry.key] = plain(entry.value);
  return object;
}
