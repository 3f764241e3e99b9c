import { quote, SigmaError } from './error.ts';
import { LIMITS } from './limits.ts';
import { type Pattern, parsePattern } from './pattern.ts';
import type { Condition, Item, Level, Rule } from './rule.ts';

/**
 * Events that a rule shall not report: all given parts must hold. Texts are Sigma values: without case, `*` and `?` are wildcards.
 */
export interface Exception {
  /** The process that acts (`Image`). */
  readonly path?: string | undefined;
  /** `User`. */
  readonly user?: string | undefined;
  /** Its parent (`ParentImage`). */
  readonly parent?: string | undefined;
  /** `CommandLine`. */
  readonly commandLine?: string | undefined;
  /** The file that is acted on (`TargetFilename`). */
  readonly file?: string | undefined;
}

/** What an administrator changes about one rule. */
export interface RuleTuning {
  readonly disable?: boolean | undefined;
  readonly level?: Level | undefined;
  readonly exceptions?: readonly Exception[] | undefined;
}

const FIELDS: Readonly<Record<keyof Exception, string>> = {
  path: 'Image',
  user: 'User',
  parent: 'ParentImage',
  commandLine: 'CommandLine',
  file: 'TargetFilename',
};

/**
 * Applies tuning by rule id: disabled rules are left out, levels replaced, exceptions joined to the condition as `and not`.
 * The given rules are not changed. Ids that no rule has are returned: a typo there would leave a rule untuned in silence.
 * @throws SigmaError `tuning` for an exception that is empty (it would silence the whole rule) or has an unknown part.
 */
export function tune(
  rules: readonly Rule[],
  tuning: ReadonlyMap<string, RuleTuning>,
): { rules: Rule[]; unknown: string[] } {
  const byId = new Map([...tuning].map(([id, change]) => [id.toLowerCase(), change]));
  const tuned = rules.flatMap((rule) => {
    const change = rule.id === undefined ? undefined : byId.get(rule.id.toLowerCase());
    return change === undefined ? [rule] : apply(rule, change);
  });
  const ids = new Set(rules.map((rule) => rule.id?.toLowerCase()));
  return { rules: tuned, unknown: [...tuning.keys()].filter((id) => !ids.has(id.toLowerCase())) };
}

function apply(rule: Rule, change: RuleTuning): Rule[] {
  if (change.disable === true) return [];
  const exceptions = (change.exceptions ?? []).map((exception) => toCondition(rule, exception));
  let { condition } = rule;
  if (exceptions.length > 0) {
    const item: Condition = { kind: 'or', items: exceptions };
    condition = { kind: 'and', items: [condition, { kind: 'not', item }] };
  }
  return [{ ...rule, condition, level: change.level ?? rule.level }];
}

function toCondition(rule: Rule, exception: Exception): Condition {
  const items: Item[] = [];
  for (const [key, value] of Object.entries(exception) as [keyof Exception, string | undefined][]) {
    if (value === undefined) continue;
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
    const where = `exception of rule ${rule.id ?? quote(rule.title)}`;
    if (field === undefined) {
      throw new SigmaError('tuning', `${where} has unknown part ${quote(key)}`, {
        cure: `use ${Object.keys(FIELDS).join(', ')}`,
      });
    }
    if (typeof value !== 'string' || value === '' || value.length > LIMITS.valueLength) {
      const cure = `give a text of 1 to ${LIMITS.valueLength} characters`;
      throw new SigmaError('tuning', `${where}: ${quote(key)} cannot be ${quote(value)}`, { cure });
    }
    const pattern = parsePattern(value);
    items.push({
      kind: 'item',
      field,
      values: [[{ kind: 'pattern', pattern, cased: false, windash: false }]],
      all: false,
      negated: false,
      place: rule.place,
    });
  }
  const matchesAll = items.every((item) =>
    item.values.flat().every((test) => test.kind === 'pattern' && isAnything(test.pattern)),
  );
  if (matchesAll) {
    const problem = `exception of rule ${rule.id ?? quote(rule.title)} holds for every event`;
    throw new SigmaError('tuning', problem, {
      cure: 'name a path, user, parent, commandLine or file, or disable the rule',
    });
  }
  return items.length === 1 ? items[0]! : { kind: 'and', items };
}

const isAnything = (pattern: Pattern): boolean =>
  pattern.length > 0 && pattern.every((part) => 'wild' in part && part.wild === '*');
