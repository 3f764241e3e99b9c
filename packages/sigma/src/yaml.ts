import type { SigmaError } from './error.ts';
import { loadWithLibrary } from './library-yaml.ts';
import type { Budget } from './limits.ts';
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

/** The value of `key` in a map, if it is there. */
export function entryOf(map: MapNode, key: string): Entry | undefined {
  const { entries } = map;
  // Asked some forty times per rule: an iterator would cost more than the comparisons.
  for (let at = 0; at < entries.length; at++) if (entries[at]!.key === key) return entries[at];
  return undefined;
}

/** A plain copy without places. Maps become objects without prototype, so that no key means anything special. */
export function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  const object: Record<string, unknown> = Object.create(null);
  for (const entry of node.entries) object[entry.key] = plain(entry.value);
  return object;
}
