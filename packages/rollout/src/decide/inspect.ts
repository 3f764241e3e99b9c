import {
  COUNTS,
  GONE,
  HELD,
  KNOWN,
  OPEN,
  PHASE_NAMES,
  REMOVED,
  RETURNED,
  REVERTED,
  TALKING,
} from './phases.ts';
import type { RolloutState, RunStatus } from './state.ts';

/** A host's standing in the moving release, in words. */
export interface HostStanding {
  readonly phase: string;
  readonly talking: boolean;
  /** Said goodbye during its trial. */
  readonly gone: boolean;
  readonly reverted: boolean;
  /** Was presumed failed and has talked since; it stays counted. */
  readonly returned: boolean;
  /** The release it has proved to have, and the one it goes back to; '' is what it had before. */
  readonly has: string;
  readonly base: string;
}

/** Null for a handle that was never added. */
export function standingOf(state: RolloutState, host: number): HostStanding | null {
  const { hosts } = state;
  const flags = host >= 0 && host < hosts.count ? (hosts.flags[host] as number) : 0;
  if (!(flags & KNOWN)) return null;
  const phase = hosts.phase[host] as number;
  return {
    phase: PHASE_NAMES[phase] as string,
    talking: (flags & TALKING) !== 0,
    gone: (flags & (GONE | HELD)) !== 0 && ((COUNTS[phase] as number) & OPEN) !== 0,
    reverted: (flags & REVERTED) !== 0,
    returned: (flags & RETURNED) !== 0,
    has: state.releases[hosts.has[host] as number] as string,
    base: state.releases[hosts.base[host] as number] as string,
  };
}

/** How many hosts have proved to have which release. */
export function contentOf(state: RolloutState): Map<string, number> {
  const { hosts } = state;
  const counts = new Map<string, number>();
  for (let host = 0; host < hosts.count; host++) {
    const flags = hosts.flags[host] as number;
    if (!(flags & KNOWN) || flags & REMOVED) continue;
    const name = state.releases[hosts.has[host] as number] as string;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The moving release in numbers. */
export interface RunSummary {
  readonly release: string;
  readonly status: RunStatus;
  readonly lane: 'standard' | 'emergency';
  readonly paused: boolean;
  readonly complete: boolean;
  readonly epoch: number;
  /** From 0. */
  readonly stage: number;
  readonly eligible: number;
  readonly exposed: number;
  readonly failed: number;
  readonly unresolved: number;
  readonly closed: number;
  /** Reports that fitted nothing, over the life of the state. */
  readonly strays: number;
}

/** Null before the first release. */
export function statusOf(state: RolloutState): RunSummary | null {
  const { run } = state;
  if (run === null) return null;
  return {
    release: state.releases[run.release] as string,
    status: run.status,
    lane: run.lane,
    paused: run.paused,
    complete: run.complete,
    epoch: run.epoch,
    stage: run.stage,
    eligible: state.derived.eligible,
    exposed: run.n,
    failed: run.S,
    unresolved: run.unresolved,
    closed: run.closed,
    strays: state.strays,
  };
}
