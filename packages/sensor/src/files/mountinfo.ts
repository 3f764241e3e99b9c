/** /proc/self/mountinfo (proc(5)). */
import { readFileSync } from 'node:fs';

export interface Mount {
  readonly id: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The folder of the file system that is mounted. */
  readonly root: string;
  readonly path: string;
  readonly type: string;
  readonly options: string;
}

/** Octal escapes of space, tab, newline and backslash. */
const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Mounts in their order; malformed lines are skipped. */
export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const dash = line.indexOf(' - ');
    if (dash < 0) continue;
    const [id, , device, root, path] = line.slice(0, dash).split(' ');
    const [type, , options] = line.slice(dash + 3).split(' ');
    if (!id || !device || !root || !path || !type) continue;
    mounts.push({
      id: Number(id),
      device,
      root: unescape(root),
      path: unescape(path),
      type,
      options: unescape(options ?? ''),
    });
  }
  return mounts;
}

export const mounts = (): Mount[] => parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
