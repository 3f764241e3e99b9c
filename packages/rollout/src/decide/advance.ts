import { budgetFor, stageTargets } from '../plan/stages.ts';
import { knownExcess } from '../statistics/budget.ts';
import { watchTrial } from './deadlines.ts';
import type { Decision } from './decisions.ts';
import { draw, sweep } from './draw.ts';
import { emit, wait } from './emit.ts';
import { crossing } from './evidence.ts';
import { countAtSite, dueAt, outageEnd } from './outages.ts';
import { nextBatch } from './pacing.ts';
import { OFFERED, PENDING, UNRESOLVED } from './phases.ts';
import { beginRevert, failedHosts, sendReverts } from './revert.ts';
import { move, type RolloutState, type Run } from './state.ts';

/** Halts in this very step if the evidence is over the threshold. Nothing is offered after it. */
export function haltIfCrossed(state: RolloutState, out: Decision[]): void {
  const { run } = state;
  if (run === null || run.status === 'halted' || run.status === 'reverted') return;
  if (run.S <= run.approvedFailures) return;
  const evidence = crossing(state, run);
  if (evidence === null) return;
  const where = evidence.stratum === null ? '' : `, foremost ${evidence.stratum}`;
  const why = `${evidence.S} of ${evidence.n} exposed hosts failed${where}: evidence e^${evidence.logE.toFixed(1)} reached 1/alpha`;
  halt(state, run, out, why, evidence);
}

function halt(
  state: RolloutState,
  run: Run,
  out: Decision[],
  why: string,
  evidence: Extract<Decision, { type: 'halt' }>['evidence'],
): void {
  run.status = 'halted';
  run.epoch++;
  run.waiting = null;
  // An offer that is not yet acknowledged is void with its epoch.
  state.pending = state.pending.filter((d) => d.type !== 'offer' && d.type !== 'wait' && d.type !== 'ask');
  emit(state, run, out, { type: 'halt', why, evidence });
  const hosts = failedHosts(state);
  if (hosts.length > 0) emit(state, run, out, { type: 'safe-mode', hosts });
  if (state.plan.onHalt === 'revert') {
    beginRevert(state, run);
    sendReverts(state, run, out);
  }
}

/** What the release does next. Called when time has passed or a person has spoken. */
export function advance(state: RolloutState, out: Decision[]): void {
  const { run, plan } = state;
  if (run === null) return;
  if (run.reverting) sendReverts(state, run, out);
  if (run.status !== 'moving') return;
  if (run.paused) return wait(state, run, out, 'paused', null);
  const outage = outageEnd(state);
  if (outage > 0) return wait(state, run, out, 'server-outage', outage);
  const freeze = plan.freeze.find((f) => f.from <= state.now && state.now < f.until);
  if (freeze !== undefined) return wait(state, run, out, 'frozen', freeze.until);
  if (run.pending > 0) return wait(state, run, out, 'batch', null);
  const lane = plan.lanes[run.lane];
  const loaded = dueAt(state, run.lastDelivery, lane.loadProof);
  if (run.n > 0 && state.now < loaded) return wait(state, run, out, 'load-proof', loaded);
  const targets = stageTargets(plan, state.derived.eligible);
  while (run.stage < targets.length - 1 && stageDone(state, run, targets, out)) {
    const before = targets[run.stage] as number;
    while (run.stage < targets.length - 1 && (targets[run.stage] as number) <= before) run.stage++;
    run.replacements = 0;
    run.hurried = false;
    run.shortSince = 0;
    run.waiting = null;
    emit(state, run, out, { type: 'promote', to: run.stage });
    // A stage that brings no new host has nothing to prove either, so the loop looks again.
    if (run.n < enough(targets[run.stage] as number)) break;
  }
  const last = run.stage >= targets.length - 1;
  if (last) {
    if (!run.complete && run.closed >= plan.complete * state.derived.seen && run.closed > 0) {
      run.complete = true;
      emit(state, run, out, { type: 'promote', to: 'complete' });
    }
    offer(state, run, out, Math.max(1, state.derived.eligible - run.n), true);
  } else if (run.n < enough((targets[run.stage] as number) + run.replacements) && !stageShort(state, run)) {
    offer(state, run, out, (targets[run.stage] as number) + run.replacements - run.n, false);
  }
}

/** Nobody is left to offer: the stage has waited long enough for hosts and has most of what it wants. */
function stageShort(state: RolloutState, run: Run): boolean {
  if (run.shortSince === 0 || state.now < run.shortSince + state.plan.hold) return false;
  const target = stageTargets(state.plan, state.derived.eligible)[run.stage] as number;
  return run.n >= state.plan.stageShare * target;
}

/** A stage is full at 99 %: a batch of its own for the few that did not take their offer would start the soak anew. */
function enough(target: number): number {
  return Math.ceil(target * 0.99);
}

/** Whether the stage has been exposed and has proved itself; says what it waits for otherwise. */
function stageDone(state: RolloutState, run: Run, targets: readonly number[], out: Decision[]): boolean {
  const { plan } = state;
  const target = (targets[run.stage] as number) + run.replacements;
  if (run.n < enough(target) && !stageShort(state, run)) return false;
  const { soak } = plan.lanes[run.lane];
  if (soak === 0 || run.hurried) return true;
  const soaked = dueAt(state, run.lastDelivery, soak) + plan.firstProof;
  if (state.now < soaked) {
    wait(state, run, out, 'soak', soaked);
    return false;
  }
  // Hosts that said goodbye or whose site is down are excused; silent ones are not, but one in a hundred may sleep.
  const overdue = run.open - run.excused;
  const most = run.closed >= plan.stageShare * run.n;
  if (overdue === 0 && most) return true;
  const heldUntil = dueAt(state, run.lastDelivery, soak + plan.hold);
  if (state.now < heldUntil) {
    if (most && overdue * 100 <= run.n) return true;
    wait(state, run, out, 'absent', heldUntil);
    return false;
  }
  if (most && overdue <= Math.max(1, run.n / 100)) return true;
  if (!most && run.closed * 2 >= run.n && run.n < (targets.at(-1) as number)) {
    // The absent are replaced: as many other hosts soak in their place. With less than half proved it waits instead.
    const missing = Math.ceil(plan.stageShare * run.n) - run.closed;
    run.replacements += Math.min(missing, (targets.at(-1) as number) - 1 - target);
    return false;
  }
  wait(state, run, out, 'absent', null);
  return false;
}

/** Exposures old enough that a fault which shows after hours would have shown. */
function settledCount(state: RolloutState, run: Run): number {
  let settled = run.closed;
  for (const mark of run.marks) {
    if (dueAt(state, mark.at, state.plan.waves.settle) <= state.now)
      settled = Math.max(settled, Math.min(mark.n, run.n));
  }
  return settled;
}

function noteMark(state: RolloutState, run: Run): void {
  const last = run.marks.at(-1);
  if (run.n === 0 || (last !== undefined && last.at === run.lastDelivery)) return;
  // Of the marks that have settled only the latest matters.
  const open = run.marks.filter((mark) => dueAt(state, mark.at, state.plan.waves.settle) > state.now);
  const settled = run.marks.slice(0, run.marks.length - open.length).at(-1);
  run.marks = [...(settled === undefined ? [] : [settled]), ...open, { at: run.lastDelivery, n: run.n }];
}

function offer(state: RolloutState, run: Run, out: Decision[], room: number, last: boolean): void {
  const { plan, derived } = state;
  if (state.now < run.lookAt) return wait(state, run, out, last ? 'stragglers' : 'hosts', null);
  noteMark(state, run);
  const unresolved = run.unresolved;
  const evidence = { n: run.n, S: run.S, unresolved, settled: settledCount(state, run) };
  const budgeted = { ...plan, budget: budgetFor(plan, derived.eligible) * (1 + run.approvals) };
  const pace = nextBatch(
    budgeted,
    evidence,
    Math.min(room, derived.eligible),
    derived.eligible,
    run.lane === 'emergency' || run.hurried,
  );
  if (pace.size <= 0) {
    if (pace.bound === 'budget') return ask(state, run, out);
    const late = pace.bound === 'late';
    return wait(
      state,
      run,
      out,
      late ? 'settle' : 'absent',
      late ? dueAt(state, run.lastDelivery, plan.waves.settle) : null,
    );
  }
  const picked = draw(state, run, pace.size, run.stage === 0, last);
  if (picked.length === 0) {
    if (run.shortSince === 0 && !last) run.shortSince = state.now;
    run.lookAt = state.now + plan.clock;
    if (derived.sweepNext) sweep(state);
    return wait(state, run, out, last ? 'stragglers' : 'hosts', null);
  }
  run.shortSince = picked.length < pace.size && !last ? run.shortSince || state.now : 0;
  for (const host of picked) expose(state, host);
  run.pending = picked.length;
  run.unresolved = unresolved + picked.length;
  run.lastDelivery = state.now;
  run.waiting = null;
  run.hurried = false;
  if (derived.sweepNext) sweep(state);
  emit(state, run, out, {
    type: 'offer',
    hosts: picked,
    expires: state.now + plan.absent,
    stage: run.stage,
    bound: pace.bound,
  });
}

/** From here on the host is one trial, whether the offer reaches it or not. */
function expose(state: RolloutState, host: number): void {
  const { hosts } = state;
  countAtSite(state, host, -1);
  hosts.flags[host] = (hosts.flags[host] as number) | PENDING | UNRESOLVED;
  hosts.since[host] = state.now;
  move(state, host, OFFERED);
  watchTrial(state, host);
}

function ask(state: RolloutState, run: Run, out: Decision[]): void {
  const { plan } = state;
  run.status = 'asking';
  run.waiting = null;
  const excess = knownExcess(run.n, run.S, plan.p0);
  emit(state, run, out, {
    type: 'ask',
    why: `${run.S} of ${run.n} failed, ${excess.toFixed(1)} more than the plan expects: going on could cost more than the budget of ${budgetFor(plan, state.derived.eligible)} failures`,
  });
}
