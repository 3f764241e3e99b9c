import { parseNetwork } from './cidr.ts';
import { base64, base64Offsets, type Utf16, utf16 } from './encode.ts';
import { quote, type SigmaErrorCode } from './error.ts';
import { LIMITS } from './limits.ts';
import { literalOf, MANY, type Part, parsePattern } from './pattern.ts';
import { RegexSyntaxError } from './regex/parse.ts';
import { linearRegex } from './regex/search.ts';
import type { Comparison, Test } from './rule.ts';
import { TIME_PARTS, type TimePart } from './time.ts';
import type { Scalar } from './yaml.ts';

const words = (text: string): string[] => text.split(' ');

/** What decides how a value is tested; at most one stands in a chain. No such modifier means text with wildcards. */
type Kind = 'text' | 'regex' | 'cidr' | 'exists' | 'number' | 'fieldref';

const KIND_OF: Readonly<Record<string, Kind>> = {
  re: 'regex',
  cidr: 'cidr',
  exists: 'exists',
  fieldref: 'fieldref',
  lt: 'number',
  lte: 'number',
  gt: 'number',
  gte: 'number',
  ...Object.fromEntries(TIME_PARTS.map((part) => [part, 'number'] as const)),
};

/** Modifiers that may stand in a chain of each kind, besides its own. */
const COMPANIONS: Readonly<Record<Kind, readonly string[]>> = {
  text: words(
    'all contains startswith endswith cased neq windash expand base64 base64offset utf16le utf16be utf16 wide',
  ),
  regex: ['all', 'neq', 'i', 'm', 's'],
  cidr: ['all', 'neq', 'expand'],
  exists: [],
  number: ['all', 'neq', 'lt', 'lte', 'gt', 'gte', ...TIME_PARTS],
  fieldref: ['all', 'neq', 'cased', 'contains', 'startswith', 'endswith'],
};

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(KIND_OF), ...Object.values(COMPANIONS).flat()]);

/** Modifiers that make sense for keywords, which have no field to be at the start or end of. */
const KEYWORD_MODIFIERS: ReadonlySet<string> = new Set(
  words('all contains cased windash expand re i m s neq base64 base64offset utf16le utf16be utf16 wide'),
);

/** Thrown by this file alone; the caller adds the place. */
export class ModifierProblem extends Error {
  readonly code: SigmaErrorCode;
  readonly cure: string | undefined;
  constructor(code: SigmaErrorCode, problem: string, cure?: string) {
    super(problem);
    this.code = code;
    this.cure = cure;
  }
}

const fail = (code: SigmaErrorCode, problem: string, cure?: string): never => {
  throw new ModifierProblem(code, problem, cure);
};

/** A checked chain of modifiers, in the order in which they stand. */
export interface Chain {
  readonly names: readonly string[];
  readonly kind: Kind;
  readonly keyword: boolean;
}

/** @throws ModifierProblem for an unknown, repeated or misplaced modifier. */
export function parseChain(names: readonly string[], keyword: boolean): Chain {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '') fail('modifier', 'empty modifier', 'remove the extra `|`');
    if (!KNOWN.has(name)) fail('modifier', `unknown modifier ${quote(name)}`, suggestion(name));
    if (seen.has(name)) fail('modifier', `modifier ${quote(name)} stands twice`, 'remove one');
    if (keyword && !KEYWORD_MODIFIERS.has(name)) {
      fail('modifier', `modifier ${quote(name)} needs a field`, 'write a field name before the `|`');
    }
    seen.add(name);
  }
  const typed = names.filter((name) => Object.hasOwn(KIND_OF, name));
  const kind = typed.length === 0 ? 'text' : KIND_OF[typed[0]!]!;
  for (const name of names) {
    if (Object.hasOwn(KIND_OF, name) ? KIND_OF[name] === kind : COMPANIONS[kind].includes(name)) continue;
    const flag = name === 'i' || name === 'm' || name === 's';
    fail(
      'modifier',
      `modifier ${quote(name)} cannot stand ${flag ? 'without "re"' : `with ${quote(typed[0])}`}`,
    );
  }
  if (names.length > 1) checkTogether(names);
  return { names, kind, keyword };
}

/** @throws ModifierProblem for modifiers of which only one may stand in a chain, and for flags in the wrong place. */
function checkTogether(names: readonly string[]): void {
  exclusive(names, ['lt', 'lte', 'gt', 'gte'], 'one comparison');
  exclusive(names, TIME_PARTS, 'one part of a date');
  exclusive(names, ['contains', 'startswith', 'endswith'], 'one of contains, startswith and endswith');
  exclusive(names, ['base64', 'base64offset'], 'one of base64 and base64offset');
  exclusive(names, ['utf16le', 'utf16be', 'utf16', 'wide'], 'one UTF-16 form');
  for (const flag of ['i', 'm', 's']) {
    if (names.includes(flag) && names.indexOf(flag) < names.indexOf('re')) {
      fail('modifier', `modifier ${quote(flag)} must stand after "re"`, `write \`re|${flag}\``);
    }
  }
}

function exclusive(names: readonly string[], group: readonly string[], what: string): void {
  if (names.filter((name) => group.includes(name)).length > 1)
    fail('modifier', `only ${what} may stand in a chain`);
}

function suggestion(name: string): string {
  const lower = name.toLowerCase();
  const match = [...KNOWN].find(
    (known) => known === lower || (lower.length > 3 && known.startsWith(lower.slice(0, 4))),
  );
  return match === undefined ? `known are ${[...KNOWN].join(', ')}` : `did you mean ${quote(match)}?`;
}

/** Values of placeholders by name, without the percent signs. They may have wildcards. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

/**
 * Applies a chain to one value and returns the alternatives that it stands for.
 * @throws ModifierProblem
 */
export function applyChain(chain: Chain, value: Scalar, placeholders: Placeholders): Test[] {
  switch (chain.kind) {
    case 'text':
      return textTests(chain, value, placeholders);
    case 'regex':
      return [regexTest(chain, value)];
    case 'cidr':
      return cidrTests(chain, value, placeholders);
    case 'exists':
      if (typeof value !== 'boolean') return fail('value', '"exists" takes true or false');
      return [{ kind: 'exists', expected: value }];
    case 'number':
      return [numberTest(chain, value)];
    case 'fieldref':
      return [fieldrefTest(chain, value)];
  }
}

const has = (chain: Chain, name: string): boolean => chain.names.includes(name);

function textTests(chain: Chain, value: Scalar, placeholders: Placeholders): Test[] {
  if (value === null) {
    if (chain.keyword) fail('value', 'null is no keyword');
    if (chain.names.some((name) => name !== 'neq')) fail('value', 'null takes no modifier but "neq"');
    return [{ kind: 'null' }];
  }
  // Values are case-insensitive strings ("General"): a number is its decimal text, which a number in an event equals, too.
  const source = String(value);
  let alternatives: Alternative[] = [{ parts: parsePattern(source, has(chain, 'expand')), bytes: false }];
  const encodes = (name: string): boolean =>
    name.startsWith('base64') || name.startsWith('utf16') || name === 'wide';
  for (const [at, name] of chain.names.entries()) {
    // Dashes are compared as one character; only a later encoding needs the permutations written out.
    if (name === 'windash' && !chain.names.slice(at + 1).some(encodes)) continue;
    alternatives = alternatives.flatMap((alternative) => transform(name, alternative, placeholders));
    if (alternatives.length > LIMITS.expansions && name === 'windash') {
      fail('limit', `"windash" makes more than ${LIMITS.expansions} values of this one`, 'shorten it');
    }
  }
  if (alternatives.length === 0)
    fail('value', 'too short to be found at every offset of a base64 text', 'lengthen it');
  const cased = has(chain, 'cased');
  const windash = has(chain, 'windash') && !chain.names.slice(chain.names.indexOf('windash')).some(encodes);
  return alternatives.map(({ parts }) => {
    const pattern = chain.keyword ? [MANY, ...parts, MANY] : parts;
    return { kind: 'pattern', pattern, cased, windash };
  });
}

interface Alternative {
  readonly parts: readonly Part[];
  /** The text is one character per byte. */
  readonly bytes: boolean;
}

function transform(name: string, value: Alternative, placeholders: Placeholders): Alternative[] {
  const { parts, bytes } = value;
  switch (name) {
    case 'contains':
      return [{ parts: [MANY, ...parts, MANY], bytes }];
    case 'startswith':
      return [{ parts: [...parts, MANY], bytes }];
    case 'endswith':
      return [{ parts: [MANY, ...parts], bytes }];
    case 'expand':
      return expand(parts, placeholders).map((expanded) => ({ parts: expanded, bytes }));
    case 'windash':
      return permuteDashes(literal(parts, name)).map((text) => ({ parts: [{ text }], bytes }));
    case 'base64':
      return [{ parts: [{ text: base64({ text: literal(parts, name), bytes }) }], bytes: false }];
    case 'base64offset':
      return base64Offsets({ text: literal(parts, name), bytes }).map((text) => ({
        parts: [{ text }],
        bytes: false,
      }));
    case 'utf16le':
    case 'utf16be':
    case 'utf16':
    case 'wide': {
      const form: Utf16 = name === 'wide' ? 'utf16le' : name;
      return [{ parts: [{ text: utf16(literal(parts, name), form) }], bytes: true }];
    }
    default:
      // all, cased and neq act on the item.
      return [value];
  }
}

function literal(parts: readonly Part[], name: string): string {
  const text = literalOf(parts);
  if (text === undefined) {
    const cure = `put ${quote(name)} before contains, startswith, endswith; escape wildcards that are meant literally`;
    return fail('modifier', `${quote(name)} cannot encode wildcards`, cure);
  }
  if (text === '') return fail('value', `${quote(name)} cannot encode an empty text`);
  return text;
}

const DASHES = ['-', '/', '–', '—', '―'] as const;

function permuteDashes(text: string): string[] {
  let variants = [''];
  for (const character of text) {
    const choices = (DASHES as readonly string[]).includes(character) ? DASHES : [character];
    variants = variants.flatMap((variant) => choices.map((choice) => variant + choice));
    if (variants.length > LIMITS.expansions) {
      return fail('limit', `"windash" makes more than ${LIMITS.expansions} values of this one`, 'shorten it');
    }
  }
  return variants;
}

function expand(parts: readonly Part[], placeholders: Placeholders): Part[][] {
  let variants: Part[][] = [[]];
  for (const part of parts) {
    let choices: Part[][] = [[part]];
    if ('placeholder' in part) {
      const name = part.placeholder;
      const values = Object.hasOwn(placeholders, name) ? placeholders[name]! : undefined;
      if (values === undefined || values.length === 0) {
        return fail('placeholder', `placeholder %${name}% has no values`, 'give them in `placeholders`');
      }
      choices = values.map((value) => parsePattern(value));
    }
    if (variants.length * choices.length > LIMITS.placeholderValues) {
      return fail('limit', `placeholders make more than ${LIMITS.placeholderValues} values of this one`);
    }
    variants = variants.flatMap((variant) => choices.map((choice) => [...variant, ...choice]));
  }
  return variants;
}

function regexTest(chain: Chain, value: Scalar): Test {
  if (typeof value !== 'string' && typeof value !== 'number')
    return fail('value', 'a regular expression must be a text');
  const flags = { ignoreCase: has(chain, 'i'), multiLine: has(chain, 'm'), dotAll: has(chain, 's') };
  try {
    return { kind: 'regex', regex: linearRegex(String(value), flags) };
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    return fail(
      'regex',
      `regular expression ${quote(value)}: ${error.message} (at character ${error.index + 1})`,
    );
  }
}

function cidrTests(chain: Chain, value: Scalar, placeholders: Placeholders): Test[] {
  if (typeof value !== 'string') return fail('value', '"cidr" takes a network such as 10.0.0.0/8');
  const texts = has(chain, 'expand')
    ? expand(parsePattern(value, true), placeholders).map((parts) => literalOf(parts) ?? '')
    : [value];
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network === undefined)
      return fail('value', `${quote(text)} is no network`, 'write it as 10.0.0.0/8 or fe80::/10');
    return { kind: 'cidr', network };
  });
}

function numberTest(chain: Chain, value: Scalar): Test {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return fail('value', `${quote(chain.names[0])} takes a number`, 'write it without quotes');
  }
  const part = TIME_PARTS.find((candidate) => has(chain, candidate)) as TimePart | undefined;
  const comparison =
    (['lt', 'lte', 'gt', 'gte'] as const).find((name) => has(chain, name)) ?? ('eq' as Comparison);
  return { kind: 'number', comparison, value, part };
}

function fieldrefTest(chain: Chain, value: Scalar): Test {
  if (typeof value !== 'string' || value === '' || value.length > LIMITS.fieldLength) {
    return fail('value', '"fieldref" takes the name of a field');
  }
  const where =
    (['contains', 'startswith', 'endswith'] as const).find((name) => has(chain, name)) ?? 'equals';
  return { kind: 'fieldref', field: value, where, cased: has(chain, 'cased') };
}
