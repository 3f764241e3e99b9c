import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What it takes to start this engine in a compartment. */
export interface EngineRuntime {
  /** The script that Node runs. */
  readonly entry: string;
  readonly execArgv: readonly string[];
  /** Files and folders that the process reads, to be bound read-only; Node itself is not among them. */
  readonly paths: readonly string[];
}

const IMPORTED = ['@ringfence/events', '@ringfence/sigma', '@ringfence/compartment/protocol'];

/**
 * Finds the engine's script and just the packages it imports. In a clone these are sources behind the links of
 * `node_modules`, so the links' folder belongs to it too.
 */
export function engineRuntime(): EngineRuntime {
  const extension = import.meta.url.slice(-3);
  const own = packageFolder(fileURLToPath(import.meta.url));
  const imported = IMPORTED.map((name) => fileURLToPath(import.meta.resolve(name)));
  const yaml = createRequire(fileURLToPath(import.meta.resolve('@ringfence/sigma'))).resolve('yaml');
  const links = linkFolder(own);
  return {
    entry: join(dirname(fileURLToPath(import.meta.url)), `main${extension}`),
    execArgv: extension === '.ts' ? ['--conditions=source'] : [],
    paths: [
      ...new Set([own, ...[...imported, yaml].map(packageFolder), ...(links === undefined ? [] : [links])]),
    ],
  };
}

/** The folder of the package.json that a file belongs to. */
function packageFolder(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  throw new Error(`${file} belongs to no package`);
}

/** The nearest `node_modules/@ringfence` above a clone's package; none where the package itself lies in one. */
function linkFolder(folder: string): string | undefined {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    const links = join(above, 'node_modules', '@ringfence');
    if (existsSync(links)) return links;
  }
  return undefined;
}

/** The release of first-party rules that comes with this package. */
export const firstPartyRelease: string = fileURLToPath(
  new URL('../content/ringfence-linux', import.meta.url),
);
