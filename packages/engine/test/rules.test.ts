import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { eventClass, sigmaClasses, sigmaField } from '@ringfence/events';
import { LEVELS, parseRules, type Rule, requirementsOf } from '@ringfence/sigma';
import { describe, expect, test } from 'vitest';
import { Evaluator, feedOf, firstPartyRelease, levelOf, loadContent } from '../src/index.ts';
import { encodeEvents, type RuleEvents, readTestdata, type TestEvent } from './rule-events.ts';

const folder = `${firstPartyRelease}/rules`;
const files = readdirSync(folder).sort();
const rules = files.map((file): Rule => {
  const { rules, errors } = parseRules(readFileSync(`${folder}/${file}`, 'utf8'), { file });
  if (errors.length > 0 || rules.length !== 1)
    throw errors[0] ?? new Error(`${file} holds ${rules.length} rules`);
  return rules[0]!;
});
const names = files.map((file) => basename(file, '.yml'));
const evaluator = new Evaluator(rules);

/** For each event, the rules that match it. */
function evaluate(events: readonly TestEvent[]): Rule[][] {
  const found: Rule[][] = events.map(() => []);
  evaluator.evaluate(encodeEvents(events), (index, rule) => found[index]!.push(rule));
  return found;
}

const tierOf = (rule: Rule): unknown =>
  (rule.custom['ringfence'] as Record<string, unknown> | undefined)?.['tier'];

describe.each(names.map((name, at) => ({ name, rule: rules[at]! })))('$name', ({ name, rule }) => {
  const events = readTestdata<RuleEvents>(`rules/${name}.json`);

  test('matches what it shall and not what comes close', () => {
    expect(events.match.length).toBeGreaterThanOrEqual(2);
    expect(events.ignore.length).toBeGreaterThanOrEqual(1);
    for (const [at, found] of evaluate(events.match).entries()) {
      expect(
        found.map(({ title }) => title),
        `match ${at}`,
      ).toContain(rule.title);
    }
    for (const [at, found] of evaluate(events.ignore).entries()) {
      expect(
        found.map(({ title }) => title),
        `ignore ${at}`,
      ).not.toContain(rule.title);
    }
  });

  test('its events differ in program and command line, and are of its category', () => {
    const [first, second] = events.match;
    expect(first!.fields['Image']).not.toBe(second!.fields['Image']);
    expect(first!.fields['CommandLine']).not.toBe(second!.fields['CommandLine']);
    for (const event of [...events.match, ...events.ignore]) {
      expect(sigmaClasses(rule.logsource.category!)).toContain(event.class);
    }
  });

  test('says who, what, how bad, which technique and which tier', () => {
    expect(rule.author).toBe('Ringfence');
    expect(rule.license).toBe('Apache-2.0');
    expect(rule.description?.length).toBeGreaterThan(40);
    expect(LEVELS).toContain(rule.level);
    expect(rule.techniques.length).toBeGreaterThan(0);
    expect(rule.falsepositives.length).toBeGreaterThan(0);
    expect(['core', 'full']).toContain(tierOf(rule));
    expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('reads only fields that its events have, and its tier feeds it', () => {
    const classes = sigmaClasses(rule.logsource.category!);
    for (const field of requirementsOf(rule).fields) {
      expect(
        classes.some((className) => sigmaField(className, field) !== undefined),
        field,
      ).toBe(true);
    }
    expect(feedOf(rule, tierOf(rule) === 'core' ? 'core' : 'full')).toMatchObject({ fed: true });
    if (tierOf(rule) !== 'core') return;
    // A rule that claims the small tier must match events of that tier.
    for (const event of events.match.slice(0, 1)) expect(eventClass(event.class).tier).toBe('core');
  });
});

test('every rule has a file of events and no file is left over', () => {
  const events = readdirSync(new URL('../testdata/rules', import.meta.url)).map((file) =>
    basename(file, '.json'),
  );
  expect(events.sort()).toEqual(names);
});

test('ids and titles are unique', () => {
  expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  expect(new Set(rules.map((rule) => rule.title)).size).toBe(rules.length);
});

test('enough rules work in each tier, and the engine loads them all', () => {
  const core = loadContent(firstPartyRelease, { tier: 'core' });
  const full = loadContent(firstPartyRelease, { tier: 'full' });
  expect(core.skipped).toEqual([]);
  expect(core.rules.length).toBeGreaterThanOrEqual(25);
  expect(full.rules.length).toBe(rules.length);
  expect(full.rules.length - core.rules.length).toBeGreaterThanOrEqual(15);
});

test('ordinary activity raises nothing high or critical', () => {
  const ordinary = readTestdata<TestEvent[]>('ordinary.json');
  expect(ordinary.length).toBeGreaterThan(40);
  const alarms = evaluate(ordinary).flatMap((found, at) =>
    found
      .filter((rule) => ['high', 'critical'].includes(levelOf(rule)))
      .map((rule) => `${rule.title}: ${JSON.stringify(ordinary[at]!.fields)}`),
  );
  expect(alarms).toEqual([]);
});
