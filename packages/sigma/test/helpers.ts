import { compile, type FieldValue, fromObject, parseRules, type Rule } from '@ringfence/sigma';

/** A whole rule around the body of a `detection`, which is given without indentation. */
export function ruleText(detection: string, head = ''): string {
  const body = detection.trim().replaceAll('\n', '\n  ');
  return `title: Test\n${head}logsource:\n  product: linux\n  category: process_creation\ndetection:\n  ${body}\n`;
}

export function parseOne(text: string, placeholders: Record<string, string[]> = {}): Rule {
  const { rules, errors } = parseRules(text, { file: 'test.yml', placeholders });
  if (errors.length > 0) throw errors[0]!;
  return rules[0]!;
}

export const SOURCE = { product: 'linux', category: 'process_creation' };

/** The fields that made a rule match, or undefined when it does not. */
export function run(rule: Rule, event: Record<string, unknown>): Record<string, FieldValue> | undefined {
  let result: Record<string, FieldValue> | undefined;
  compile([rule]).match(fromObject(event), SOURCE, (_, fields) => {
    result = Object.fromEntries(fields);
  });
  return result;
}

/** Whether an event matches a selection that is written as lines of YAML. */
export function matches(
  selection: string,
  event: Record<string, unknown>,
  placeholders?: Record<string, string[]>,
): boolean {
  const lines = selection.trim().replaceAll('\n', '\n  ');
  return (
    run(parseOne(ruleText(`selection:\n  ${lines}\ncondition: selection`), placeholders), event) !== undefined
  );
}

/** The first error of a text, as `code line:column`. */
export function errorOf(text: string): string {
  const [error] = parseRules(text, { file: 'test.yml' }).errors;
  return error === undefined ? 'none' : `${error.code} ${error.line}:${error.column}`;
}

/** What an action returns and the milliseconds of processor time that it takes: a busy machine does not lengthen them. */
export function timed<T>(action: () => T): [T, number] {
  const before = process.cpuUsage();
  const result = action();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1_000];
}
