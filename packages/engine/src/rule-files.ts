import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Bounds on what a release may hold for this engine; past them files are skipped, with the reason. */
export const RuleBounds = {
  FILES: 10_000,
  FILE_BYTES: 1_048_576,
  TOTAL_BYTES: 67_108_864,
  DEPTH: 8,
} as const;

/** An item of the content that was left out, and where. `line` is 0 where none can be named. */
export interface Skipped {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface RuleFile {
  /** Path inside the release, such as `rules/a.yml`. */
  readonly file: string;
  readonly text: string;
}

/** Reads `rules/` and its subfolders (`*.yml`, `*.yaml`), in the order of their names. Never throws. */
export function readRuleFiles(releaseDir: string): { files: RuleFile[]; skipped: Skipped[] } {
  const files: RuleFile[] = [];
  const skipped: Skipped[] = [];
  let bytes = 0;

  // Names are inside the release.
  const readFolder = (name: string, depth: number): void => {
    if (depth > RuleBounds.DEPTH) {
      skipped.push({ file: name, line: 0, reason: `more than ${RuleBounds.DEPTH} folders deep` });
      return;
    }
    let entries: ReturnType<typeof readFolderEntries>;
    try {
      entries = readFolderEntries(join(releaseDir, name));
    } catch (error) {
      skipped.push({ file: name, line: 0, reason: (error as Error).message });
      return;
    }
    for (const entry of entries) {
      const path = `${name}/${entry.name}`;
      if (entry.isDirectory()) {
        readFolder(path, depth + 1);
      } else if (/\.ya?ml$/.test(entry.name)) {
        readOne(path);
      }
    }
  };

  const readOne = (file: string): void => {
    if (files.length >= RuleBounds.FILES || bytes >= RuleBounds.TOTAL_BYTES) {
      skipped.push({
        file,
        line: 0,
        reason: `over the bound of ${RuleBounds.FILES} files or ${RuleBounds.TOTAL_BYTES} bytes`,
      });
      return;
    }
    try {
      const text = readText(join(releaseDir, file));
      bytes += text.length;
      files.push({ file, text });
    } catch (error) {
      skipped.push({ file, line: 0, reason: (error as Error).message });
    }
  };

  readFolder('rules', 1);
  return { files, skipped };
}

function readFolderEntries(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The text of a regular file, within bounds and in strict UTF-8. */
function readText(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error('not a regular file');
    if (stat.size > RuleBounds.FILE_BYTES)
      throw new Error(`${stat.size} bytes; a rule file has at most ${RuleBounds.FILE_BYTES}`);
    const bytes = Buffer.alloc(stat.size);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
    } catch {
      throw new Error('not UTF-8 text');
    }
  } finally {
    closeSync(fd);
  }
}
