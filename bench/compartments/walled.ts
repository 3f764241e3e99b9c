/** Starts the benchmark's engines behind the wall, as production does: all layers, default limits. */
import { fileURLToPath } from 'node:url';
import { type EngineProgram, type LayerReport, layerNames } from '@ringfence/compartment';
import { type Hello, PROTOCOL_VERSION } from '@ringfence/compartment/protocol';
import { engineRuntime } from '@ringfence/engine';
import { SCHEMA_VERSION } from '@ringfence/events';

/** The default of the agent's configuration. */
export const BATCH_DEADLINE_MS = 2000;

const folder = import.meta.dirname;

/** A TypeScript file of this folder as an engine. */
export function benchEngine(file: string): Extract<EngineProgram, { kind: 'node' }> {
  const { paths, execArgv } = engineRuntime();
  const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
  return { kind: 'node', entry: `${folder}/${file}`, execArgv, runtime: [...paths, folder, manifest] };
}

/** What an agent would say first. */
export function benchHello(releaseDir: string): Hello {
  return {
    protocol: PROTOCOL_VERSION,
    publisher: 'bench',
    release: { name: 'bench', version: '1' },
    releaseDir,
    tuning: null,
    limits: { maxFrameBytes: 1_048_576, maxFindingsPerSecond: 100, batchDeadlineMs: BATCH_DEADLINE_MS },
    schema: SCHEMA_VERSION,
    tier: 'core',
  };
}

/** Why figures from here do not speak for production, or null when the wall is whole. */
export function wallGap(layers: readonly LayerReport[]): string | null {
  const missing = layers.filter(({ applied }) => !applied).map(({ layer }) => layer);
  if (layers.length < layerNames.length) return 'the wall reported too few layers';
  return missing.length === 0 ? null : `without ${missing.join(', ')}`;
}
