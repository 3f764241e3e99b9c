import { createRequire } from 'node:module';
import type { Alias, Document, Pair, ParsedNode } from 'yaml';
import { quote, SigmaError, type SigmaErrorCode } from './error.ts';
import { type Budget, LIMITS } from './limits.ts';
import type { Entry, LoadedDocument, Node, Place, Scalar } from './yaml.ts';

type Library = typeof import('yaml');
type Lines = InstanceType<Library['LineCounter']>;

let loaded: Library | undefined;

/** Most files do not need the library, and loading it takes longer than reading all rules of a release without it. */
function library(): Library {
  loaded ??= createRequire(import.meta.url)('yaml') as Library;
  return loaded;
}

/** What `loadYaml` promises, done by the library alone: what the quick reader must agree with. */
export function loadWithLibrary(text: string, file: string | undefined, budget: Budget): LoadedDocument[] {
  if (text.length > LIMITS.fileLength) {
    const problem = `file is longer than ${LIMITS.fileLength} characters`;
    return [{ errors: [new SigmaError('limit', problem, { file, cure: 'split it' })] }];
  }
  const lines = new (library().LineCounter)();
  let documents: readonly Document.Parsed[];
  try {
    const parsed = library().parseAllDocuments(text, {
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
  private readonly lines: Lines;
  private readonly file: string | undefined;
  private readonly budget: Budget;

  constructor(document: Document.Parsed, lines: Lines, file: string | undefined, budget: Budget) {
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
    if (contents === null || (library().isScalar(contents) && contents.value === null)) return undefined;
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
    const { isAlias, isMap, isScalar, isSeq } = library();
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
    if (!library().isScalar(key) || (typeof key.value !== 'string' && typeof key.value !== 'bigint')) {
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
