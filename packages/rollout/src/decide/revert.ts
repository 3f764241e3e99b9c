import type { Decision } from './decisions.ts';
import { emit } from './emit.ts';
import {
  COUNTS,
  FAILED,
  GONE,
  IN_N,
  PRESUMED_FAILED,
  REVERT_DUE,
  REVERT_SENT,
  REVERTED,
  TALKING,
} from './phases.ts';
import type { RolloutState, Run } from './state.ts';

/**
 * Every exposed host is to go back to its base. Those that talk go first; the others as soon as they talk.
 * @param onlyFlag only hosts with this flag
 */
export function beginRevert(state: RolloutState, run: Run, onlyFlag = 0): void {
  const { hosts } = state;
  run.reverting = true;
  for (let host = 0; host < hosts.count; host++) {
    if (!((COUNTS[hosts.phase[host] as number] as number) & IN_N)) continue;
    if (onlyFlag !== 0 && !((hosts.flags[host] as number) & onlyFlag)) continue;
    markForRevert(state, host);
  }
}

export function markForRevert(state: RolloutState, host: number): void {
  const { hosts, derived } = state;
  const flags = hosts.flags[host] as number;
  if (flags & REVERT_DUE) return;
  hosts.flags[host] = flags | REVERT_DUE;
  if (flags & TALKING) derived.revertQueue.push(host);
}

/** Sends what can be sent, one decision for each base that hosts go back to. */
export function sendReverts(state: RolloutState, run: Run, out: Decision[]): void {
  const { hosts, derived } = state;
  if (derived.revertQueue.length === 0) return;
  const byBase = new Map<number, Set<number>>();
  for (const host of derived.revertQueue) {
    const flags = hosts.flags[host] as number;
    if (!(flags & REVERT_DUE) || flags & REVERTED || !(flags & TALKING)) continue;
    const base = hosts.base[host] as number;
    let group = byBase.get(base);
    if (group === undefined) byBase.set(base, (group = new Set()));
    group.add(host);
    hosts.flags[host] = flags | REVERT_SENT;
  }
  derived.revertQueue = [];
  for (const base of [...byBase.keys()].sort((a, b) => a - b)) {
    const list = Uint32Array.from(byBase.get(base) as Set<number>).sort();
    emit(state, run, out, { type: 'revert', to: state.releases[base] as string, hosts: list });
  }
}

/** Failed hosts, for which the agent's own safe mode is the help that needs no server. */
export function failedHosts(state: RolloutState): Uint32Array {
  const failed: number[] = [];
  for (let host = 0; host < state.hosts.count; host++) {
    const phase = state.hosts.phase[host];
    if (phase === FAILED || phase === PRESUMED_FAILED) failed.push(host);
  }
  return Uint32Array.from(failed);
}

/** Exposed hosts that are to go back and cannot be reached: neither talking nor gone with a goodbye. */
export function needsHands(state: RolloutState): Uint32Array {
  const list: number[] = [];
  for (let host = 0; host < state.hosts.count; host++) {
    const flags = state.hosts.flags[host] as number;
    if (flags & REVERT_DUE && !(flags & (REVERTED | TALKING | GONE))) list.push(host);
  }
  return Uint32Array.from(list);
}
