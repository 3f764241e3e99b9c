/** Starts engines behind the wall of @ringfence/compartment: ours as a Node program, a publisher's own as it is. */
import { type EngineProgram, type LayerName, launch, layerNames } from '@ringfence/compartment';
import { engineRuntime } from '@ringfence/engine';
import { AgentError } from '../errors.ts';
import type { StartEngine } from './engine-process.ts';

/** Looked up once: it does not change while the agent runs. */
let own: NodeProgram | undefined;

type NodeProgram = Extract<EngineProgram, { kind: 'node' }>;

export const startWalled: StartEngine = async (spec) => {
  const { publisher, uid, gid, releaseDir, limits } = spec;
  const { memoryBytes, cpuPercent, pids, files } = limits;
  const unknown = spec.requireLayers.find((name) => !layerNames.includes(name as LayerName));
  if (unknown !== undefined) {
    throw new AgentError('config', `there is no layer "${unknown}"`, {
      cure: `layers are ${layerNames.join(', ')}`,
    });
  }
  return launch({
    publisher,
    uid,
    gid,
    releaseDir,
    engine: withCache(spec.engine ?? ringfenceEngine(), spec.compileCache),
    limits: { memoryBytes, cpuPercent, pids, files },
    required: spec.requireLayers as readonly LayerName[],
  });
};

/** The engine of Ringfence. */
export function ringfenceEngine(): NodeProgram {
  if (own === undefined) {
    const { entry, execArgv, paths } = engineRuntime();
    own = { kind: 'node', entry, execArgv, runtime: paths };
  }
  return own;
}

function withCache(engine: EngineProgram, compileCache: string | undefined): EngineProgram {
  return engine.kind === 'node' && compileCache !== undefined ? { ...engine, compileCache } : engine;
}
