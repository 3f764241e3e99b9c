/** One publisher: performs what the state machine decides, feeds the engine, and counts. */
import type { Finding, HashTarget, Hello } from '@ringfence/compartment/protocol';
import { classId, EventError, type ProjectedBatch, projectBatch } from '@ringfence/events';
import { messageOf } from '../errors.ts';
import type { ReleaseStore, StoredRelease } from '../store/release-store.ts';
import type { StateStore } from '../store/state-store.ts';
import { type Batch, BatchWindow } from './batch-window.ts';
import type { Chunk, Wanted } from './cut.ts';
import type { EngineSpec, StartEngine } from './engine-process.ts';
import type { EvidenceStore } from './evidence.ts';
import { Instance, type InstanceEnd } from './instance.ts';
import { Lags } from './lags.ts';
import {
  type Durable,
  initialState,
  type MachineAction,
  type MachineEvent,
  type MachineSettings,
  type MachineState,
  step,
  wanted,
  whyStopped,
} from './machine.ts';
import { EventQueue } from './queue.ts';
import type { PublisherStatus, RestartStatus } from './status.ts';
import type { WatchLimits } from './watch.ts';

export interface PublisherLimits extends WatchLimits {
  readonly findingsPerSecond: number;
  readonly queueBytes: number;
  readonly queueEvents: number;
  readonly pids: number;
  readonly files: number;
}

/** What a publisher needs of the agent. */
export interface PublisherContext {
  readonly store: StateStore;
  readonly releases: ReleaseStore;
  readonly evidence: EvidenceStore;
  readonly startEngine: StartEngine;
  readonly compileCache: () => string | undefined;
  /** The program that runs a release, when it is not the engine of Ringfence. */
  readonly engineOf: (release: StoredRelease) => EngineSpec['engine'];
  readonly machine: () => MachineSettings;
  /** Milliseconds of the agent's watch clock. */
  readonly now: () => number;
  readonly hello: (
    publisher: string,
    release: StoredRelease,
    releaseDir: string,
    limits: PublisherLimits,
  ) => Hello;
  readonly snapshot: () => Promise<readonly Uint8Array[]>;
  readonly hash: (record: Uint8Array, target: HashTarget) => Promise<string | null>;
  readonly finding: (
    publisher: Publisher,
    release: StoredRelease,
    record: Uint8Array,
    finding: Finding,
  ) => void;
  /** The classes that this publisher wants have changed. */
  readonly subscriptionChanged: () => void;
  readonly notice: (text: string) => void;
}

/** A publisher's identity and what may change when the configuration is read again. */
export interface PublisherSettings {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly source: string;
  readonly limits: PublisherLimits;
  readonly requireLayers: readonly string[];
}

type Restart = { -readonly [K in keyof RestartStatus]: RestartStatus[K] };

const MAX_RESTARTS = 20;

interface Running {
  readonly instance: Instance;
  readonly release: StoredRelease;
  engine: string;
  rules: { readonly loaded: number; readonly skipped: number; readonly unfed: number };
  skipped: PublisherStatus['skippedRules'];
  unfed: PublisherStatus['unfedRules'];
}

export class Publisher {
  readonly #context: PublisherContext;
  #settings: PublisherSettings;
  #machine: MachineState;
  #queue: EventQueue;
  readonly #window: BatchWindow = new BatchWindow();
  readonly #running: Map<number, Running> = new Map();
  /** The engine that has, or had last, the batches in flight: the machine's main or draining one. */
  #fed: Running | undefined;
  /** What is put into the queue: the subscription of the engine that is, or was last, fed. */
  #wanted: Wanted | undefined;
  readonly #pending: MachineEvent[] = [];
  #dispatching = false;
  #stopped = false;
  /** Called when an engine is gone. */
  readonly #waiting: Map<number, () => void> = new Map();
  readonly #restarts: Restart[] = [];
  /** When the last failure was known, by the monotonic clock, until content is fed again. */
  #failedAt: number | null = null;
  #restartCount = 0;
  #delivered = 0;
  #acked = 0;
  #findings = 0;
  #setAside = 0;
  readonly #lags: Lags = new Lags();
  #lastBatch: bigint | null = null;
  #fedSince: number | null = null;
  #log: { readonly at: string; readonly level: string; readonly message: string }[] = [];

  constructor(settings: PublisherSettings, durable: Durable, context: PublisherContext) {
    this.#settings = settings;
    this.#context = context;
    this.#queue = new EventQueue(settings.limits.queueBytes, settings.limits.queueEvents);
    const wall = Date.now();
    const failures = durable.failures.map((failure) => ({
      ...failure,
      // Ages are what counts, and a clock that was set back must not make them negative.
      at: context.now() - Math.max(0, wall - failure.at),
    }));
    this.#machine = initialState({ ...durable, failures });
  }

  get name(): string {
    return this.#settings.name;
  }
  get uid(): number {
    return this.#settings.uid;
  }
  get source(): string {
    return this.#settings.source;
  }
  /** Names of the classes that its engine wants. */
  get classes(): readonly string[] {
    return this.#wanted?.classNames ?? [];
  }
  /** Releases that it may still need. */
  get releases(): readonly string[] {
    const { offered, lkg, main, standby, draining } = this.#machine;
    return [offered, lkg, main?.hash, standby?.hash, draining?.hash].filter(
      (hash) => typeof hash === 'string',
    );
  }

  /** Applies one event of the world to the state machine and does what it says. */
  dispatch(event: MachineEvent): void {
    this.#pending.push(event);
    if (this.#dispatching) return;
    this.#dispatching = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        const [state, actions] = step(this.#machine, next, this.#context.machine());
        this.#machine = state;
        for (const action of actions) this.#perform(action);
      }
    } finally {
      this.#dispatching = false;
    }
    if (this.#wanted !== undefined && wanted(this.#machine) === null) this.#standStill();
  }

  /** New limits or folder: engines that run are replaced, without a gap. */
  reconfigure(settings: PublisherSettings): void {
    const changed =
      JSON.stringify({ ...settings, source: '' }) !== JSON.stringify({ ...this.#settings, source: '' });
    this.#settings = settings;
    this.#queue.resize(settings.limits.queueBytes, settings.limits.queueEvents);
    if (changed) this.dispatch({ type: 'refresh', now: this.#context.now() });
  }

  /** Takes the events of a chunk that it wants. */
  take(chunk: Chunk): void {
    if (this.#wanted === undefined) return;
    const cut = chunk.cut(this.#wanted);
    if (cut.count === 0) return;
    if (this.#queue.push({ cut, at: chunk.at })) cut.retain();
    this.#pump();
  }

  /** Regular look at everything that has a deadline. */
  tick(now: number): void {
    for (const { instance } of this.#running.values()) instance.tick();
    this.dispatch({ type: 'tick', now });
  }

  /** The next time at which something of it may be due, as far as it is known: infinity while nobody owes anything. */
  dueAt(now: number): number {
    const { spawnAt, feedAt } = this.#machine;
    const starts = this.#fed === undefined ? [spawnAt, feedAt].filter((at) => at > now) : [];
    return Math.min(...starts, ...[...this.#running.values()].map(({ instance }) => instance.dueAt));
  }

  /** Stops its engines; the promise settles when they are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const all = [...this.#running.values()].map(({ instance }) => instance);
    for (const instance of all) instance.stop();
    await Promise.all(all.map((instance) => this.#goneOf(instance.id)));
  }

  #goneOf(id: number): Promise<void> {
    if (!this.#running.has(id)) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(id, resolve);
    return promise;
  }

  #perform(action: MachineAction): void {
    if (this.#stopped) return;
    switch (action.type) {
      case 'persist':
        return this.#persist();
      case 'spawn':
        return this.#spawn(action.id, action.hash);
      case 'activate':
        void this.#activate(action.id);
        return;
      case 'drain':
        if (this.#window.inFlight.length === 0)
          this.dispatch({ type: 'drained', id: action.id, now: this.#context.now() });
        return;
      case 'retire':
        return this.#retire(action.id);
      case 'promoted': {
        const { release } = this.#context.releases.get(action.hash) ?? {};
        this.#context.notice(
          `${this.name}: ${release?.name} ${release?.version} passed its probation and is now the last known good release`,
        );
        this.#context.store.dropEngineState(this.name, action.hash, true);
        return;
      }
      case 'quarantined': {
        const next = action.next === null ? undefined : this.#context.releases.get(action.next)?.release;
        const then =
          next === undefined
            ? 'there is no last known good release, so this publisher stops'
            : `${next.name} ${next.version} runs in its place`;
        this.#context.notice(
          `${this.name}: release ${action.hash.slice(0, 12)} is quarantined (${action.cause}); ${then}`,
        );
        return;
      }
    }
  }

  #persist(): void {
    const { enabled, offered, lkg, quarantined, failures } = this.#machine;
    const wall = Date.now() - this.#context.now();
    const { name, uid, source } = this.#settings;
    const durable = {
      enabled,
      offered,
      lkg,
      quarantined,
      failures: failures.map((it) => ({ ...it, at: Math.round(it.at + wall) })),
    };
    this.#context.store.save({ name, uid, source, durable });
  }

  /** Nothing runs and nothing will: what waits is lost, and counted. */
  #standStill(): void {
    for (const batch of this.#window.drop()) this.#queue.lost.add(batch.cut.byClass());
    this.#queue.drop();
    this.#wanted = undefined;
    this.#fed = undefined;
    this.#fedSince = null;
    this.#context.subscriptionChanged();
  }

  #spawn(id: number, hash: string): void {
    const stored = this.#context.releases.get(hash);
    if (stored === null) {
      this.#context.notice(`${this.name}: release ${hash.slice(0, 12)} is damaged or gone from the store`);
      this.dispatch({ type: 'dead', id, cause: 'damaged', now: this.#context.now() });
      return;
    }
    const { uid, gid, limits, requireLayers } = this.#settings;
    const spec: EngineSpec = {
      publisher: this.name,
      uid,
      gid,
      releaseDir: stored.release.dir,
      engine: this.#context.engineOf(stored),
      limits,
      requireLayers,
      compileCache: this.#context.compileCache(),
    };
    const options = {
      id,
      hello: (releaseDir: string) => this.#context.hello(this.name, stored, releaseDir, limits),
      limits,
      now: this.#context.now,
    };
    const instance = new Instance(this.#context.startEngine(spec), options, {
      ready: (ready, wants) => {
        const running = this.#running.get(id);
        if (running === undefined) return;
        running.engine = `${ready.engine} ${ready.version}`;
        const { loaded, skipped, unfed } = ready.rules;
        running.rules = { loaded, skipped: skipped.length, unfed: unfed.length };
        running.skipped = skipped.slice(0, 100);
        running.unfed = unfed.slice(0, 1000);
        // Until something is fed the queue begins with what the first engine asks for.
        this.#wanted ??= wants;
        this.#context.subscriptionChanged();
        this.dispatch({ type: 'ready', id, now: this.#context.now() });
      },
      acked: (batch) => this.#acknowledged(id, batch),
      finding: (batch, index, finding) => this.#found(id, batch, index, finding),
      hash: (request, target, batch, index) => void this.#hashed(id, request, target, batch, index),
      state: (state) => this.#context.store.saveEngineState(this.name, hash, state),
      log: (level, message) => {
        this.#log.push({ at: new Date().toISOString(), level, message });
        if (this.#log.length > 50) this.#log.shift();
      },
      dead: (end) => this.#dead(id, end),
    });
    const none = { loaded: 0, skipped: 0, unfed: 0 };
    this.#running.set(id, { instance, release: stored, engine: '', rules: none, skipped: [], unfed: [] });
  }

  async #activate(id: number): Promise<void> {
    const running = this.#running.get(id);
    const wants = running?.instance.wanted;
    if (running === undefined || wants === undefined) return;
    this.#fed = running;
    this.#wanted = wants;
    this.#context.subscriptionChanged();
    const snapshot = wants.whole.has(PROCESS_START) ? await this.#snapshot(wants) : [];
    if (this.#fed !== running) return;
    const state = this.#context.store.engineState(this.name, running.release.hash);
    running.instance.start(state, snapshot);
    this.#fedSince = this.#context.now();
    const last = this.#restarts.at(-1);
    if (this.#failedAt !== null && last !== undefined) last.recoverMs = performance.now() - this.#failedAt;
    this.#failedAt = null;
    this.#pump();
  }

  async #snapshot(wants: Wanted): Promise<Uint8Array[]> {
    try {
      const parts = await this.#context.snapshot();
      return parts
        .map((part) => projectBatch(part, wants.subscription).bytes)
        .filter((part) => part.length > 0);
    } catch (error) {
      this.#context.notice(`${this.name}: starts without the running processes: ${messageOf(error)}`);
      return [];
    }
  }

  #retire(id: number): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    if (this.#fed === running) {
      this.#window.returned();
      this.#fed = undefined;
    }
    running.instance.stop();
  }

  /** Sends what the window has room for. */
  #pump(): void {
    const fed = this.#fed;
    if (fed === undefined || this.#machine.main?.id !== fed.instance.id || !fed.instance.started) return;
    const wants = fed.instance.wanted;
    fed.instance.lookForEnd();
    while (wants !== undefined && fed.instance.windowOpen) {
      const batch = this.#window.next(() => this.#queue.shift());
      if (batch === undefined) return;
      const projected = this.#project(batch, wants);
      if (projected === undefined) continue;
      const { bytes, count } = projected;
      this.#lastBatch = batch.id;
      this.#delivered += count;
      const { cut } = batch;
      cut.retain();
      fed.instance.send(batch.id, count, bytes, () => cut.release());
    }
  }

  /** What the engine may see of a batch; a batch whose records are damaged reaches nobody, and is counted. */
  #project(batch: Batch, wants: Wanted): ProjectedBatch | undefined {
    try {
      return batch.cut.project(wants);
    } catch (error) {
      if (!(error instanceof EventError)) throw error;
      this.#window.acknowledge(batch.id);
      this.#queue.lost.add(batch.cut.byClass());
      this.#context.notice(`${this.name}: a damaged batch of the sensor is dropped: ${error.message}`);
      return undefined;
    }
  }

  #acknowledged(id: number, batchId: bigint): void {
    if (this.#fed?.instance.id !== id) return;
    const batch = this.#window.acknowledge(batchId);
    if (batch === undefined) return;
    const now = this.#context.now();
    batch.cut.release();
    this.#acked += batch.cut.count;
    this.#fed.instance.countAcked(batch.cut.count);
    this.#lags.add(now - batch.at);
    this.dispatch({ type: 'acked', id, events: batch.cut.count, now });
    if (this.#machine.draining?.id === id && this.#window.inFlight.length === 0)
      this.dispatch({ type: 'drained', id, now });
    this.#pump();
  }

  /** The agent's own copy of the record that an engine means. */
  #record(id: number, batchId: bigint, index: number): Uint8Array | undefined {
    const fed = this.#fed;
    if (fed?.instance.id !== id) return undefined;
    const batch = this.#window.find(batchId);
    const wants = fed.instance.wanted;
    return batch === undefined || wants === undefined ? undefined : batch.cut.record(wants, index);
  }

  #found(id: number, batchId: bigint, index: number, finding: Finding): void {
    const record = this.#record(id, batchId, index);
    if (record === undefined || this.#fed === undefined) return;
    this.#findings++;
    this.#context.finding(this, this.#fed.release, record, finding);
  }

  async #hashed(
    id: number,
    request: number,
    target: HashTarget,
    batchId: bigint,
    index: number,
  ): Promise<void> {
    const record = this.#record(id, batchId, index);
    const running = this.#running.get(id);
    if (running === undefined) return;
    let sha256: string | null = null;
    try {
      if (record !== undefined) sha256 = await this.#context.hash(record, target);
    } catch {
      // Told as below: an engine learns no more than that there is no hash.
    }
    running.instance.sendHash(
      sha256 === null ? { request, sha256, error: 'the file cannot be read' } : { request, sha256 },
    );
  }

  #dead(id: number, end: InstanceEnd): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    const inFlight = this.#fed === running ? [...this.#window.inFlight] : [];
    let killer: Batch | undefined;
    if (this.#fed === running) {
      this.#fed = undefined;
      this.#fedSince = null;
      if (end.expected) this.#window.returned();
      else killer = this.#window.died();
    }
    this.#waiting.get(id)?.();
    const failed = !end.expected && !this.#stopped;
    const restart = failed ? this.#countRestart(running.release, end) : undefined;
    // The successor first. One that was retired is no longer known to the machine, which then ignores this.
    this.dispatch({ type: 'dead', id, cause: end.cause, now: this.#context.now() });
    if (killer !== undefined) this.#putAside(killer);
    if (restart !== undefined) restart.evidence = this.#keepEvidence(running, end, inFlight, restart.at);
  }

  /** A batch that killed two engines is not fed to a third. */
  #putAside(batch: Batch): void {
    this.#setAside += batch.cut.count;
    this.#queue.lost.add(batch.cut.byClass());
    const kept = this.#context.evidence.keepBatch(this.name, batch.id, batch.cut.bytes);
    const where = kept === null ? '' : `: ${kept}`;
    this.#context.notice(
      `${this.name}: batch ${batch.id} of ${batch.cut.count} events killed two engines and is set aside${where}`,
    );
  }

  #countRestart({ release: { name, version } }: StoredRelease, end: InstanceEnd): Restart {
    const { cause, detail, detectMs } = end;
    const release = `${name} ${version}`;
    const at = new Date().toISOString();
    const restart: Restart = { at, cause, detail, release, detectMs, recoverMs: null, evidence: null };
    this.#failedAt = performance.now();
    this.#restartCount++;
    this.#restarts.push(restart);
    if (this.#restarts.length > MAX_RESTARTS) this.#restarts.shift();
    this.#context.notice(`${this.name}: the engine of ${release} ended (${cause}): ${detail}`);
    return restart;
  }

  #keepEvidence(running: Running, end: InstanceEnd, inFlight: readonly Batch[], at: string): string | null {
    const { instance, release } = running;
    const { name, version } = release.release;
    const { memoryBytes, cpuPercent } = this.#settings.limits;
    return this.#context.evidence.keep({
      publisher: this.name,
      release: { name, version, hash: release.hash },
      at,
      cause: end.cause,
      detail: end.detail,
      pid: instance.pid,
      exit: { code: end.exit.code, signal: end.exit.signal },
      detectMs: end.detectMs,
      lastBatch: this.#lastBatch === null ? null : String(this.#lastBatch),
      unacknowledged: inFlight.map((batch) => ({
        id: String(batch.id),
        events: batch.cut.count,
        deaths: batch.deaths + 1,
      })),
      resources: end.samples,
      limits: { memoryBytes, cpuPercent },
      layers: instance.layers.map(({ layer, applied }) => ({ layer, applied })),
      stderr: end.stderr,
    });
  }

  status(): PublisherStatus {
    const { main, draining, standby, lkg, offered, quarantined, enabled } = this.#machine;
    const fed = this.#fed;
    const now = this.#context.now();
    const describe = (hash: string | null): PublisherStatus['release'] => {
      const stored = hash === null ? null : this.#context.releases.get(hash);
      return stored === null
        ? null
        : { name: stored.release.name, version: stored.release.version, hash: stored.hash };
    };
    const stopped = whyStopped(this.#machine);
    const current = wanted(this.#machine);
    const state =
      stopped !== null
        ? enabled
          ? 'stopped'
          : 'disabled'
        : this.#fedSince !== null
          ? 'running'
          : now < this.#machine.feedAt || now < this.#machine.spawnAt
            ? 'backoff'
            : 'starting';
    const oldest = this.#window.oldest ?? this.#queue.oldest;
    const layers = (fed ?? this.#running.values().next().value)?.instance.layers ?? [];
    return {
      name: this.name,
      uid: this.#settings.uid,
      source: this.#settings.source,
      state,
      reason: stopped ?? (state === 'backoff' ? (this.#restarts.at(-1)?.detail ?? null) : null),
      release: describe(main?.hash ?? draining?.hash ?? current),
      offered: describe(offered),
      lastKnownGood: describe(lkg),
      probation:
        main !== null && main.hash !== lkg ? { ms: Math.round(now - main.since), events: main.events } : null,
      quarantined: quarantined.map(({ hash, cause }) => ({ hash, cause })),
      engine: fed?.engine ?? '',
      pid: fed?.instance.pid ?? null,
      uptimeMs: this.#fedSince === null ? 0 : Math.round(now - this.#fedSince),
      spare: standby === null ? 'none' : standby.ready ? 'ready' : 'starting',
      rules: fed?.rules ?? { loaded: 0, skipped: 0, unfed: 0 },
      skippedRules: fed?.skipped ?? [],
      unfedRules: fed?.unfed ?? [],
      restarts: { count: this.#restartCount, last: this.#restarts },
      queue: {
        events: this.#queue.events,
        bytes: this.#queue.bytes,
        maxEvents: this.#queue.maxEvents,
        maxBytes: this.#queue.maxBytes,
        inFlight: this.#window.inFlight.length,
      },
      lag: {
        nowMs: oldest === undefined ? 0 : Math.max(0, Math.round(now - oldest)),
        ...this.#lags.summary(),
      },
      classes: this.classes,
      events: { delivered: this.#delivered, acknowledged: this.#acked, setAside: this.#setAside },
      lost: { total: this.#queue.lost.total, classes: this.#queue.lost.named() },
      findings: this.#findings,
      cpuPercent: Math.round((fed?.instance.cpuPercent ?? 0) * 10) / 10,
      cpuSeconds: fed?.instance.usage.cpuSeconds ?? 0,
      memoryBytes: fed?.instance.usage.memoryBytes ?? 0,
      layers: layers.map(({ layer, applied, reason, stops }) => ({
        layer,
        applied,
        reason: reason ?? null,
        stops,
      })),
      log: this.#log,
    };
  }
}

const PROCESS_START = classId('process_start');
