import { readFileSync, rmdirSync, writeFileSync } from 'node:fs';

/** Writes a control file and returns the reason where that fails. */
export function tryWrite(path: string, value: string | number): string | undefined {
  try {
    writeFileSync(path, String(value));
    return undefined;
  } catch (error) {
    return `${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

/** A control file that holds one number; 0 where it cannot be read, `max` is Infinity. */
export function readNumber(path: string): number {
  const text = readText(path).trim();
  return text === 'max' ? Number.POSITIVE_INFINITY : Number(text) || 0;
}

/** A control file of `key value` lines. */
export function readKeys(path: string): Map<string, number> {
  const pairs = readText(path)
    .split('\n')
    .map((line) => line.split(' '));
  return new Map(pairs.flatMap(([key, value]) => (key && value ? [[key, Number(value)] as const] : [])));
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Removes an empty cgroup; true when it is gone. */
export function tryRemove(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
