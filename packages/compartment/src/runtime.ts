import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** More packages than an engine has; a cycle or a mistake ends here. */
const MAX_PACKAGES = 500;

/**
 * The folders that a Node program needs to be readable: the package of its entry file and, through
 * `dependencies`, those that it imports, each as the path by which Node finds it (often a link in
 * `node_modules`). Optional and platform packages that are not installed are left out.
 */
export function nodeRuntime(entry: string): string[] {
  const paths = new Set<string>();
  const seen = new Set<string>();
  const queue = [packageOf(resolve(entry))];
  for (let folder = queue.pop(); folder !== undefined && seen.size < MAX_PACKAGES; folder = queue.pop()) {
    const real = realpathSync(folder);
    paths.add(folder);
    if (seen.has(real)) continue;
    seen.add(real);
    for (const name of dependenciesOf(real)) {
      const found = findPackage(real, name);
      if (found !== undefined) queue.push(found);
    }
  }
  return [...paths];
}

/** The nearest folder above a file that has a package.json, or the file's own folder. */
function packageOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}

function dependenciesOf(folder: string): string[] {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return [];
  const { dependencies } = JSON.parse(readFileSync(path, 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(dependencies ?? {});
}

/** Node's lookup: `node_modules` of the folder and of each one above it. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
