/** Reads the configuration: YAML, checked, with file, line and cure for each thing that is wrong. */
import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { AgentError, errnoOf, messageOf } from '../errors.ts';
import { type Places, places } from './places.ts';
import { configSchema } from './schema.ts';
import type { Limits, Settings, SettingsInput } from './settings.ts';

/** The checked settings and the places they are used with. */
export interface Config extends Settings {
  readonly places: Places;
}

/** No sane configuration is larger. */
const MAX_BYTES = 1024 * 1024;

/** The configuration made of defaults and `settings`, for programs and tests. @throws AgentError config */
export function makeConfig(settings: SettingsInput = {}, where: Places = places()): Config {
  const result = v.safeParse(configSchema, settings);
  if (!result.success) {
    const issue = result.issues[0];
    throw new AgentError('config', `${v.getDotPath(issue) ?? 'configuration'}: ${issue.message}`);
  }
  return { ...result.output, content: result.output.content.map((dir) => resolve(dir)), places: where };
}

/**
 * Loads the configuration file. A file that is not there gives the defaults, unless `required`.
 * @throws AgentError config; the message has one `file:line: what` for each thing that is wrong (the first 10)
 */
export function loadConfig(where: Places = places(), required = false): Config {
  const text = readBounded(where.config, required);
  if (text === undefined) return makeConfig({}, where);
  const settings = parseConfig(text, where.config);
  const base = dirname(where.config);
  return { ...settings, content: settings.content.map((dir) => resolve(base, dir)), places: where };
}

/** Parses and checks the text of a configuration file. @throws AgentError config */
export function parseConfig(text: string, file: string): Settings {
  const lines = new LineCounter();
  // maxAliasCount bounds "billion laughs"; unique keys so that a second `content:` is not silently the one.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new AgentError('config', `${file}:${line}: ${broken.message.split('\n')[0]}`, {
      cure: 'correct the YAML; `ringfence up` starts with the defaults when there is no file',
    });
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    throw new AgentError('config', `${file}: ${messageOf(error)}`, { cause: error });
  }
  const result = v.safeParse(configSchema, value ?? {});
  if (result.success) return result.output;
  const problems = result.issues.slice(0, 10).map((issue) => {
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    return `${file}:${lineOf(document, lines, path)}: ${problem(issue, path)}`;
  });
  throw new AgentError('config', problems.join('\n'), {
    cure: 'the README of @ringfence/agent lists every setting',
  });
}

function problem(issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string {
  const where = path.join('.');
  if (issue.type === 'strict_object' && issue.expected === 'never') return `there is no setting "${where}"`;
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

/** Line of the setting, or of the nearest thing around it that is in the file. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1];
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (typeof parent === 'object' && parent !== null && 'items' in parent && Array.isArray(parent.items)) {
      for (const [index, item] of (parent.items as Item[]).entries()) {
        const node =
          item.key === undefined
            ? index === key
              ? item
              : undefined
            : item.key.value === key
              ? item.key
              : undefined;
        const start = node?.range?.[0];
        if (start !== undefined) return lines.linePos(start).line;
      }
    }
  }
  return 1;
}
interface Item {
  key?: { value?: unknown; range?: readonly number[] };
  value?: unknown;
  range?: readonly number[];
}

function readBounded(path: string, required: boolean): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && !required) return undefined;
    throw new AgentError('config', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let at = 0;
    for (let got = 1; got > 0 && at < bytes.length; at += got)
      got = readSync(fd, bytes, at, bytes.length - at, null);
    if (at > MAX_BYTES) throw new AgentError('config', `${path} is larger than ${MAX_BYTES} bytes`);
    return bytes.toString('utf8', 0, at);
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('config', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    closeSync(fd);
  }
}

/** A publisher's limits: the general ones, with its own over them. */
export function limitsOf(settings: Settings, publisher: string): Limits {
  const own = settings.publishers[publisher]?.limits ?? {};
  return {
    ...settings.limits,
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
  };
}
