import { ConditionProblem, parseCondition } from './condition.ts';
import { DetectionParser } from './detection.ts';
import { quote, SigmaError } from './error.ts';
import { Budget, LIMITS } from './limits.ts';
import type { Placeholders } from './modifiers.ts';
import { describe, Report } from './report.ts';
import { type Condition, LEVELS, RELATIONS, type Rule, STATUSES } from './rule.ts';
import { type Entry, entryOf, loadYaml, type MapNode, type Node, plain } from './yaml.ts';

export interface ParseOptions {
  /** File name for messages; nothing is read from it. */
  file?: string;
  /** Values for the `expand` modifier. A rule whose placeholder is not among them is refused. */
  placeholders?: Placeholders;
}

export interface ParseResult {
  rules: Rule[];
  errors: SigmaError[];
}

const SPECIFIED: ReadonlySet<string> = new Set(
  (
    'title id name related taxonomy status description license author references date modified logsource detection ' +
    'fields falsepositives level tags scope'
  ).split(' '),
);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$/;
const TAG = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;
const TECHNIQUE = /^attack\.(t\d{4}(?:\.\d{3})?)$/;

/**
 * Parses the Sigma rules of one file, which may hold several YAML documents. A document with any error gives no rule; the
 * others are not affected. Never throws: whatever the text is, the result says what is wrong and where.
 */
export function parseRules(text: string, options: ParseOptions = {}): ParseResult {
  const rules: Rule[] = [];
  const errors: SigmaError[] = [];
  const budget = new Budget();
  for (const document of loadYaml(text, options.file, budget)) {
    if (document.errors !== undefined) {
      errors.push(...document.errors);
      continue;
    }
    const report = new Report(options.file);
    const rule = parseRule(document.node, report, options, budget);
    errors.push(...report.errors);
    if (rule !== undefined && report.errors.length === 0) rules.push(rule);
  }
  if (errors.length > LIMITS.errors) {
    const left = errors.length - LIMITS.errors;
    errors.length = LIMITS.errors;
    errors.push(new SigmaError('limit', `${left} more errors are not shown`, { file: options.file }));
  }
  return { rules, errors };
}

function parseRule(node: Node, report: Report, options: ParseOptions, budget: Budget): Rule | undefined {
  if (node.kind !== 'map') return report.add('value', `a rule must be a map, not ${describe(node)}`, node);
  if (!isDetectionRule(node, report)) return undefined;
  const text = (key: string, max: number): string | undefined => {
    const entry = entryOf(node, key);
    return entry === undefined ? undefined : report.string(entry, max);
  };
  const list = (key: string): string[] => {
    const entry = entryOf(node, key);
    return entry === undefined ? [] : report.strings(entry, 65_535);
  };
  const shaped = (key: string, shape: RegExp, what: string): string | undefined => {
    const value = text(key, 256);
    if (value === undefined || shape.test(value)) return value;
    return report.add(
      'value',
      `${quote(key)} must be ${what}, not ${quote(value)}`,
      entryOf(node, key)!.value,
    );
  };
  const choice = <T extends string>(key: string, allowed: readonly T[]): T | undefined => {
    const entry = entryOf(node, key);
    return entry === undefined ? undefined : report.choice(entry, allowed);
  };
  for (const key of ['title', 'logsource', 'detection']) {
    if (entryOf(node, key) === undefined)
      report.add('missing', `the rule has no ${quote(key)}`, node, 'add it');
  }
  const tags = parseTags(node, report);
  const title = text('title', 256);
  const condition = parseDetection(
    node,
    report,
    new DetectionParser(report, options.placeholders ?? {}, budget),
  );
  const rule = {
    id: shaped('id', UUID, 'a UUID'),
    name: text('name', 256),
    related: parseRelated(node, report),
    taxonomy: text('taxonomy', 256),
    status: choice('status', STATUSES),
    description: text('description', 65_535),
    license: text('license', 256),
    author: text('author', 65_535),
    references: list('references'),
    date: shaped('date', DATE, 'a date as YYYY-MM-DD'),
    modified: shaped('modified', DATE, 'a date as YYYY-MM-DD'),
    logsource: parseLogSource(node, report),
    fields: list('fields'),
    falsepositives: list('falsepositives'),
    level: choice('level', LEVELS),
    tags,
    scope: list('scope'),
    techniques: tags.flatMap((tag) => TECHNIQUE.exec(tag)?.[1]?.toUpperCase() ?? []),
    custom: parseCustom(node),
    file: options.file,
    place: { line: node.line, column: node.column },
  };
  return title === undefined || condition === undefined ? undefined : { ...rule, title, condition };
}

function isDetectionRule(node: MapNode, report: Report): boolean {
  const kinds = [
    ['correlation', 'correlation rules are not supported yet'],
    ['filter', 'filters are not supported yet'],
    ['action', 'rule collections ("action") are not part of Sigma 2'],
  ] as const;
  for (const [key, problem] of kinds) {
    const entry = entryOf(node, key);
    if (entry === undefined) continue;
    report.add('unsupported', problem, entry.place, 'leave this document out');
    return false;
  }
  return true;
}

function parseCustom(node: MapNode): Record<string, unknown> {
  const custom: Record<string, unknown> = Object.create(null);
  for (const entry of node.entries) if (!SPECIFIED.has(entry.key)) custom[entry.key] = plain(entry.value);
  return custom;
}

function parseTags(node: MapNode, report: Report): string[] {
  const entry = entryOf(node, 'tags');
  if (entry === undefined) return [];
  const tags = report.strings(entry, 256);
  for (const tag of tags) {
    if (!TAG.test(tag))
      report.add('value', `${quote(tag)} is no tag`, entry.value, 'write it as namespace.name in lower case');
  }
  return tags;
}

function parseRelated(node: MapNode, report: Report): Rule['related'] {
  const entry = entryOf(node, 'related');
  if (entry === undefined) return [];
  if (entry.value.kind !== 'list') {
    report.add('value', `"related" must be a list, not ${describe(entry.value)}`, entry.value);
    return [];
  }
  const related: { id: string; type: (typeof RELATIONS)[number] }[] = [];
  for (const item of entry.value.items) {
    if (item.kind !== 'map') {
      report.add('value', `an item of "related" must be a map, not ${describe(item)}`, item);
      continue;
    }
    refuseOthers(item, ['id', 'type'], 'related', report);
    const [idEntry, typeEntry] = [entryOf(item, 'id'), entryOf(item, 'type')];
    if (idEntry === undefined || typeEntry === undefined) {
      report.add('missing', 'an item of "related" needs "id" and "type"', item);
      continue;
    }
    const id = report.string(idEntry, 256);
    const type = report.choice(typeEntry, RELATIONS);
    if (id !== undefined && !UUID.test(id)) report.add('value', `${quote(id)} is no UUID`, idEntry.value);
    if (id !== undefined && type !== undefined) related.push({ id, type });
  }
  return related;
}

function refuseOthers(map: MapNode, known: readonly string[], of: string, report: Report): void {
  for (const entry of map.entries) {
    if (known.includes(entry.key)) continue;
    report.add('key', `${quote(of)} has no ${quote(entry.key)}`, entry.place, `it has ${known.join(', ')}`);
  }
}

function parseLogSource(node: MapNode, report: Report): Rule['logsource'] {
  const entry = entryOf(node, 'logsource');
  const map = entry === undefined ? undefined : report.map(entry);
  if (map === undefined) return {};
  // A misspelt key would silently widen the rule to other logs.
  refuseOthers(map, ['product', 'category', 'service', 'definition'], 'logsource', report);
  const part = (key: string, max: number): string | undefined => {
    const found = entryOf(map, key);
    return found === undefined ? undefined : report.string(found, max);
  };
  const [product, category, service] = ['product', 'category', 'service'].map((key) =>
    part(key, 256)?.toLowerCase(),
  );
  if (['product', 'category', 'service'].every((key) => entryOf(map, key) === undefined)) {
    report.add('missing', '"logsource" needs a product, a category or a service', map);
  }
  return { product, category, service, definition: part('definition', 65_535) };
}

function parseDetection(node: MapNode, report: Report, parser: DetectionParser): Condition | undefined {
  const entry = entryOf(node, 'detection');
  const map = entry === undefined ? undefined : report.map(entry);
  if (map === undefined) return undefined;
  const searches = new Map<string, Condition>();
  let complete = true;
  for (const search of map.entries) {
    if (search.key === 'condition') continue;
    const parsed = parser.search(search);
    if (parsed === undefined) complete = false;
    else searches.set(search.key, parsed);
  }
  const condition = entryOf(map, 'condition');
  if (condition === undefined)
    return report.add('missing', 'the detection has no "condition"', map, 'add one');
  // Unknown names would only repeat what has been reported.
  if (!complete) return undefined;
  return parseConditions(condition, searches, report);
}

/** One condition, or a list of them that is joined by `or`. */
function parseConditions(
  entry: Entry,
  searches: ReadonlyMap<string, Condition>,
  report: Report,
): Condition | undefined {
  const nodes = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  if (nodes.length === 0) return report.add('condition', 'the list of conditions is empty', entry.value);
  if (nodes.length > LIMITS.conditions)
    return report.add('limit', `more than ${LIMITS.conditions} conditions`, entry.value);
  const items: Condition[] = [];
  for (const node of nodes) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') {
      report.add('condition', `a condition must be a text, not ${describe(node)}`, node);
      continue;
    }
    try {
      items.push(parseCondition(node.value, searches));
    } catch (error) {
      if (!(error instanceof ConditionProblem)) throw error;
      const place = { line: node.line, column: node.column };
      report.add(
        error.code,
        `condition: ${error.message} (at character ${error.index + 1})`,
        place,
        error.cure,
        node.value,
      );
    }
  }
  if (items.length !== nodes.length) return undefined;
  return items.length === 1 ? items[0] : { kind: 'or', items };
}
