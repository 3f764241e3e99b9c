/**
 * The rules of SigmaHQ: each of its files must be read without an error, and each of its recorded events must be found by the
 * rule that it was recorded for. Events are those of the JSON files beside the recordings.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { compile, fromObject, parseRules, type Rule } from '@ringfence/sigma';

export const howToGet = 'Clone github.com/SigmaHQ/sigma and give its folder.';

const FOLDERS = [
  'rules',
  'rules-compliance',
  'rules-emerging-threats',
  'rules-placeholder',
  'rules-threat-hunting',
];
const RECORDED = 'regression_data';

interface Result {
  readonly id: string;
  readonly pass: boolean;
  readonly detail?: string;
}

export async function* run(path: string): AsyncGenerator<Result> {
  const byId = new Map<string, Rule>();
  for (const folder of FOLDERS) {
    for (const file of filesBelow(join(path, folder), '.yml')) {
      const id = relative(path, file);
      const text = readFileSync(file, 'utf8');
      // Placeholders stand for what only an organisation knows; that they are read is what counts here.
      const placeholders = Object.fromEntries(
        [...text.matchAll(/%([\w-]+)%/g)].map(([, name]) => [name, ['value']]),
      );
      const { rules, errors } = parseRules(text, { file: id, placeholders });
      for (const rule of rules) if (rule.id !== undefined) byId.set(rule.id, rule);
      yield errors.length === 0
        ? { id, pass: true }
        : { id, pass: false, detail: errors.map(({ message }) => message).join('; ') };
    }
  }
  for (const file of filesBelow(join(path, RECORDED), '.json')) yield replay(path, file, byId);
}

/** Gives a recording to its rule alone, under the rule's own log source: the routing of Windows channels is not tried here. */
function replay(path: string, file: string, rules: ReadonlyMap<string, Rule>): Result {
  const id = relative(path, file);
  const rule = rules.get(/([0-9a-f-]{36})\.json$/.exec(file)?.[1] ?? '');
  if (rule === undefined) return { id, pass: false, detail: 'no rule has this id' };
  const info = readFileSync(join(dirname(file), 'info.yml'), 'utf8');
  const least = Number(/match_count: *(\d+)/.exec(info)?.[1] ?? 1);
  const matcher = compile([rule]);
  let found = 0;
  for (const event of readEvents(readFileSync(file, 'utf8')))
    matcher.match(fromObject(fieldsOf(event)), rule.logsource, () => found++);
  return found >= least ? { id, pass: true } : { id, pass: false, detail: `${found} of ${least} found` };
}

interface WindowsEvent {
  readonly Event: {
    readonly System: Readonly<Record<string, unknown>> & {
      readonly Provider?: { readonly '#attributes'?: { readonly Name?: string } };
    };
    readonly EventData?: Readonly<Record<string, unknown>> | null;
    readonly UserData?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null;
  };
}

/** Some files hold several objects one after the other. */
function readEvents(text: string): WindowsEvent[] {
  return text.split(/^(?=\{)/m).map((object) => JSON.parse(object) as WindowsEvent);
}

/** Field names of the Security log for those of Sysmon, which rules use: sigma's own `tests/thor.yml`. */
const PROCESS_CREATION: Readonly<Record<string, string>> = {
  NewProcessName: 'Image',
  ParentProcessName: 'ParentImage',
  NewProcessId: 'ProcessId',
  SubjectUserName: 'User',
};

function fieldsOf({ Event: { System, EventData, UserData } }: WindowsEvent): Record<string, string> {
  const fields: Record<string, string> = {};
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      fields[name] = String(value);
  };
  for (const [name, value] of Object.entries(System)) add(name, value);
  add('Provider_Name', System.Provider?.['#attributes']?.Name);
  const data = { ...EventData, ...Object.assign({}, ...Object.values(UserData ?? {})) };
  for (const [name, value] of Object.entries(data)) {
    add(name, value);
    // Defender's names have spaces, and rules leave them out.
    add(name.replaceAll(' ', ''), value);
    const other = fields['EventID'] === '4688' ? PROCESS_CREATION[name] : undefined;
    if (other !== undefined) add(other, value);
  }
  return fields;
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
