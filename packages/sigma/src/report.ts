import { quote, SigmaError, type SigmaErrorCode } from './error.ts';
import type { Entry, MapNode, Node, Place } from './yaml.ts';

/** Collects the errors of one document, so that an author sees all of them at once. */
export class Report {
  readonly errors: SigmaError[] = [];
  private readonly file: string | undefined;

  constructor(file: string | undefined) {
    this.file = file;
  }

  add(code: SigmaErrorCode, problem: string, place: Place, cure?: string, received?: unknown): undefined {
    const { line, column } = place;
    const details = {
      file: this.file,
      line,
      column,
      cure,
      received: received === undefined ? undefined : quote(received),
    };
    this.errors.push(new SigmaError(code, problem, details));
    return undefined;
  }

  /** Reports a problem that would come again with every value after the first. */
  once(code: SigmaErrorCode, problem: string, place: Place, cure: string): void {
    if (!this.errors.some((error) => error.problem === problem)) this.add(code, problem, place, cure);
  }

  /** A string of at most `max` characters, or undefined after reporting. */
  string(entry: Entry, max: number): string | undefined {
    const { value } = entry;
    if (value.kind !== 'scalar' || typeof value.value !== 'string' || value.value === '') {
      return this.add(
        'value',
        `${quote(entry.key)} must be a text, not ${describe(value)}`,
        value,
        'quote the value',
      );
    }
    if (value.value.length > max) {
      return this.add('limit', `${quote(entry.key)} is longer than ${max} characters`, value, 'shorten it');
    }
    return value.value;
  }

  /** One of a closed list. */
  choice<T extends string>(entry: Entry, allowed: readonly T[]): T | undefined {
    const { value } = entry.value.kind === 'scalar' ? entry.value : { value: undefined };
    const known = allowed.find((candidate) => candidate === value);
    if (known !== undefined) return known;
    const cure = `use ${allowed.join(', ')}`;
    return this.add('value', `${quote(entry.key)} cannot be ${describe(entry.value)}`, entry.value, cure);
  }

  map(entry: Entry): MapNode | undefined {
    if (entry.value.kind === 'map') return entry.value;
    return this.add('value', `${quote(entry.key)} must be a map, not ${describe(entry.value)}`, entry.value);
  }

  /** A list of distinct texts. */
  strings(entry: Entry, max: number): string[] {
    if (entry.value.kind !== 'list') {
      this.add(
        'value',
        `${quote(entry.key)} must be a list, not ${describe(entry.value)}`,
        entry.value,
        'write `- ` before each item',
      );
      return [];
    }
    const seen = new Set<string>();
    for (const item of entry.value.items) {
      const text = this.string({ key: entry.key, place: item, value: item }, max);
      if (text !== undefined && seen.has(text)) {
        this.add('value', `${quote(entry.key)} has ${quote(text)} twice`, item, 'remove one');
      } else if (text !== undefined) seen.add(text);
    }
    return [...seen];
  }
}

/** A few words for what was found, for messages. */
export function describe(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'null';
  if (node.value === '') return 'an empty text';
  return typeof node.value === 'string'
    ? quote(node.value)
    : `the ${typeof node.value} ${String(node.value)}`;
}
