import { LIMITS } from '../limits.ts';
import { CharSet } from './charset.ts';
import { type Assertion, type RegexNode, RegexSyntaxError } from './parse.ts';

const NEWLINE = CharSet.range(0x0a, 0x0a);

/** One state of Thompson's automaton (K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968). */
export type Instruction =
  | { kind: 'set'; set: CharSet; next: number }
  | { kind: 'split'; next: number; other: number }
  | { kind: 'assert'; assert: Assertion; next: number }
  | { kind: 'match' };

/** States; the search starts in state `start`. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

/** @throws RegexSyntaxError when written-out repeats need more than `LIMITS.regexStates` states. */
export function compileRegex(node: RegexNode): Program {
  const instructions: Instruction[] = [];
  const add = (instruction: Instruction): number => {
    if (instructions.length >= LIMITS.regexStates) {
      throw new RegexSyntaxError(`needs more than ${LIMITS.regexStates} states: shorten its repeats`, 0);
    }
    instructions.push(instruction);
    return instructions.length - 1;
  };
  // Built from the back: each node is given the state that follows it.
  const emit = (item: RegexNode, next: number): number => {
    switch (item.kind) {
      case 'empty':
        return next;
      case 'set':
        return add({ kind: 'set', set: item.set, next });
      case 'assert': {
        const assert = add({ kind: 'assert', assert: item.assert, next });
        if (item.assert !== 'end') return assert;
        // PCRE's `$` also holds before the newline that ends the text.
        return add({ kind: 'split', next: assert, other: add({ kind: 'set', set: NEWLINE, next: assert }) });
      }
      case 'sequence':
        return item.items.reduceRight((after, part) => emit(part, after), next);
      case 'choice':
        return item.items
          .map((part) => emit(part, next))
          .reduceRight((other, first) => add({ kind: 'split', next: first, other }));
      case 'repeat':
        return emitRepeat(item, next);
    }
  };
  const emitRepeat = (item: RegexNode & { kind: 'repeat' }, next: number): number => {
    let entry = next;
    if (item.max === Number.POSITIVE_INFINITY) {
      const loop = add({ kind: 'split', next: 0, other: next });
      instructions[loop] = { kind: 'split', next: emit(item.item, loop), other: next };
      entry = loop;
    } else {
      for (let count = item.min; count < item.max; count++) {
        const before = instructions.length;
        const body = emit(item.item, entry);
        if (before === instructions.length) break; // an empty body needs no copies
        entry = add({ kind: 'split', next: body, other: next });
      }
    }
    for (let count = 0; count < item.min; count++) {
      const before = instructions.length;
      entry = emit(item.item, entry);
      if (before === instructions.length) break;
    }
    return entry;
  };
  const match = add({ kind: 'match' });
  const start = emit(node, match);
  return { instructions, start };
}
