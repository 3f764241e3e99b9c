/**
 * Judges one engine's health from what the agent counts: a pure function over events, so that every deadline is
 * tested without waiting for it. Times are milliseconds of the agent's watch clock, which stands still while the
 * agent itself does not run.
 *
 * Time in which the engine was ready to run and got no CPU is not charged to it: the kernel counts it per thread
 * (schedstat and stat of each task in procfs). Time throttled by the engine's own CPU limit is charged. An engine could
 * inflate that with threads, so no more than nine tenths of any wait are forgiven.
 */

import type { Verdict } from './cause.ts';

export interface WatchLimits {
  readonly batchDeadlineMs: number;
  readonly heartbeatDeadlineMs: number;
  readonly startDeadlineMs: number;
  readonly memoryBytes: number;
  readonly cpuPercent: number;
  readonly cpuOverBudgetMs: number;
}

/** What the scheduler did with an engine's threads. */
export interface Scheduled {
  readonly ranSeconds: number;
  /** Runnable without a CPU, throttling by its own limit included. The kernel adds to it when a thread runs again, not before. */
  readonly delaySeconds: number;
  /** A thread was runnable, or ran, at the time of the look. */
  readonly runnable: boolean;
}

/** One look at an engine's resources; counters grow over its life. */
export interface Sample {
  readonly at: number;
  readonly cpuSeconds: number;
  /** From the kernel's scheduler, over all threads; null when it was not read. */
  readonly scheduler: Scheduled | null;
  readonly throttledSeconds: number;
  readonly memoryBytes: number;
  /** Events that it has acknowledged. */
  readonly events: number;
}

export type WatchEvent =
  | { readonly type: 'ready'; readonly now: number }
  | { readonly type: 'sent'; readonly now: number }
  | { readonly type: 'acked'; readonly left: number; readonly now: number }
  | { readonly type: 'pinged'; readonly now: number }
  | { readonly type: 'ponged'; readonly now: number }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'tick'; readonly now: number };

interface Wait {
  readonly since: number;
  /** Forgiven time at its beginning. */
  readonly starvedMs: number;
  /** The first sample since: what was used before it began is not held against it. */
  readonly base: Sample | null;
}

export interface WatchState {
  readonly ready: boolean;
  readonly start: Wait | null;
  readonly batch: Wait | null;
  readonly ping: Wait | null;
  readonly last: Sample | null;
  /** Milliseconds in all in which it was runnable and had no CPU through no fault of its own. */
  readonly starvedMs: number;
  /** Since when it has been at its CPU limit without progress, or null. */
  readonly spinning: { readonly since: number; readonly sample: Sample } | null;
}

/** What takes longer than this is looked at closely. */
const SLOW_MS = 200;
/** At most this part of a wait is forgiven. */
const MOST_FORGIVEN = 0.9;
/** An engine at its limit that does fewer events per CPU second than this spins; ours does over 100,000. */
const SLOWEST_EVENTS_PER_CPU_SECOND = 2_000;
/** Part of its memory limit; an engine that took so much while it was late is said to have grown. */
const GROWTH = 0.25;
/** Part of the CPU that it could have had above which a late engine was busy, not waiting; others compete for the rest. */
const BUSY = 0.25;
/** So near to the limit counts as at the limit: quota periods and samples do not line up. */
const AT_LIMIT = 0.8;

export function startWatch(now: number): WatchState {
  const start: Wait = { since: now, starvedMs: 0, base: null };
  return { ready: false, start, batch: null, ping: null, last: null, starvedMs: 0, spinning: null };
}

/** Applies one event. A verdict means: end this engine. */
export function watch(
  state: WatchState,
  event: WatchEvent,
  limits: WatchLimits,
): readonly [WatchState, Verdict | null] {
  switch (event.type) {
    case 'ready':
      return [{ ...state, ready: true, start: null }, null];
    case 'sent':
      return [state.batch === null ? { ...state, batch: begin(state, event.now) } : state, null];
    case 'acked':
      return [{ ...state, batch: event.left === 0 ? null : begin(state, event.now) }, null];
    case 'pinged':
      return [state.ping === null ? { ...state, ping: begin(state, event.now) } : state, null];
    case 'ponged':
      return [{ ...state, ping: null }, null];
    case 'sample':
      return takeSample(state, event.sample, limits);
    case 'tick':
      return [state, overdue(state, event.now, limits)];
  }
}

/** When the first deadline passes by the wall, with nothing forgiven; never (infinity) while nothing is owed. */
export function earliestVerdict(state: WatchState, limits: WatchLimits): number {
  const due = (wait: Wait | null, deadline: number): number =>
    wait === null ? Number.POSITIVE_INFINITY : wait.since + deadline;
  return Math.min(
    due(state.start, limits.startDeadlineMs),
    due(state.batch, limits.batchDeadlineMs),
    due(state.ping, limits.heartbeatDeadlineMs),
  );
}

/** True when a deadline has passed by the wall: take a fresh sample before the tick that judges it. */
export function nearVerdict(state: WatchState, now: number, limits: WatchLimits): boolean {
  return now >= earliestVerdict(state, limits);
}

/** True when something has taken long and the last sample is none to compare a later one with: take one now. */
export function wantsSample(state: WatchState, now: number): boolean {
  const blind = state.last === null || state.last.scheduler === null;
  return isSlow(state, now) && (blind || state.batch?.base === null || state.ping?.base === null);
}

/** True when something has taken long: samples then look at the run queue too. */
export function isSlow(state: WatchState, now: number): boolean {
  return [state.start, state.batch, state.ping].some((wait) => wait !== null && now - wait.since >= SLOW_MS);
}

function begin(state: WatchState, now: number): Wait {
  return { since: now, starvedMs: state.starvedMs, base: null };
}

/** A wait that began before the sample, with the sample as its base if it has none. */
function based(wait: Wait | null, sample: Sample): Wait | null {
  return wait === null || wait.base !== null || sample.at < wait.since ? wait : { ...wait, base: sample };
}

function takeSample(
  state: WatchState,
  sample: Sample,
  limits: WatchLimits,
): readonly [WatchState, Verdict | null] {
  const { last } = state;
  const starvedMs = state.starvedMs + (last === null ? 0 : starved(last, sample));
  const next: WatchState = {
    ...state,
    batch: based(state.batch, sample),
    ping: based(state.ping, sample),
    last: sample,
    starvedMs,
    spinning: spin(state, sample, limits),
  };
  if (sample.memoryBytes > limits.memoryBytes) {
    return [
      next,
      {
        cause: 'memory',
        detail: `uses ${sample.memoryBytes} bytes of memory, its limit is ${limits.memoryBytes}`,
      },
    ];
  }
  const { spinning } = next;
  if (spinning !== null && sample.at - spinning.since >= limits.cpuOverBudgetMs) {
    const seconds = sample.cpuSeconds - spinning.sample.cpuSeconds;
    const events = sample.events - spinning.sample.events;
    return [
      next,
      {
        cause: 'cpu',
        detail: `${seconds.toFixed(1)} s of CPU for ${events} events, at its limit of ${limits.cpuPercent} %`,
      },
    ];
  }
  return [next, null];
}

/** The stretch at the CPU limit without progress that this sample continues, begins or ends. */
function spin(state: WatchState, sample: Sample, limits: WatchLimits): WatchState['spinning'] {
  const { last, spinning } = state;
  // Loading content may take all the CPU it gets; its own deadline bounds it.
  if (last === null || !state.ready || sample.at <= last.at) return spinning;
  const used = (sample.cpuSeconds - last.cpuSeconds) * 1000;
  const allowed = ((sample.at - last.at) * limits.cpuPercent) / 100;
  const from = spinning?.sample ?? last;
  const cpu = sample.cpuSeconds - from.cpuSeconds;
  const slow = sample.events - from.events < cpu * SLOWEST_EVENTS_PER_CPU_SECOND;
  // One thread cannot use more than one core, whatever the limit.
  const atLimit = used >= Math.min(allowed, sample.at - last.at) * AT_LIMIT;
  if (!atLimit || !slow) return null;
  return spinning ?? { since: last.at, sample: last };
}

/** Milliseconds between two samples in which it was runnable and had no CPU through no fault of its own. */
function starved(last: Sample, sample: Sample): number {
  const [before, now] = [last.scheduler, sample.scheduler];
  if (before === null || now === null) return 0;
  const passed = Math.max(0, sample.at - last.at);
  const delay = (now.delaySeconds - before.delaySeconds) * 1000;
  // The delay of a thread that has not run since is not counted yet: runnable at both looks, it wanted to run all the while.
  const unmet = before.runnable && now.runnable ? passed - (now.ranSeconds - before.ranSeconds) * 1000 : 0;
  const throttled = (sample.throttledSeconds - last.throttledSeconds) * 1000;
  return Math.min(Math.max(0, Math.max(delay, unmet) - throttled), passed);
}

function overdue(state: WatchState, now: number, limits: WatchLimits): Verdict | null {
  const charged = (wait: Wait): number => {
    const waited = now - wait.since;
    return waited - Math.min(state.starvedMs - wait.starvedMs, waited * MOST_FORGIVEN);
  };
  const { start, batch, ping, last } = state;
  if (start !== null && charged(start) >= limits.startDeadlineMs) {
    return { cause: 'start', detail: `was not ready ${limits.startDeadlineMs} ms after its start` };
  }
  const late: readonly [Wait, number, string][] = [
    ...(batch === null
      ? []
      : [[batch, limits.batchDeadlineMs, 'has not acknowledged a batch within'] as const]),
    ...(ping === null ? [] : [[ping, limits.heartbeatDeadlineMs, 'has not answered a ping within'] as const]),
  ].map(([wait, deadline, text]) => [wait, deadline, text]);
  for (const [wait, deadline, text] of late) {
    if (charged(wait) < deadline) continue;
    const detail = `${text} ${deadline} ms`;
    return whatItDid(wait, last, limits, charged(wait) / (now - wait.since), detail);
  }
  return null;
}

/**
 * What an engine that is late was doing, from the samples of its wait: growing, computing, or waiting for something
 * that does not come, which takes neither memory nor CPU.
 * @param share part of the time in which it could run
 */
function whatItDid(
  wait: Wait,
  last: Sample | null,
  limits: WatchLimits,
  share: number,
  detail: string,
): Verdict {
  const { base } = wait;
  if (base === null || last === null) return { cause: 'hang', detail };
  const grown = last.memoryBytes - base.memoryBytes;
  if (grown >= limits.memoryBytes * GROWTH)
    return { cause: 'memory', detail: `${detail}, and took ${grown} bytes of memory` };
  const used = (last.cpuSeconds - base.cpuSeconds) * 1000;
  const could = Math.min(limits.cpuPercent / 100, 1) * (last.at - base.at) * share;
  if (used > 0 && used >= could * BUSY)
    return { cause: 'cpu', detail: `${detail}, and used ${Math.round(used)} ms of CPU` };
  return { cause: 'hang', detail };
}
