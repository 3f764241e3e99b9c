import { lstatSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { ContentError } from './error.ts';
import { parseJson } from './json.ts';
import { MANIFEST, MAX_MANIFEST_BYTES, manifestSchema } from './manifest.ts';
import { readBounded, systemError } from './read-file.ts';

/** A release folder whose manifest was read and checked. Its rules were not: only a compartment reads those. */
export interface Release {
  /** Absolute path of the folder. */
  readonly dir: string;
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  /** Absolute path of the publisher's own engine; without it, Ringfence's engine reads `rules/`. */
  readonly nativeEngine: string | undefined;
  readonly description: string | undefined;
}

/**
 * Reads `release.json` of a release folder (at most 64 KiB) and checks that a native engine it names is
 * there: a regular executable file, with no symbolic link on the way. Nothing else of the release is read.
 * @throws ContentError with the file and, where it is known, the line
 */
export function readRelease(dir: string): Release {
  const root = resolve(dir);
  const stat = statOf(root, root);
  if (!stat.isDirectory()) throw new ContentError('not-regular', root, 'not a folder');
  const document = parseJson(readBounded(join(root, MANIFEST), MANIFEST, MAX_MANIFEST_BYTES), MANIFEST);
  // valibot takes an array for an object and would then miss its names one by one.
  if (Array.isArray(document.value)) throw new ContentError('invalid', MANIFEST, 'must be an object', 1);
  const result = v.safeParse(manifestSchema, document.value);
  if (!result.success) throw invalid(document.lineOf.bind(document), result.issues[0]);
  const { publisher, name, version, engine, description } = result.output;
  if (engine !== undefined) {
    try {
      checkExecutable(root, engine.native);
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      const reason = `engine ${error.message}`;
      throw new ContentError(error.code, MANIFEST, reason, document.lineOf(['engine', 'native']), error);
    }
  }
  const nativeEngine = engine === undefined ? undefined : join(root, engine.native);
  return { dir: root, publisher, name, version, nativeEngine, description };
}

function invalid(lineOf: (path: (string | number)[]) => number, issue: v.BaseIssue<unknown>): ContentError {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const known = path.length === 0 ? 'the manifest' : path.join('.');
  const reason =
    issue.type === 'strict_object'
      ? issue.expected === 'never'
        ? `${known} is not a name that a manifest has`
        : issue.received === 'undefined'
          ? `${known} is missing`
          : `${known} must be an object`
      : issue.message;
  return new ContentError('invalid', MANIFEST, reason, lineOf(path), issue);
}

/** Every component is looked at by itself, so that a link anywhere on the way is seen. */
function checkExecutable(root: string, path: string): void {
  const parts = path.split('/');
  for (let i = 1; i <= parts.length; i++) {
    const part = parts.slice(0, i).join('/');
    const stat = statOf(join(root, part), part);
    const last = i === parts.length;
    if (stat.isSymbolicLink()) throw new ContentError('not-regular', part, 'is a symbolic link');
    if (!last && !stat.isDirectory()) throw new ContentError('not-regular', part, 'not a folder');
    if (last && !stat.isFile()) throw new ContentError('not-regular', part, 'not a regular file');
    if (last && (stat.mode & 0o111) === 0)
      throw new ContentError('invalid', part, 'not executable (chmod +x)');
  }
}

function statOf(path: string, file: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    throw systemError(file, error);
  }
}
