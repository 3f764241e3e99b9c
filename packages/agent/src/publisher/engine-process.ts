/** An engine's process as the supervisor sees it: what the wall returns, and how one is asked for. */
import type { Socket } from 'node:net';
import type { Cause, EngineProgram, KillReason, LayerReport, Usage } from '@ringfence/compartment';
import type { Limits } from '../config/settings.ts';

/** What is to be started, for whom, and within what. */
export interface EngineSpec {
  readonly publisher: string;
  readonly uid: number;
  readonly gid: number;
  /** The release in the agent's store. */
  readonly releaseDir: string;
  /** The release's own executable, or a drill's; without it, the engine of Ringfence. */
  readonly engine: EngineProgram | undefined;
  readonly limits: Pick<Limits, 'memoryBytes' | 'cpuPercent' | 'pids' | 'files'>;
  /** Layers without which it must not run. */
  readonly requireLayers: readonly string[];
  /** Compiled code of the engine of Ringfence, once there is some. */
  readonly compileCache?: string | undefined;
}

export interface EngineExit {
  readonly cause: Cause;
  readonly code: number | null;
  readonly signal: string | null;
}

/** A started engine; `Compartment` of @ringfence/compartment is one. */
export interface EngineProcess {
  /** The agent's end of the engine's descriptor 3. */
  readonly channel: Socket;
  readonly pid: number;
  readonly layers: readonly LayerReport[];
  /** The release as the engine sees it. */
  readonly releaseDir: string;
  usage(): Usage;
  stderrTail(): string;
  kill(reason: KillReason): void;
  /** Lets `exited` settle now if it has failed and the kernel is still busy with freeing it. */
  lookForEnd?(): void;
  readonly exited: Promise<EngineExit>;
}

/** Starts an engine behind the wall; rejects when the wall refuses. */
export type StartEngine = (spec: EngineSpec) => Promise<EngineProcess>;
