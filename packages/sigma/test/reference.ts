// A slow evaluator of Sigma's semantics that shares nothing with the product: it works on plain values, turns patterns
// into regular expressions and walks the condition text anew for each event. Text without case is compared with `iu`.

type Value = string | number | boolean | null;
type Selection = Record<string, Value | Value[]> | Selection[] | Value[];
export type Detection = { condition: string } & Record<string, Selection | string>;
export type Event = Record<string, string | number | null>;

const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** A Sigma value as the source of a regular expression, character by character. */
function globSource(value: string, windash: boolean): string {
  let source = '';
  for (let at = 0; at < value.length; ) {
    const rest = value.slice(at);
    const escaped = /^\\([\\*?])/.exec(rest);
    const character = escaped?.[1] ?? Array.from(rest)[0]!;
    at += escaped === null ? character.length : 2;
    if (escaped === null && character === '*') source += '[^]*';
    else if (escaped === null && character === '?') source += '[^]';
    else if (windash && '-/–—―'.includes(character)) source += '[-/–—―]';
    else source += character.replace(SPECIAL, '\\$&');
  }
  return source;
}

function matchValue(value: Value, modifiers: string[], actual: string | number | null | undefined): boolean {
  if (value === null) return actual === undefined || actual === null;
  if (modifiers.includes('exists')) return (actual !== undefined) === value;
  if (actual === undefined || actual === null) return false;
  const number = /^[+-]?\d+(\.\d+)?$/.test(String(actual)) ? Number(actual) : Number.NaN;
  if (modifiers.includes('lt')) return number < Number(value);
  if (modifiers.includes('gte')) return number >= Number(value);
  const glob = globSource(String(value), modifiers.includes('windash'));
  const before = modifiers.includes('contains') || modifiers.includes('endswith') ? '[^]*' : '';
  const after = modifiers.includes('contains') || modifiers.includes('startswith') ? '[^]*' : '';
  const flags = modifiers.includes('cased') ? 'u' : 'iu';
  return new RegExp(`^(?:${before}${glob}${after})$`, flags).test(String(actual));
}

function matchSelection(selection: Selection | string, event: Event): boolean {
  if (typeof selection === 'string') throw new Error('no selection');
  if (Array.isArray(selection)) {
    return selection.some((item) =>
      typeof item === 'object' && item !== null
        ? matchSelection(item, event)
        : Object.values(event).some((actual) => matchValue(item as Value, ['contains'], actual)),
    );
  }
  return Object.entries(selection).every(([key, raw]) => {
    const [field = '', ...modifiers] = key.split('|');
    const values = Array.isArray(raw) ? raw : [raw as Value];
    const one = (value: Value): boolean =>
      matchValue(value, modifiers, Object.hasOwn(event, field) ? event[field] : undefined);
    const result = modifiers.includes('all') ? values.every(one) : values.some(one);
    return modifiers.includes('neq') ? !result : result;
  });
}

export function reference(detection: Detection, event: Event): boolean {
  const names = Object.keys(detection).filter((name) => name !== 'condition');
  const words = detection.condition.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const or = (): boolean => {
    let result = and();
    while (words[at] === 'or') {
      at++;
      const right = and();
      result = result || right;
    }
    return result;
  };
  const and = (): boolean => {
    let result = not();
    while (words[at] === 'and') {
      at++;
      const right = not();
      result = result && right;
    }
    return result;
  };
  const not = (): boolean => {
    if (words[at] !== 'not') return primary();
    at++;
    return !not();
  };
  const primary = (): boolean => {
    const word = words[at++]!;
    if (word === '(') {
      const result = or();
      at++;
      return result;
    }
    if (words[at] !== 'of') return matchSelection(detection[word]!, event);
    const target = words[at + 1]!;
    at += 2;
    const shape = new RegExp(`^${target.replaceAll('*', '.*')}$`);
    const chosen = names.filter((name) => (target === 'them' ? !name.startsWith('_') : shape.test(name)));
    const results = chosen.map((name) => matchSelection(detection[name]!, event));
    return word === '1' ? results.includes(true) : !results.includes(false);
  };
  return or();
}
