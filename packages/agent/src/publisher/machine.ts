/**
 * What a publisher runs, as a pure function: `step(state, event) → [state, actions]`. It decides which release
 * runs, when an engine is started, fed, replaced, quarantined or promoted; it reads no clock and does nothing
 * itself. Times are milliseconds of the agent's own clock (clock.ts), which does not count stalls.
 *
 * The life of an engine: spawn (loads its content) → ready (a warm spare) → activate (is fed: the main one) →
 * retire (drained, then stopped) or dead.
 */
import type { FailureCause } from './cause.ts';

/** SHA-256 of a release in the store, hexadecimal. */
export type ReleaseHash = string;

export interface MachineSettings {
  readonly windowMs: number;
  readonly failures: number;
  readonly failuresWithFallback: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly probationMs: number;
  readonly probationEvents: number;
  /** A spare is started so long after the main engine, so that its start costs the main one nothing. */
  readonly spareDelayMs: number;
}

export interface Failure {
  readonly at: number;
  readonly hash: ReleaseHash;
  readonly cause: FailureCause;
  /** Counts towards quarantine; every failure counts for the wait before the next start. */
  readonly held: boolean;
}

export interface Quarantined {
  readonly hash: ReleaseHash;
  readonly cause: FailureCause | 'administrator' | 'state-lost';
}

/** What must survive the agent. */
export interface Durable {
  readonly enabled: boolean;
  /** The release that the administrator's configuration names. */
  readonly offered: ReleaseHash | null;
  readonly lkg: ReleaseHash | null;
  readonly quarantined: readonly Quarantined[];
  /** Failures of the last window, oldest first. */
  readonly failures: readonly Failure[];
}

interface Engine {
  readonly id: number;
  readonly hash: ReleaseHash;
  /** Counts the settings that an engine was started with; an older one is replaced. */
  readonly generation: number;
}

export interface MachineState extends Durable {
  readonly nextId: number;
  readonly generation: number;
  /** The engine that is fed. */
  readonly main: (Engine & { readonly since: number; readonly events: number }) | null;
  /** The former main engine, finishing its last batches while the standby waits. */
  readonly draining: Engine | null;
  /** Starting or ready to take over. */
  readonly standby: (Engine & { readonly ready: boolean }) | null;
  /** No engine is fed before. */
  readonly feedAt: number;
  /** No engine is started before. */
  readonly spawnAt: number;
  /** Releases of which the store has no good copy; one that is offered again has been copied again. */
  readonly broken: readonly ReleaseHash[];
}

export type MachineEvent =
  | { readonly type: 'boot'; readonly now: number }
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'offer'; readonly hash: ReleaseHash | null; readonly now: number }
  | { readonly type: 'refresh'; readonly now: number }
  /** The state database was lost: a release is not trusted, unless it is the last known good one. */
  | { readonly type: 'distrust'; readonly hash: ReleaseHash; readonly now: number }
  | { readonly type: 'ready'; readonly id: number; readonly now: number }
  | { readonly type: 'acked'; readonly id: number; readonly events: number; readonly now: number }
  | { readonly type: 'drained'; readonly id: number; readonly now: number }
  | { readonly type: 'dead'; readonly id: number; readonly cause: FailureCause; readonly now: number }
  | { readonly type: 'disable' | 'enable' | 'revert'; readonly now: number }
  | { readonly type: 'unquarantine'; readonly hash?: ReleaseHash; readonly now: number };

export type MachineAction =
  | { readonly type: 'persist' }
  | { readonly type: 'spawn'; readonly id: number; readonly hash: ReleaseHash }
  | { readonly type: 'activate'; readonly id: number }
  | { readonly type: 'drain'; readonly id: number }
  | { readonly type: 'retire'; readonly id: number }
  | { readonly type: 'promoted'; readonly hash: ReleaseHash }
  | {
      readonly type: 'quarantined';
      readonly hash: ReleaseHash;
      readonly cause: Quarantined['cause'];
      readonly next: ReleaseHash | null;
    };

export type Step = readonly [MachineState, readonly MachineAction[]];

export const freshDurable: Durable = {
  enabled: true,
  offered: null,
  lkg: null,
  quarantined: [],
  failures: [],
};

/** The state of a publisher before its `boot`. */
export function initialState(durable: Durable): MachineState {
  return {
    ...durable,
    nextId: 1,
    generation: 0,
    main: null,
    draining: null,
    standby: null,
    feedAt: 0,
    spawnAt: 0,
    broken: [],
  };
}

/** Most quarantined releases that are remembered, newest last. */
const MAX_QUARANTINED = 32;

export function isQuarantined(state: Durable, hash: ReleaseHash): boolean {
  return state.quarantined.some((item) => item.hash === hash);
}

/** The release that should run: the offered one, else the last known good one, else none. */
export function wanted(state: Durable & Partial<Pick<MachineState, 'broken'>>): ReleaseHash | null {
  if (!state.enabled) return null;
  for (const hash of [state.offered, state.lkg])
    if (hash !== null && !isQuarantined(state, hash) && state.broken?.includes(hash) !== true) return hash;
  return null;
}

/** Why nothing runs, for the status; `null` while something should. */
export function whyStopped(state: MachineState): string | null {
  if (!state.enabled) return 'disabled by the administrator';
  if (wanted(state) !== null) return null;
  if (state.offered === null && state.lkg === null) return 'no release';
  if (state.broken.length > 0) return 'its release is damaged in the store';
  return 'every release it has is quarantined, and there is no last known good one';
}

/** Applies one event. */
export function step(state: MachineState, event: MachineEvent, settings: MachineSettings): Step {
  const [next, actions] = apply(state, event, settings);
  const [settled, more] = reconcile(next, event.now, settings);
  return [settled, [...actions, ...more]];
}

function apply(state: MachineState, event: MachineEvent, settings: MachineSettings): Step {
  switch (event.type) {
    case 'boot':
    case 'tick':
      return [state, []];
    case 'offer':
      if (event.hash === state.offered && state.broken.length === 0) return [state, []];
      return [
        {
          ...state,
          broken: state.broken.filter((hash) => hash !== event.hash),
          offered: event.hash,
          spawnAt: event.now,
          feedAt: event.now,
        },
        [{ type: 'persist' }],
      ];
    case 'refresh':
      return [{ ...state, generation: state.generation + 1 }, []];
    case 'distrust':
      if (event.hash === state.lkg || isQuarantined(state, event.hash)) return [state, []];
      return quarantine(state, event.hash, 'state-lost');
    case 'ready':
      if (state.standby?.id !== event.id) return [state, []];
      return [{ ...state, standby: { ...state.standby, ready: true } }, []];
    case 'acked':
      if (state.main?.id !== event.id) return [state, []];
      return [{ ...state, main: { ...state.main, events: state.main.events + event.events } }, []];
    case 'drained':
      if (state.draining?.id !== event.id) return [state, []];
      return [{ ...state, draining: null }, [{ type: 'retire', id: event.id }]];
    case 'dead':
      return dead(state, event.id, event.cause, event.now, settings);
    case 'disable':
      return [{ ...state, enabled: false }, state.enabled ? [{ type: 'persist' }] : []];
    case 'enable':
      return [
        { ...state, enabled: true, failures: [], spawnAt: event.now, feedAt: event.now },
        [{ type: 'persist' }],
      ];
    case 'revert': {
      const current = wanted(state);
      if (current === null || state.lkg === null || current === state.lkg || isQuarantined(state, state.lkg))
        return [state, []];
      return quarantine({ ...state, spawnAt: event.now, feedAt: event.now }, current, 'administrator');
    }
    case 'unquarantine': {
      const kept = state.quarantined.filter((item) => event.hash !== undefined && item.hash !== event.hash);
      if (kept.length === state.quarantined.length) return [state, []];
      const freed = { ...state, quarantined: kept, failures: [], spawnAt: event.now, feedAt: event.now };
      return [freed, [{ type: 'persist' }]];
    }
  }
}

function dead(
  state: MachineState,
  id: number,
  cause: FailureCause,
  now: number,
  settings: MachineSettings,
): Step {
  if (state.draining?.id === id) {
    // It was on its way out, and its successor is ready: what it left unfinished goes to that one.
    return [{ ...state, draining: null }, []];
  }
  const main = state.main?.id === id ? state.main : null;
  const standby = state.standby?.id === id ? state.standby : null;
  const lost = main ?? standby;
  if (lost === null) return [state, []];
  const gone: MachineState = {
    ...state,
    main: main === null ? state.main : null,
    standby: standby === null ? state.standby : null,
  };
  if (cause === 'damaged') {
    // Found when it was to be started; the fault is the store's, and another release may be whole.
    return [{ ...gone, broken: [...state.broken, lost.hash], spawnAt: now, feedAt: now }, []];
  }
  const recent = state.failures.filter((failure) => failure.at > now - settings.windowMs);
  // What the host or the policy refuses to start is tried again and again, and held against nobody; nor is a spare
  // that fails (for want of memory, say) held against a release that runs well meanwhile.
  const held = cause !== 'launch' && (main !== null || state.main?.hash !== lost.hash);
  const failures = [...recent, { at: now, hash: lost.hash, cause, held }];
  const own = failures.filter((failure) => failure.hash === lost.hash);
  const strikes = own.length;
  const fallback = state.lkg !== null && state.lkg !== lost.hash && !isQuarantined(state, state.lkg);
  const most = fallback ? settings.failuresWithFallback : settings.failures;
  if (own.filter((failure) => failure.held).length >= most) {
    // The release that follows has failed at nothing: it starts at once.
    return quarantine(
      { ...gone, failures: failures.filter((it) => it.hash !== lost.hash), feedAt: now, spawnAt: now },
      lost.hash,
      cause,
    );
  }
  const wait = backoff(strikes, settings);
  const next: MachineState = {
    ...gone,
    failures,
    feedAt: main === null ? gone.feedAt : now + wait,
    // A replacement for one that was fed is prepared during the wait. One that died while it started would
    // only die again, so starting itself waits.
    spawnAt: main === null ? now + Math.max(wait, settings.backoffMs) : gone.spawnAt,
  };
  return [next, [{ type: 'persist' }]];
}

/** Wait before feeding starts again after the nth failure in the window: none, 250 ms, 500 ms, … 30 s. */
export function backoff(
  strikes: number,
  settings: Pick<MachineSettings, 'backoffMs' | 'backoffMaxMs'>,
): number {
  if (strikes <= 1) return 0;
  return Math.min(settings.backoffMs * 2 ** Math.min(strikes - 2, 30), settings.backoffMaxMs);
}

function quarantine(state: MachineState, hash: ReleaseHash, cause: Quarantined['cause']): Step {
  const quarantined = [...state.quarantined, { hash, cause }].slice(-MAX_QUARANTINED);
  const next: MachineState = { ...state, quarantined };
  return [next, [{ type: 'persist' }, { type: 'quarantined', hash, cause, next: wanted(next) }]];
}

/** Brings what runs in line with what should run. */
function reconcile(state: MachineState, now: number, settings: MachineSettings): Step {
  const actions: MachineAction[] = [];
  const want = wanted(state);
  const { draining: wasDraining, feedAt } = state;
  let { main, standby, spawnAt, nextId } = state;
  let draining = wasDraining;

  if (want === null) {
    for (const engine of [main, draining, standby])
      if (engine !== null) actions.push({ type: 'retire', id: engine.id });
    return [{ ...state, main: null, draining: null, standby: null }, actions];
  }
  const current = (engine: Engine): boolean => engine.hash === want && engine.generation === state.generation;

  if (standby !== null && !current(standby)) {
    actions.push({ type: 'retire', id: standby.id });
    standby = null;
    spawnAt = Math.min(spawnAt, now);
  }
  // A quarantined release is not fed a moment longer, even while its successor still starts.
  if (main !== null && isQuarantined(state, main.hash)) {
    actions.push({ type: 'retire', id: main.id });
    main = null;
  }
  const spareIsDue = main === null || !current(main) || now >= main.since + settings.spareDelayMs;
  if (standby === null && spareIsDue && now >= spawnAt) {
    standby = { id: nextId++, hash: want, generation: state.generation, ready: false };
    actions.push({ type: 'spawn', id: standby.id, hash: want });
  }
  if (standby?.ready === true && draining === null && now >= feedAt) {
    if (main === null) {
      const { ready: _, ...engine } = standby;
      main = { ...engine, since: now, events: 0 };
      actions.push({ type: 'activate', id: main.id });
      standby = null;
    } else if (!current(main)) {
      draining = main;
      main = null;
      actions.push({ type: 'drain', id: draining.id });
    }
  }
  const settled: MachineState = { ...state, main, draining, standby, spawnAt, nextId };
  return promote(settled, actions, now, settings);
}

/** Probation: so long and so many events without a failure, and the release is the last known good one. */
function promote(
  state: MachineState,
  actions: MachineAction[],
  now: number,
  settings: MachineSettings,
): Step {
  const { main } = state;
  if (main === null || main.hash === state.lkg) return [state, actions];
  if (now - main.since < settings.probationMs || main.events < settings.probationEvents)
    return [state, actions];
  return [
    { ...state, lkg: main.hash },
    [...actions, { type: 'persist' }, { type: 'promoted', hash: main.hash }],
  ];
}
