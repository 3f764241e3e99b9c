import type { Decision, WaitReason } from './decisions.ts';
import type { RolloutState, Run } from './state.ts';

type Unstamped<T> = T extends unknown ? Omit<T, 'release' | 'epoch' | 'sequence'> : never;

/** Stamps a decision, keeps it until it is acknowledged, and hands it out. */
export function emit(state: RolloutState, run: Run, out: Decision[], decision: Unstamped<Decision>): void {
  const stamped = {
    release: state.releases[run.release] as string,
    epoch: run.epoch,
    sequence: run.sequence++,
    ...decision,
  } as Decision;
  // A newer wait says all that an older one said.
  if (stamped.type === 'wait') state.pending = state.pending.filter((old) => old.type !== 'wait');
  state.pending.push(stamped);
  out.push(stamped);
}

/** Says once what the release waits for, and again only when that changes. */
export function wait(
  state: RolloutState,
  run: Run,
  out: Decision[],
  why: WaitReason,
  until: number | null,
): void {
  if (run.waiting !== null && run.waiting.why === why && run.waiting.until === until) return;
  run.waiting = { until, why };
  emit(state, run, out, { type: 'wait', until, why });
}
