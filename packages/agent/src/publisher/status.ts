/** What `status` says of a publisher: plain JSON. */
import type { FailureCause } from './cause.ts';
import type { Quarantined } from './machine.ts';

export interface ReleaseStatus {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
}

export interface RestartStatus {
  /** RFC 3339. */
  readonly at: string;
  readonly cause: FailureCause;
  readonly detail: string;
  readonly release: string;
  /** From the end until the agent knew all about it; milliseconds. */
  readonly detectMs: number;
  /** From then until content was fed again; null while it is not, or when it was not fed. */
  readonly recoverMs: number | null;
  /** The file with all that is known, or null when the disk refused it. */
  readonly evidence: string | null;
}

export interface PublisherStatus {
  readonly name: string;
  readonly uid: number;
  readonly source: string;
  readonly state: 'running' | 'starting' | 'backoff' | 'stopped' | 'disabled';
  /** Why it is stopped, or what it waits after. */
  readonly reason: string | null;
  /** The release that runs, or is to run. */
  readonly release: ReleaseStatus | null;
  /** The one that the configuration names. */
  readonly offered: ReleaseStatus | null;
  readonly lastKnownGood: ReleaseStatus | null;
  /** How far its probation is; null when it runs the last known good release, or nothing. */
  readonly probation: { readonly ms: number; readonly events: number } | null;
  readonly quarantined: readonly { readonly hash: string; readonly cause: Quarantined['cause'] }[];
  readonly engine: string;
  readonly pid: number | null;
  readonly uptimeMs: number;
  readonly spare: 'ready' | 'starting' | 'none';
  readonly rules: { readonly loaded: number; readonly skipped: number; readonly unfed: number };
  /** The first 100. */
  readonly skippedRules: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  readonly unfedRules: readonly { readonly rule: string; readonly reason: string }[];
  readonly restarts: { readonly count: number; readonly last: readonly RestartStatus[] };
  readonly queue: {
    readonly events: number;
    readonly bytes: number;
    readonly maxEvents: number;
    readonly maxBytes: number;
    /** Batches sent and not acknowledged. */
    readonly inFlight: number;
  };
  /** From the arrival of a batch at the agent until it was acknowledged, over the last 256 batches; `nowMs`: age of the oldest that is not. */
  readonly lag: { readonly nowMs: number; readonly medianMs: number; readonly p99Ms: number };
  readonly classes: readonly string[];
  readonly events: { readonly delivered: number; readonly acknowledged: number; readonly setAside: number };
  /** Events that it wanted and did not get, by class. */
  readonly lost: { readonly total: number; readonly classes: Readonly<Record<string, number>> };
  readonly findings: number;
  readonly cpuPercent: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly layers: readonly {
    readonly layer: string;
    readonly applied: boolean;
    readonly reason: string | null;
    readonly stops: string;
  }[];
  /** What its engine logged, last 50. */
  readonly log: readonly { readonly at: string; readonly level: string; readonly message: string }[];
}
