import { quote, type SigmaErrorCode } from './error.ts';
import { LIMITS } from './limits.ts';
import type { Condition } from './rule.ts';

/** A problem in a condition; `index` counts characters from 0. The caller adds the place in the file. */
export class ConditionProblem extends Error {
  readonly code: SigmaErrorCode;
  readonly index: number;
  readonly cure: string | undefined;
  constructor(code: SigmaErrorCode, problem: string, index: number, cure?: string) {
    super(problem);
    this.code = code;
    this.index = index;
    this.cure = cure;
  }
}

interface Token {
  readonly text: string;
  readonly index: number;
}

const TOKEN = /\s*(?:([()])|([\w.*?-]+)|(\S))/gy;
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'of', 'them']);

function tokenize(source: string): Token[] {
  if (source.length > LIMITS.conditionLength) {
    throw new ConditionProblem('limit', `condition longer than ${LIMITS.conditionLength} characters`, 0);
  }
  const tokens: Token[] = [];
  for (const match of source.matchAll(TOKEN)) {
    const text = match[1] ?? match[2] ?? match[3]!;
    const index = match.index + match[0].length - text.length;
    if (text === '|') {
      const cure = 'write a correlation rule';
      throw new ConditionProblem(
        'unsupported',
        'aggregations (`| count()`, `| near`) are not part of Sigma 2',
        index,
        cure,
      );
    }
    if (match[3] !== undefined) throw new ConditionProblem('condition', `unexpected ${quote(text)}`, index);
    tokens.push({ text, index });
  }
  return tokens;
}

/**
 * Parses a condition (Sigma 2.1.0, "Condition") and writes its search identifiers out. From least to most binding: `or`, `and`,
 * `not`, `x of`, parentheses. `them` leaves out identifiers that start with an underscore; patterns do not.
 * @throws ConditionProblem
 */
export function parseCondition(source: string, searches: ReadonlyMap<string, Condition>): Condition {
  return new ConditionParser(source, searches).parse();
}

class ConditionParser {
  private readonly tokens: readonly Token[];
  private readonly searches: ReadonlyMap<string, Condition>;
  private readonly end: number;
  private at = 0;
  private depth = 0;
  private references = 0;

  constructor(source: string, searches: ReadonlyMap<string, Condition>) {
    this.tokens = tokenize(source);
    this.searches = searches;
    this.end = source.length;
  }

  parse(): Condition {
    if (this.tokens.length === 0)
      throw new ConditionProblem('condition', 'empty condition', 0, 'name a selection');
    const condition = this.or();
    const rest = this.tokens[this.at];
    if (rest !== undefined) throw this.unexpected(rest);
    return condition;
  }

  private unexpected(token: Token): ConditionProblem {
    const lower = token.text.toLowerCase();
    const cure = lower !== token.text && KEYWORDS.has(lower) ? `write \`${lower}\`` : undefined;
    return new ConditionProblem('condition', `unexpected ${quote(token.text)}`, token.index, cure);
  }

  private accept(text: string): boolean {
    if (this.tokens[this.at]?.text !== text) return false;
    this.at++;
    return true;
  }

  private or(): Condition {
    const items = [this.and()];
    while (this.accept('or')) items.push(this.and());
    return items.length === 1 ? items[0]! : { kind: 'or', items };
  }

  private and(): Condition {
    const items = [this.not()];
    while (this.accept('and')) items.push(this.not());
    return items.length === 1 ? items[0]! : { kind: 'and', items };
  }

  private not(): Condition {
    if (!this.accept('not')) return this.primary();
    return this.nested(() => ({ kind: 'not', item: this.not() }));
  }

  private nested(parse: () => Condition): Condition {
    if (++this.depth > LIMITS.conditionDepth) {
      const index = this.tokens[this.at]?.index ?? this.end;
      throw new ConditionProblem('limit', `condition nested deeper than ${LIMITS.conditionDepth}`, index);
    }
    const condition = parse();
    this.depth--;
    return condition;
  }

  private primary(): Condition {
    const token = this.tokens[this.at];
    if (token === undefined)
      throw new ConditionProblem('condition', 'the condition ends too early', this.end);
    this.at++;
    if (token.text === '(') {
      return this.nested(() => {
        const condition = this.or();
        if (this.accept(')')) return condition;
        const rest = this.tokens[this.at];
        if (rest !== undefined) throw this.unexpected(rest);
        throw new ConditionProblem('condition', '`(` is not closed', token.index);
      });
    }
    if (this.tokens[this.at]?.text === 'of' && !this.searches.has(token.text)) return this.quantified(token);
    if (KEYWORDS.has(token.text) || token.text === ')') throw this.unexpected(token);
    return this.reference(token);
  }

  private reference(token: Token): Condition {
    const search = this.searches.get(token.text);
    if (search === undefined) {
      const next = this.tokens[this.at]?.text.toLowerCase();
      const cure =
        next === 'of'
          ? 'write `of` in lower case'
          : `it has ${[...this.searches.keys()].slice(0, 20).join(', ')}`;
      const wild = /[*?]/.test(token.text);
      const problem = wild
        ? `${quote(token.text)} needs \`1 of\` or \`all of\` before it`
        : `the detection has no ${quote(token.text)}`;
      throw new ConditionProblem('condition', problem, token.index, wild ? undefined : cure);
    }
    this.count(1, token);
    return search;
  }

  private count(references: number, token: Token): void {
    this.references += references;
    if (this.references > LIMITS.conditionReferences) {
      throw new ConditionProblem(
        'limit',
        `condition refers to more than ${LIMITS.conditionReferences} searches`,
        token.index,
      );
    }
  }

  private quantified(quantifier: Token): Condition {
    if (quantifier.text !== '1' && quantifier.text !== 'all') {
      const problem = `${quote(`${quantifier.text} of`)} is not supported`;
      throw new ConditionProblem('condition', problem, quantifier.index, 'write `1 of` or `all of`');
    }
    this.at++;
    const target = this.tokens[this.at];
    if (target === undefined)
      throw new ConditionProblem('condition', '`of` needs `them` or a pattern', this.end);
    this.at++;
    if (target.text !== 'them' && (KEYWORDS.has(target.text) || /[()]/.test(target.text)))
      throw this.unexpected(target);
    const names = [...this.searches.keys()].filter(
      target.text === 'them' ? (name) => !name.startsWith('_') : nameMatcher(target.text),
    );
    if (names.length === 0) {
      throw new ConditionProblem('condition', `no search matches ${quote(target.text)}`, target.index);
    }
    this.count(names.length, target);
    const items = names.map((name) => this.searches.get(name)!);
    return items.length === 1 ? items[0]! : { kind: quantifier.text === '1' ? 'or' : 'and', items };
  }
}

/** `*` stands for any characters of a search identifier; nothing else is special. Linear: parts are found one after another. */
function nameMatcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*');
  return (name) => {
    if (parts.length === 1) return name === pattern;
    const [first = '', last = ''] = [parts[0], parts.at(-1)];
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return name.length - last.length >= at && name.endsWith(last);
  };
}
