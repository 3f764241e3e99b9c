import type { LayerName, LayerReport } from '../layers.ts';

/** What the supervisor asks of the launcher: one JSON line on descriptor 4. */
export interface LaunchPlan {
  readonly layers: Readonly<Record<LayerName, boolean>>;
  /** Layers of which the supervisor knows already that they cannot be applied, and why. */
  readonly unavailable: Readonly<Partial<Record<LayerName, string>>>;
  /** Layers without which the engine must not run. */
  readonly required: readonly LayerName[];
  readonly uid: number;
  readonly gid: number;
  /** `cgroup.procs` files to join; empty when there is no cgroup. */
  readonly cgroupProcs: readonly string[];
  readonly engine: {
    readonly executable: string;
    readonly argv: readonly string[];
    readonly environment: readonly string[];
  };
  /** Files and folders that the engine may read, beside its executable's libraries. */
  readonly readOnly: readonly string[];
  readonly releaseDir: string;
  readonly limits: { readonly files: number; readonly pids: number };
}

export interface Launched {
  readonly layers: readonly LayerReport[];
  /** Pid in the supervisor's PID namespace. */
  readonly pid: number;
  /** The release folder as the engine sees it. */
  readonly releaseDir: string;
}

/** What the launcher answers, one JSON line, just before it becomes the engine. */
export type LaunchAnswer =
  | Launched
  | {
      readonly error: string;
      readonly code: 'layer-missing' | 'launch-failed';
      readonly layers: readonly LayerReport[];
    };
