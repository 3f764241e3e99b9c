/** The program of a drill's release. */
import { fileURLToPath } from 'node:url';
import type { EngineSpec } from '../publisher/engine-process.ts';

/** A drill's engine is a Node program of this package that reads `fault.json` of its release. */
export function drillEngine(): EngineSpec['engine'] {
  const extension = import.meta.url.slice(-3);
  return {
    kind: 'node',
    entry: fileURLToPath(new URL(`./engine${extension}`, import.meta.url)),
    execArgv: extension === '.ts' ? ['--conditions=source'] : [],
  };
}
