/** Starts the benchmark's engines behind the wall, as production does: all layers, default limits. */
import { fileURLToPath } from 'node:url';
import { type EngineProgram, type LayerReport, layerNames } from '@ringfence/compartment';
import { engineRuntime } from '@ringfence/engine';

const folder = import.meta.dirname;

/** A TypeScript file of this folder as an engine. */
export function benchEngine(file: string): EngineProgram {
  const { paths, execArgv } = engineRuntime();
  const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
  return { kind: 'node', entry: `${folder}/${file}`, execArgv, runtime: [...paths, folder, manifest] };
}

/** Why figures from here do not speak for production, or null when the wall is whole. */
export function wallGap(layers: readonly LayerReport[]): string | null {
  const missing = layers.filter(({ applied }) => !applied).map(({ layer }) => layer);
  if (layers.length < layerNames.length) return 'the wall reported too few layers';
  return missing.length === 0 ? null : `without ${missing.join(', ')}`;
}
