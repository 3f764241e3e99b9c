import { CharSet } from './charset.ts';
import { type Assertion, parseRegex, type RegexFlags, type RegexNode } from './parse.ts';
import { compileRegex, type Instruction, type Program } from './program.ts';
import { requiredLiterals } from './required.ts';

const WORD = CharSet.of([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]);
const NEWLINE = 0x0a;

/** What stands beside a position: enough to decide every assertion. */
const EDGE = 0;
const LINE = 1;
const WORDY = 2;
const OTHER = 3;
type Side = typeof EDGE | typeof LINE | typeof WORDY | typeof OTHER;

/** Numbers held by the cached automaton (rows and state sets) before it is emptied and built anew: a few MB. */
const CACHE_CELLS = 500_000;
const UNKNOWN = -1;
const FOUND = -2;
/** No text after this can match: the expression can only begin at the start. */
const DEAD = -3;

/** A regular expression that answers in time linear in the text, whatever the pattern: `test` is all that rules need. */
export interface LinearRegex {
  readonly source: string;
  /** Whether the expression matches anywhere in `text`. */
  readonly test: (text: string) => boolean;
  /** One of these is in every text (both with case folded) that matches; undefined when nothing is known. */
  readonly required: readonly string[] | undefined;
  /** Number of states, which is what it costs in memory. */
  readonly states: number;
}

/**
 * Compiles a pattern for search by a lazily built deterministic automaton over sets of Thompson states. Nothing ever
 * backtracks: each character costs one table look-up, or one pass over at most `LIMITS.regexStates` states when the set is new.
 * @throws RegexSyntaxError
 */
export function linearRegex(source: string, flags: RegexFlags): LinearRegex {
  const node = parseRegex(source, flags);
  const program = compileRegex(node);
  // Many expressions are never asked: what a search needs is made for the first text.
  const anchored = isAnchored(node);
  let search: Search | undefined;
  const test = (text: string): boolean => {
    search ??= new Search(program, anchored);
    return search.test(text);
  };
  return { source, test, required: requiredLiterals(node), states: program.instructions.length };
}

/** A set of program states after some text, and what the last character was. Assertions are decided one character later. */
interface State {
  readonly kernel: readonly number[];
  readonly before: Side;
}

class Search {
  private readonly program: Program;
  private readonly anchored: boolean;
  /** Character class of each ASCII unit, then of each range above by binary search over `bounds`. */
  private readonly ascii = new Uint16Array(128);
  private readonly bounds: number[];
  /** Number of classes; the class after the last stands for the end of the text. */
  private readonly classes: number;
  private states: State[] = [];
  private table: Int32Array[] = [];
  private index = new Map<string, number>();
  private cells = 0;
  private readonly marks: Uint32Array;
  private mark = 0;

  constructor(program: Program, anchored: boolean) {
    this.program = program;
    this.anchored = anchored;
    this.marks = new Uint32Array(program.instructions.length);
    this.bounds = boundaries(program.instructions);
    this.classes = this.bounds.length;
    for (let code = 0; code < 128; code++) this.ascii[code] = this.classOf(code);
    this.reset();
  }

  test(text: string): boolean {
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const klass = code < 128 ? this.ascii[code]! : this.classOf(code);
      let next = this.table[state]![klass]!;
      if (next === UNKNOWN) next = this.step(state, klass);
      if (next < 0) return next === FOUND;
      state = next;
    }
    let last = this.table[state]![this.classes]!;
    if (last === UNKNOWN) last = this.step(state, this.classes);
    return last === FOUND;
  }

  private classOf(code: number): number {
    let low = 0;
    let high = this.bounds.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.bounds[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private reset(): void {
    this.states = [];
    this.table = [];
    this.index = new Map();
    this.cells = 0;
    this.stateFor([], EDGE);
  }

  private stateFor(kernel: readonly number[], before: Side): number {
    const key = `${before}:${kernel.join(',')}`;
    const known = this.index.get(key);
    if (known !== undefined) return known;
    const id = this.states.length;
    this.states.push({ kernel, before });
    this.table.push(new Int32Array(this.classes + 1).fill(UNKNOWN));
    this.index.set(key, id);
    this.cells += this.classes + 2 * kernel.length;
    return id;
  }

  private step(from: number, klass: number): number {
    const state = this.states[from]!;
    const code = klass === this.classes ? undefined : this.bounds[klass]!;
    const after = code === undefined ? EDGE : sideOf(code);
    const next = this.advance(state, after, code);
    if (next === undefined) {
      this.table[from]![klass] = FOUND;
      return FOUND;
    }
    if (this.anchored && next.length === 0) {
      this.table[from]![klass] = DEAD;
      return DEAD;
    }
    if (this.cells > CACHE_CELLS) {
      // Start over with an empty cache; `from` is gone, so its row is not filled.
      this.reset();
      return this.stateFor(next, after);
    }
    const id = this.stateFor(next, after);
    this.table[from]![klass] = id;
    return id;
  }

  /** Follows empty moves between two characters, then the character. Undefined when the match state is reached. */
  private advance(state: State, after: Side, code: number | undefined): number[] | undefined {
    const { instructions, start } = this.program;
    const { marks } = this;
    const mark = ++this.mark;
    // The search may begin at every position, so the start is always among the states.
    const stack = [start, ...state.kernel];
    const next: number[] = [];
    while (stack.length > 0) {
      const at = stack.pop()!;
      if (marks[at] === mark) continue;
      marks[at] = mark;
      const instruction = instructions[at]!;
      switch (instruction.kind) {
        case 'match':
          return undefined;
        case 'split':
          stack.push(instruction.other, instruction.next);
          break;
        case 'assert':
          if (holds(instruction.assert, state.before, after)) stack.push(instruction.next);
          break;
        case 'set':
          if (code !== undefined && instruction.set.has(code)) next.push(instruction.next);
          break;
      }
    }
    return [...new Set(next)].sort((a, b) => a - b);
  }
}

/** Whether the expression begins with `^` in each of its branches. */
function isAnchored(node: RegexNode): boolean {
  switch (node.kind) {
    case 'assert':
      return node.assert === 'start';
    case 'sequence':
      return node.items[0] !== undefined && isAnchored(node.items[0]);
    case 'choice':
      return node.items.every(isAnchored);
    case 'repeat':
      return node.min > 0 && isAnchored(node.item);
    case 'empty':
    case 'set':
      return false;
  }
}

function sideOf(code: number): Side {
  if (code === NEWLINE) return LINE;
  return WORD.has(code) ? WORDY : OTHER;
}

function holds(assert: Assertion, before: Side, after: Side): boolean {
  switch (assert) {
    case 'start':
      return before === EDGE;
    case 'end':
      return after === EDGE;
    case 'lineStart':
      return before === EDGE || before === LINE;
    case 'lineEnd':
      return after === EDGE || after === LINE;
    case 'word':
      return (before === WORDY) !== (after === WORDY);
    case 'notWord':
      return (before === WORDY) === (after === WORDY);
  }
}

/** Lower bounds of the character classes that no instruction tells apart. */
function boundaries(instructions: readonly Instruction[]): number[] {
  const bounds = new Set([0]);
  const cut = (set: CharSet): void => {
    for (let at = 0; at < set.ranges.length; at += 2) {
      bounds.add(set.ranges[at]!);
      bounds.add(set.ranges[at + 1]! + 1);
    }
  };
  for (const instruction of instructions) if (instruction.kind === 'set') cut(instruction.set);
  if (instructions.some((instruction) => instruction.kind === 'assert')) {
    cut(WORD);
    cut(CharSet.range(NEWLINE, NEWLINE));
  }
  bounds.delete(0x10000);
  return [...bounds].sort((a, b) => a - b);
}
