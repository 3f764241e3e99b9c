import * as v from 'valibot';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { RolloutError } from '../errors.ts';
import { assertPlan, completePlan, findProblems, type Plan } from './plan.ts';
import { type PlanInput, planSchema } from './schema.ts';

const MAX_PLAN_BYTES = 4 << 20;
/** Named now so that a plan that uses one is told why it does not work, instead of "unknown key". */
const RESERVED: ReadonlySet<string> = new Set(['holdback', 'windows', 'approvals']);

/**
 * Reads a plan from YAML or JSON text.
 * @param file the name that errors print before the line
 * @throws RolloutError `plan-syntax`, `plan-schema`, `plan-contradiction`, `plan-over-budget`; the message has a line
 * `FILE:LINE: field: what is wrong and what cures it` per problem
 */
export function parsePlan(text: string, file = 'plan'): Plan {
  if (text.length > MAX_PLAN_BYTES) throw new RolloutError('plan-syntax', `${file}: a plan is at most 4 MiB`);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    maxAliasCount: 0,
    prettyErrors: false,
  } as object);
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new RolloutError(
      'plan-syntax',
      `${file}:${lines.linePos(fault.pos[0]).line}: ${fault.message.split('\n')[0]}`,
      { cause: fault },
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    throw new RolloutError('plan-syntax', `${file}:1: aliases are not used in plans: write the value out`, {
      cause,
    });
  }
  const at = (path: readonly (string | number)[]): string =>
    `${file}:${lineOf(document, lines, path)}: ${path.join('.') || 'plan'}`;
  const result = v.safeParse(planSchema, value);
  if (!result.success) {
    const messages = result.issues.slice(0, 20).map((issue) => {
      const path = (issue.path ?? []).map((item) => item.key as string | number);
      return `${at(path)}: ${describeIssue(issue, path)}`;
    });
    throw new RolloutError('plan-schema', messages.join('\n'), { received: value });
  }
  const plan = completePlan(result.output);
  const problems = findProblems(plan);
  const first = problems[0];
  if (first !== undefined) {
    throw new RolloutError(first.code, problems.map((p) => `${at(p.path)}: ${p.message}`).join('\n'), {
      received: value,
    });
  }
  return plan;
}

/** A plan from an object, with the same defaults and checks as a file. */
export function createPlan(input: PlanInput): Plan {
  const result = v.safeParse(planSchema, input);
  if (!result.success) {
    const issue = result.issues[0];
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    throw new RolloutError('plan-schema', `${path.join('.') || 'plan'}: ${describeIssue(issue, path)}`, {
      received: input,
    });
  }
  const plan = completePlan(result.output);
  assertPlan(plan);
  return plan;
}

/** The shipped default plan. It has no seed of its own: a seed that everybody can read protects nobody. */
export function defaultPlan(seed: string): Plan {
  return createPlan({ seed });
}

function describeIssue(issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string {
  const key = String(path.at(-1) ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    if (RESERVED.has(key)) return 'is reserved for a later version and does nothing yet: remove it';
    return 'no such field: remove it or correct its name';
  }
  if (issue.received === 'undefined') return 'is missing: add it';
  return issue.message;
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
