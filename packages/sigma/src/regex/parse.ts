import { LIMITS } from '../limits.ts';
import { CharSet } from './charset.ts';

/** A parsed regular expression. Greedy and lazy quantifiers are the same here: only "matches or not" is ever asked. */
export type RegexNode =
  | { kind: 'empty' }
  | { kind: 'set'; set: CharSet }
  | { kind: 'assert'; assert: Assertion }
  | { kind: 'sequence'; items: RegexNode[] }
  | { kind: 'choice'; items: RegexNode[] }
  | { kind: 'repeat'; item: RegexNode; min: number; max: number };

/** Zero-width assertions. `end` is PCRE's `$`: at the end, or before a newline that ends the text. */
export type Assertion = 'start' | 'end' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

export interface RegexFlags {
  ignoreCase: boolean;
  multiLine: boolean;
  dotAll: boolean;
}

/** Thrown while parsing; the caller adds the place in the rule file. `index` counts from 0 in the pattern. */
export class RegexSyntaxError extends Error {
  readonly index: number;
  constructor(message: string, index: number) {
    super(message);
    this.index = index;
  }
}

const DIGIT = CharSet.range(0x30, 0x39);
const WORD = CharSet.of([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const SPACE = CharSet.of([0x09, 0x0d], [0x20, 0x20]);
const NO_NEWLINE = CharSet.range(0x0a, 0x0a).negate();
const CLASSES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: DIGIT.negate(),
  w: WORD,
  W: WORD.negate(),
  s: SPACE,
  S: SPACE.negate(),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27, 0: 0 };

/**
 * Parses the flavour that Sigma allows (PCRE's `.`, anchors, quantifiers, classes, alternation, groups) and what rules
 * use beyond it: `\d \w \s \b`, their negations, lazy quantifiers, `(?:…)`, inline flags `(?i)`. Characters are UTF-16
 * units. Look-around, back-references, atomic and possessive forms cannot be matched in linear time and are refused.
 */
export function parseRegex(source: string, flags: RegexFlags): RegexNode {
  if (source.length > LIMITS.regexLength) {
    throw new RegexSyntaxError(`longer than ${LIMITS.regexLength} characters`, 0);
  }
  return new Parser(source, flags).parse();
}

class Parser {
  private readonly source: string;
  private flags: RegexFlags;
  private at = 0;
  private depth = 0;

  constructor(source: string, flags: RegexFlags) {
    this.source = source;
    this.flags = flags;
  }

  parse(): RegexNode {
    const node = this.choice();
    if (this.at < this.source.length) throw this.error('unmatched `)`');
    return node;
  }

  private error(message: string, index = this.at): RegexSyntaxError {
    return new RegexSyntaxError(message, index);
  }

  private choice(): RegexNode {
    if (++this.depth > LIMITS.depth) throw this.error(`groups nested deeper than ${LIMITS.depth}`);
    // Flags set inside a group end with it.
    const outer = this.flags;
    const items = [this.sequence()];
    while (this.source[this.at] === '|') {
      this.at++;
      items.push(this.sequence());
    }
    this.flags = outer;
    this.depth--;
    return items.length === 1 ? items[0]! : { kind: 'choice', items };
  }

  private sequence(): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      const character = this.source[this.at];
      if (character === undefined || character === '|' || character === ')') break;
      const start = this.at;
      const item = this.atom(character);
      items.push(this.quantified(item, start));
    }
    if (items.length === 1) return items[0]!;
    return items.length === 0 ? { kind: 'empty' } : { kind: 'sequence', items };
  }

  private atom(character: string): RegexNode {
    switch (character) {
      case '(':
        return this.group();
      case '[':
        return this.set(this.bracket());
      case '.':
        this.at++;
        return { kind: 'set', set: this.flags.dotAll ? CharSet.all : NO_NEWLINE };
      case '^':
        this.at++;
        return { kind: 'assert', assert: this.flags.multiLine ? 'lineStart' : 'start' };
      case '$':
        this.at++;
        return { kind: 'assert', assert: this.flags.multiLine ? 'lineEnd' : 'end' };
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw this.error(`nothing to repeat before \`${character}\``);
      default:
        this.at++;
        return this.set(CharSet.range(character.charCodeAt(0), character.charCodeAt(0)));
    }
  }

  private set(set: CharSet): RegexNode {
    return { kind: 'set', set: this.flags.ignoreCase ? set.closeOverCase() : set };
  }

  private group(): RegexNode {
    const open = this.at;
    this.at++;
    if (this.source[this.at] === '?') {
      const inline = /^\?([ims]*)(-[ims]*)?([:)])/.exec(this.source.slice(this.at, this.at + 10));
      if (inline === null) {
        throw this.error(
          'look-around, named and atomic groups are not supported (linear-time matching)',
          open,
        );
      }
      this.at += inline[0].length;
      const flags = { ...this.flags };
      for (const letter of inline[1]!) this.setFlag(flags, letter, true);
      for (const letter of inline[2] ?? '') this.setFlag(flags, letter, false);
      if (inline[3] === ')') {
        // Flags without a group hold until the enclosing group ends.
        this.flags = flags;
        return { kind: 'empty' };
      }
      const outer = this.flags;
      this.flags = flags;
      const node = this.choice();
      this.flags = outer;
      this.close(open);
      return node;
    }
    const node = this.choice();
    this.close(open);
    return node;
  }

  private setFlag(flags: RegexFlags, letter: string, on: boolean): void {
    if (letter === 'i') flags.ignoreCase = on;
    else if (letter === 'm') flags.multiLine = on;
    else if (letter === 's') flags.dotAll = on;
  }

  private close(open: number): void {
    if (this.source[this.at] !== ')') throw this.error('unclosed `(`', open);
    this.at++;
  }

  private escape(): RegexNode {
    const letter = this.source[this.at + 1];
    if (letter === 'b' || letter === 'B') {
      this.at += 2;
      return { kind: 'assert', assert: letter === 'b' ? 'word' : 'notWord' };
    }
    if (letter === 'A' || letter === 'z' || letter === 'Z') {
      throw this.error(`\`\\${letter}\` is not supported: use \`^\` or \`$\``);
    }
    return this.set(this.classEscape());
  }

  /** An escape that stands for one set of characters, the same inside and outside of brackets. */
  private classEscape(): CharSet {
    const letter = this.source[this.at + 1];
    if (letter === undefined) throw this.error('`\\` at the end');
    const named = Object.hasOwn(CLASSES, letter) ? CLASSES[letter] : undefined;
    if (named !== undefined) {
      this.at += 2;
      return named;
    }
    const code = this.escapedCode(letter);
    return CharSet.range(code, code);
  }

  private escapedCode(letter: string): number {
    if (letter === 'x') {
      const hex = /^[0-9a-fA-F]{2}/.exec(this.source.slice(this.at + 2, this.at + 4));
      if (hex === null) throw this.error('`\\x` needs two hexadecimal digits');
      this.at += 4;
      return Number.parseInt(hex[0], 16);
    }
    if (/[1-9]/.test(letter)) throw this.error('back-references are not supported (linear-time matching)');
    const control = Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined;
    if (control !== undefined) {
      this.at += 2;
      return control;
    }
    if (/[A-Za-z]/.test(letter)) throw this.error(`unknown escape \`\\${letter}\``);
    this.at += 2;
    return letter.charCodeAt(0);
  }

  private bracket(): CharSet {
    const open = this.at;
    this.at++;
    const negated = this.source[this.at] === '^';
    if (negated) this.at++;
    let set = CharSet.none;
    let first = true;
    for (;;) {
      const character = this.source[this.at];
      if (character === undefined) throw this.error('unclosed `[`', open);
      // PCRE: `]` directly after the opening is a character.
      if (character === ']' && !first) break;
      first = false;
      if (character === '[' && /^\[[:.=]/.test(this.source.slice(this.at, this.at + 2))) {
        throw this.error('POSIX classes such as `[:alpha:]` are not supported');
      }
      set = set.union(this.bracketItem(character));
    }
    this.at++;
    // Case is closed before the negation: [^a] with `i` excludes both a and A.
    if (this.flags.ignoreCase) set = set.closeOverCase();
    return negated ? set.negate() : set;
  }

  private bracketItem(character: string): CharSet {
    const low = this.bracketEnd(character);
    if (
      this.source[this.at] !== '-' ||
      this.source[this.at + 1] === ']' ||
      this.source[this.at + 1] === undefined
    ) {
      return low;
    }
    const from = low.only();
    // `[\w-x]`: the hyphen is a character.
    if (from === undefined) return low;
    const dash = this.at;
    this.at++;
    const to = this.bracketEnd(this.source[this.at]!).only();
    if (to === undefined) {
      this.at = dash + 1;
      return low.union(CharSet.range(0x2d, 0x2d));
    }
    if (to < from) throw this.error('range out of order in `[…]`', dash);
    return CharSet.range(from, to);
  }

  private bracketEnd(character: string): CharSet {
    if (character === '\\') {
      if (this.source[this.at + 1] === 'b') {
        this.at += 2;
        return CharSet.range(8, 8);
      }
      return this.classEscape();
    }
    this.at++;
    return CharSet.range(character.charCodeAt(0), character.charCodeAt(0));
  }

  private quantified(item: RegexNode, start: number): RegexNode {
    const range = this.quantifier();
    if (range === undefined) return item;
    const [min, max] = range;
    if (max < min) throw this.error('quantifier out of order', start);
    const limit = LIMITS.regexStates;
    if (min > limit || (max !== Number.POSITIVE_INFINITY && max > limit)) {
      throw this.error(`repeats more than ${limit} times`, start);
    }
    const next = this.source[this.at];
    if (next === '?') this.at++;
    else if (next === '+')
      throw this.error('possessive quantifiers are not supported (linear-time matching)');
    if (this.source[this.at] === '*' || this.source[this.at] === '+' || this.quantifier(true) !== undefined) {
      throw this.error('a quantifier after a quantifier');
    }
    return { kind: 'repeat', item, min, max };
  }

  private quantifier(peek = false): [number, number] | undefined {
    const before = this.at;
    const range = this.readQuantifier();
    if (peek) this.at = before;
    return range;
  }

  private readQuantifier(): [number, number] | undefined {
    const character = this.source[this.at];
    if (character === '*' || character === '+' || character === '?') {
      this.at++;
      return [character === '+' ? 1 : 0, character === '?' ? 1 : Number.POSITIVE_INFINITY];
    }
    if (character !== '{') return undefined;
    // A brace that is no quantifier is a character, as in PCRE.
    const braces = /^\{(\d{1,6})(?:(,)(\d{0,6}))?\}/.exec(this.source.slice(this.at, this.at + 16));
    if (braces === null) return undefined;
    this.at += braces[0].length;
    const min = Number(braces[1]);
    if (braces[2] === undefined) return [min, min];
    return [min, braces[3] === '' ? Number.POSITIVE_INFINITY : Number(braces[3])];
  }
}
