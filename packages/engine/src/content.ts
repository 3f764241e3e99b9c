import { eventClass, sigmaField } from '@ringfence/events';
import { type Level, parseRules, type Rule } from '@ringfence/sigma';
import { feedOf, type SensorTier } from './feeds.ts';
import { readRuleFiles, type Skipped } from './rule-files.ts';

/** Content that was read and checked, ready to be compiled. */
export interface Content {
  /** Rules that the sensor can feed. */
  readonly rules: readonly Rule[];
  readonly skipped: readonly Skipped[];
  /** Rules that are right but get no events here. */
  readonly unfed: readonly { readonly rule: string; readonly reason: string }[];
  /** Event class → names of the fields that some rule reads. */
  readonly subscriptions: ReadonlyMap<string, readonly string[]>;
}

export interface ContentOptions {
  readonly tier: SensorTier;
}

/** Fields that every finding shows, whatever its rule reads. */
const ALWAYS = ['process.pid', 'process.start_time', 'process.path', 'process.argv'];

/**
 * Reads the rules of a release. Never throws for what the release holds: a broken rule is skipped with its file,
 * line and reason, and the rest is used.
 */
export function loadContent(releaseDir: string, options: ContentOptions): Content {
  const { files, skipped } = readRuleFiles(releaseDir);
  const rules: Rule[] = [];
  const ids = new Set<string>();
  for (const { file, text } of files) {
    const parsed = parseRules(text, { file });
    for (const error of parsed.errors) {
      const reason = error.cure === undefined ? error.problem : `${error.problem}; ${error.cure}`;
      skipped.push({ file: error.file ?? file, line: error.line ?? 0, reason });
    }
    for (const rule of parsed.rules) {
      const reason = identityProblem(rule, ids);
      if (reason === undefined) rules.push(rule);
      else skipped.push({ file, line: rule.place.line, reason });
    }
  }
  const fed: Rule[] = [];
  const unfed: { rule: string; reason: string }[] = [];
  const subscriptions = new Map<string, Set<string>>();
  for (const rule of rules) {
    const feed = feedOf(rule, options.tier);
    if (!feed.fed) {
      unfed.push({ rule: rule.title, reason: feed.reason });
      continue;
    }
    fed.push(rule);
    for (const [className, fields] of feed.fields) subscribe(subscriptions, className, fields);
  }
  return {
    rules: fed,
    skipped,
    unfed,
    subscriptions: new Map([...subscriptions].map(([name, fields]) => [name, [...fields]])),
  };
}

/** Findings and the administrator's settings name a rule by its id, so each rule needs one of its own. */
function identityProblem(rule: Rule, ids: Set<string>): string | undefined {
  if (rule.id === undefined) return 'the rule has no id; give it a UUID';
  const id = rule.id.toLowerCase();
  if (ids.has(id)) return `the id ${rule.id} is taken by another rule of this release`;
  ids.add(id);
  return undefined;
}

function subscribe(
  subscriptions: Map<string, Set<string>>,
  className: string,
  sigmaNames: readonly string[],
): void {
  const { fields } = eventClass(className);
  let names = subscriptions.get(className);
  if (names === undefined) {
    names = new Set(ALWAYS);
    subscriptions.set(className, names);
  }
  for (const sigmaName of sigmaNames) {
    const found = sigmaField(className, sigmaName);
    const field = found !== undefined && 'slot' in found ? fields[found.slot] : undefined;
    if (field !== undefined) names.add(field.name);
  }
}

/** A rule without a level says nothing of urgency: it is informational. */
export function levelOf(rule: Rule): Level {
  return rule.level ?? 'informational';
}
