import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Removes a folder with read-only folders in it, such as the store's: without root `rm` alone would not. */
export function removeTree(path: string): void {
  if (!existsSync(path)) return;
  const open = (dir: string): void => {
    chmodSync(dir, 0o700);
    for (const entry of readdirSync(dir, { withFileTypes: true }))
      if (entry.isDirectory()) open(join(dir, entry.name));
  };
  try {
    open(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
