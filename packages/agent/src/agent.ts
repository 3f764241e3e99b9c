/** The supervisor: starts the sensor and the publishers, moves events to engines and findings to the disk. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fillCompileCache, removeStaleCgroups } from '@ringfence/compartment';
import type { HashTarget, Hello } from '@ringfence/compartment/protocol';
import { Bound, PROTOCOL_VERSION } from '@ringfence/compartment/protocol';
import { eventClasses, SCHEMA_VERSION } from '@ringfence/events';
import { startSensor } from '@ringfence/sensor';
import { WatchClock } from './clock.ts';
import { expectedTier, machineSettings, publisherSettings } from './config/derived.ts';
import { type Config, loadConfig } from './config/load.ts';
import { privateDirectory } from './config/places.ts';
import { EventStream } from './control/event-stream.ts';
import { MAX_REPLY, type Request } from './control/protocol.ts';
import { type Connection, ControlServer } from './control/server.ts';
import { drillEngine } from './drills/engine-of.ts';
import { AgentError, messageOf } from './errors.ts';
import { readFacts } from './findings/facts.ts';
import { hostContext } from './findings/host.ts';
import { type AgentFinding, FindingPipeline } from './findings/pipeline.ts';
import { Collapser } from './journal/collapse.ts';
import { FindingsFile } from './journal/findings-file.ts';
import { Journal } from './journal/journal.ts';
import { Syslog } from './journal/syslog.ts';
import { StateLock } from './lock.ts';
import { Chunk, splitBatch } from './publisher/cut.ts';
import type { StartEngine } from './publisher/engine-process.ts';
import { EvidenceStore } from './publisher/evidence.ts';
import { freshDurable } from './publisher/machine.ts';
import { Publisher, type PublisherContext, type PublisherLimits } from './publisher/publisher.ts';
import type { PublisherStatus } from './publisher/status.ts';
import { ringfenceEngine, startWalled } from './publisher/walled-engine.ts';
import { SensorLink, type StartSensor } from './sensor-link.ts';
import type { AgentStatus, Notice } from './status.ts';
import { ReleaseStore, type StoredRelease } from './store/release-store.ts';
import { StateStore } from './store/state-store.ts';
import { pickUid } from './uids.ts';

/** What an agent may be given in place of the real thing, by tests and measurements. */
export interface AgentParts {
  readonly startSensor?: StartSensor;
  readonly startEngine?: StartEngine;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Deadlines are looked at when they pass and this often, milliseconds; less often while nobody owes anything. */
const TICK_MS = 50;
const OVERDUE_TICK_MS = 10;
const QUIET_TICK_MS = 200;
const SLOW_TICK_MS = 1_000;
/** How long engines wait for the sensor to say its tier. */
const SENSOR_HELLO_MS = 2_000;
const DESCRIBE_MS = 500;
/** When the start is over, and before the first spares. */
const COMPILE_AFTER_MS = 500;
/** Batches of the sensor are given on in parts of at most this size, so that no publisher's turn is long. */
const PART_BYTES = 256 * 1024;
const MAX_NOTICES = 100;
const DRILL_PREFIX = 'drill-';

export class Agent {
  readonly #startedAt: string = new Date().toISOString();
  readonly #clock: WatchClock = new WatchClock();
  readonly #parts: AgentParts;
  #config: Config;
  readonly #lock: StateLock;
  readonly #store: StateStore;
  readonly #releases: ReleaseStore;
  readonly #evidence: EvidenceStore;
  readonly #journal: Journal;
  readonly #file: FindingsFile;
  readonly #pipeline: FindingPipeline;
  readonly #publishers: Map<string, Publisher> = new Map();
  #sensor: SensorLink;
  /** Folder of the engine's compiled code, once it is filled. */
  #compileCache: string | undefined;
  readonly #compiling: AbortController = new AbortController();
  /** What the sensor delivers; what is to be expected of it until it has said so. */
  #tier: string;
  #control: ControlServer | undefined;
  #refused: { dir: string; reason: string }[] = [];
  readonly #notices: Notice[] = [];
  readonly #onFinding: Set<(finding: AgentFinding) => void> = new Set();
  readonly #onNotice: Set<(notice: Notice) => void> = new Set();
  /** Readers of the live stream of events. */
  readonly #streams: Set<EventStream> = new Set();
  readonly #timers: NodeJS.Timeout[] = [];
  #nextLook: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
  #reloading: Promise<void> = Promise.resolve();
  readonly #stopped: PromiseWithResolvers<void> = Promise.withResolvers();

  private constructor(config: Config, parts: AgentParts, lock: StateLock) {
    const { state } = config.places;
    const { findings } = config;
    const notice = (text: string): void => this.#notice(text);
    this.#config = config;
    this.#tier = expectedTier(config);
    this.#parts = parts;
    this.#lock = lock;
    this.#store = StateStore.open(state, notice);
    this.#releases = new ReleaseStore(state);
    this.#evidence = new EvidenceStore(state, notice);
    this.#journal = new Journal(
      state,
      { maxFindings: findings.journalMax, maxBytes: findings.journalMaxBytes },
      notice,
    );
    this.#file = new FindingsFile(join(state, 'findings.jsonl'), findings.fileMaxBytes);
    const socket = typeof findings.syslog === 'string' ? findings.syslog : undefined;
    this.#pipeline = new FindingPipeline(
      {
        journal: this.#journal,
        file: this.#file,
        syslog: findings.syslog === false ? null : new Syslog(socket, notice),
        collapser: new Collapser({
          windowMs: findings.collapseSeconds * 1000,
          variants: findings.collapseVariants,
        }),
        context: hostContext(version),
        describe: (pid, startTime) => this.#sensor.describe(pid, startTime, DESCRIBE_MS),
        emit: (finding) => {
          for (const callback of this.#onFinding) callback(finding);
        },
        notice,
        now: () => performance.now(),
      },
      config.tuning,
    );
    this.#sensor = this.#makeSensor();
  }

  /**
   * Starts an agent: takes the lock, opens what is kept, starts the sensor and every publisher.
   * @throws AgentError already-running, io, config
   */
  static async start(config: Config, parts: AgentParts = {}): Promise<Agent> {
    privateDirectory(config.places.state);
    privateDirectory(config.places.run);
    const lock = StateLock.take(config.places.state, config.places.run);
    let agent: Agent | undefined;
    try {
      agent = new Agent(config, parts, lock);
      await agent.#begin();
      return agent;
    } catch (error) {
      if (agent === undefined) lock.release();
      else await agent.stop();
      throw error;
    }
  }

  /** Called with each finding after the journal took it, or the disk refused it. @returns takes the callback back */
  onFinding(callback: (finding: AgentFinding) => void): () => void {
    this.#onFinding.add(callback);
    return () => void this.#onFinding.delete(callback);
  }

  /** Called with each thing that an administrator should know. @returns takes the callback back */
  onNotice(callback: (notice: Notice) => void): () => void {
    this.#onNotice.add(callback);
    return () => void this.#onNotice.delete(callback);
  }

  /** Settles when the agent has stopped, by `stop` or by the control socket. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  status(): AgentStatus {
    const { config, state, run } = this.#config.places;
    const { user, system } = process.cpuUsage();
    return {
      version,
      pid: process.pid,
      uid: process.getuid?.() ?? 0,
      startedAt: this.#startedAt,
      places: { config, state, run, findings: this.#file.path },
      sensor: this.#sensor.status(),
      publishers: [...this.#publishers.values()].map((publisher) => publisher.status()),
      refused: this.#refused,
      findings: this.#pipeline.status(),
      journal: this.#journal.status(),
      stalls: this.#clock.stalled,
      memoryBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      notices: this.#notices,
    };
  }

  /**
   * Reads the configuration again and changes what changed: tuning, limits, content folders. Engines are replaced
   * from spares and lose no event; a change of the sensor restarts it. A configuration that is wrong changes nothing.
   * @throws AgentError config
   */
  reload(config?: Config): Promise<void> {
    // One after the other: each sees what the one before it left.
    const done = this.#reloading.then(() => this.#reload(config));
    this.#reloading = done.catch(() => undefined);
    return done;
  }

  async #reload(config: Config | undefined): Promise<void> {
    if (this.#stopping !== undefined) return;
    const next = config ?? loadConfig(this.#config.places);
    const before = this.#config;
    this.#config = next;
    this.#file.reopen();
    this.#pipeline.retune(next.tuning);
    if (JSON.stringify(before.sensor) !== JSON.stringify(next.sensor)) {
      await this.#sensor.stop();
      this.#sensor = this.#makeSensor();
      this.#sensor.start();
      await this.#sensor.ready(SENSOR_HELLO_MS);
    }
    const retuned =
      JSON.stringify(before.tuning) !== JSON.stringify(next.tuning) ||
      before.sensor.tier !== next.sensor.tier;
    for (const publisher of this.#publishers.values()) {
      publisher.reconfigure(publisherSettings(next, publisher.name, publisher.uid, publisher.source));
      if (retuned) publisher.dispatch({ type: 'refresh', now: this.#clock.now() });
    }
    await this.#loadContent();
    this.#subscribe();
    if (JSON.stringify(before.findings) !== JSON.stringify(next.findings))
      this.#notice('the settings under findings take effect at the next start');
    this.#notice('the configuration was read again');
  }

  /** Stops everything in order; the journal has what was found. */
  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #begin(): Promise<void> {
    this.#control = await ControlServer.listen(this.#config.places.run, (request, connection) =>
      this.#answer(request, connection),
    );
    // What an agent that was killed had journalled and not written yet comes first.
    this.#pipeline.tick();
    if (process.getuid?.() === 0) removeStaleCgroups();
    this.#sensor.start();
    this.#timers.push(setInterval(() => this.#pipeline.tick(), SLOW_TICK_MS));
    this.#look();
    await this.#sensor.ready(SENSOR_HELLO_MS);
    await this.#loadContent();
    this.#timers.push(setTimeout(() => void this.#compile(), COMPILE_AFTER_MS));
  }

  /** Compiles the engine beforehand, so that those that start later, after a crash above all, start sooner. */
  async #compile(): Promise<void> {
    const folder = join(this.#config.places.state, 'compile-cache');
    if (await fillCompileCache(ringfenceEngine(), folder, this.#compiling.signal))
      this.#compileCache = folder;
  }

  /** Looks at every deadline, and again in a while. */
  #look(): void {
    const now = this.#clock.tick();
    let due = Number.POSITIVE_INFINITY;
    for (const publisher of this.#publishers.values()) {
      publisher.tick(now);
      due = Math.min(due, publisher.dueAt(now));
    }
    // What is overdue and got no verdict was forgiven time, of which some is left.
    const wait = due > now ? due - now : OVERDUE_TICK_MS;
    const most = due === Number.POSITIVE_INFINITY ? QUIET_TICK_MS : TICK_MS;
    this.#nextLook = setTimeout(() => this.#look(), Math.min(wait, most));
  }

  async #end(): Promise<void> {
    this.#compiling.abort();
    clearTimeout(this.#nextLook);
    for (const timer of this.#timers) clearInterval(timer);
    this.#control?.close();
    await Promise.all([...this.#publishers.values()].map((publisher) => publisher.stop()));
    await this.#pipeline.close();
    await this.#sensor.stop();
    this.#file.reopen();
    this.#journal.close();
    this.#store.close();
    this.#lock.release();
    this.#stopped.resolve();
  }

  #makeSensor(): SensorLink {
    const { tier, mode } = this.#config.sensor;
    const { state, run } = this.#config.places;
    const start =
      this.#parts.startSensor ??
      (() => startSensor({ tier, mode, classes: [], own: { folders: [state, run] } }));
    return new SensorLink(
      start,
      (bytes, count, classes) => this.#distribute(bytes, count, classes),
      (text) => this.#notice(text),
      ({ tier: delivered }) => this.#learnTier(delivered),
    );
  }

  /** Engines were told a tier in their greeting: when it is another than that, new ones take their place. */
  #learnTier(tier: string): void {
    if (tier === this.#tier) return;
    this.#tier = tier;
    for (const publisher of this.#publishers.values())
      publisher.dispatch({ type: 'refresh', now: this.#clock.now() });
  }

  /** Gives a batch to everyone who wants something of it. */
  #distribute(bytes: Uint8Array, count: number, classes: number): void {
    const at = this.#clock.now();
    for (const part of splitBatch(bytes, PART_BYTES)) {
      const chunk = new Chunk(part, at, part === bytes ? { count, classes } : undefined);
      for (const publisher of this.#publishers.values()) publisher.take(chunk);
    }
    if (this.#streams.size > 0) for (const stream of this.#streams) stream.send(bytes);
  }

  #subscribe(): void {
    const wanted = [...this.#publishers.values()].flatMap((publisher) => publisher.classes);
    for (const stream of this.#streams) wanted.push(...stream.classes);
    this.#sensor.subscribe(wanted);
  }

  /** Takes every content folder into the store and offers it to its publisher. */
  async #loadContent(): Promise<void> {
    const refused: { dir: string; reason: string }[] = [];
    const offered = new Map<string, string>();
    for (const dir of this.#config.content) {
      try {
        const stored = this.#releases.add(dir);
        const name = stored.release.publisher;
        if (this.#config.publishers[name]?.enabled === false) continue;
        if (name.startsWith(DRILL_PREFIX))
          throw new AgentError('config', `publishers named ${DRILL_PREFIX}… are drills`);
        const other = offered.get(name);
        if (other !== undefined)
          throw new AgentError('config', `publisher ${name} has a release in ${other} already`);
        offered.set(name, dir);
        this.#offer(stored, dir);
      } catch (error) {
        refused.push({ dir, reason: messageOf(error) });
        this.#notice(`${dir}: ${messageOf(error)}; it is skipped`);
        this.#keepRunning(dir, offered);
      }
      // Copying is done in turns: a large release must not hold up the others' events.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#refused = refused;
    for (const [name, publisher] of this.#publishers) {
      if (offered.has(name) || name.startsWith(DRILL_PREFIX)) continue;
      this.#publishers.delete(name);
      await publisher.stop();
      this.#notice(`${name}: no longer in the configuration, or not enabled there: stopped`);
    }
    const kept = this.#store.all().flatMap(({ durable }) => [durable.offered, durable.lkg]);
    const used = [...this.#publishers.values()].flatMap((publisher) => publisher.releases);
    this.#releases.prune(new Set([...kept, ...used].filter((hash) => hash !== null)));
  }

  /** A folder that gives no release now may have given one before: its publisher goes on with what the store has. */
  #keepRunning(dir: string, offered: Map<string, string>): void {
    for (const record of this.#store.all()) {
      if (record.source !== dir || offered.has(record.name)) continue;
      offered.set(record.name, dir);
      if (!this.#publishers.has(record.name))
        this.#open(record.name, dir).dispatch({ type: 'boot', now: this.#clock.now() });
      this.#notice(`${record.name}: goes on with the release that it has`);
    }
  }

  #offer(stored: StoredRelease, source: string): Publisher {
    const name = stored.release.publisher;
    const { hash } = stored;
    const now = this.#clock.now();
    const publisher = this.#publishers.get(name) ?? this.#open(name, source);
    publisher.reconfigure(publisherSettings(this.#config, name, publisher.uid, source));
    // Its history was lost with the state database: only what is known to be good runs.
    if (this.#store.recovered.delete(name)) publisher.dispatch({ type: 'distrust', hash, now });
    publisher.dispatch({ type: 'offer', hash, now });
    return publisher;
  }

  /** Creates a publisher from what is kept of it. */
  #open(name: string, source: string): Publisher {
    const record = this.#store.get(name);
    const taken = new Set([
      ...this.#store.all().map(({ uid }) => uid),
      ...[...this.#publishers.values()].map(({ uid }) => uid),
    ]);
    const uid = record?.uid ?? pickUid(this.#config.uidRange, taken);
    const publisher = new Publisher(
      publisherSettings(this.#config, name, uid, source),
      record?.durable ?? freshDurable,
      this.#context,
    );
    this.#publishers.set(name, publisher);
    return publisher;
  }

  get #context(): PublisherContext {
    return {
      store: this.#store,
      releases: this.#releases,
      evidence: this.#evidence,
      startEngine: this.#parts.startEngine ?? startWalled,
      compileCache: () => this.#compileCache,
      engineOf: (stored) => {
        const { nativeEngine, publisher } = stored.release;
        if (nativeEngine !== undefined) return { kind: 'native', path: nativeEngine };
        return publisher.startsWith(DRILL_PREFIX) ? drillEngine() : undefined;
      },
      machine: () => machineSettings(this.#config),
      now: () => this.#clock.now(),
      hello: (publisher, stored, releaseDir, limits) => this.#hello(publisher, stored, releaseDir, limits),
      snapshot: () => this.#sensor.snapshot(),
      hash: (record, target) => this.#hash(record, target),
      finding: (publisher, stored, record, finding) => {
        // A drill's findings are counted, and are nobody's business beyond that.
        if (publisher.name.startsWith(DRILL_PREFIX)) return;
        this.#pipeline.report(publisher.name, stored.release, record, finding);
      },
      subscriptionChanged: () => this.#subscribe(),
      notice: (text) => this.#notice(text),
    };
  }

  #hello(publisher: string, stored: StoredRelease, releaseDir: string, limits: PublisherLimits): Hello {
    const { '*': everyRule, ...byRule } = this.#config.tuning;
    void everyRule; // the agent applies it
    return {
      protocol: PROTOCOL_VERSION,
      publisher,
      release: { name: stored.release.name, version: stored.release.version },
      releaseDir,
      tuning: byRule,
      limits: {
        maxFrameBytes: Bound.FRAME_BYTES,
        maxFindingsPerSecond: limits.findingsPerSecond,
        batchDeadlineMs: limits.batchDeadlineMs,
      },
      schema: SCHEMA_VERSION,
      tier: this.#tier,
    };
  }

  async #hash(record: Uint8Array, target: HashTarget): Promise<string | null> {
    const { path, file, pid } = readFacts(record);
    const wanted = target === 0 ? path : file;
    return wanted === '' ? null : this.#sensor.hash(wanted, pid);
  }

  #notice(text: string): void {
    const notice = { at: new Date().toISOString(), text };
    this.#notices.push(notice);
    if (this.#notices.length > MAX_NOTICES) this.#notices.shift();
    for (const callback of this.#onNotice) callback(notice);
  }

  #publisher(name: string): Publisher {
    const publisher = this.#publishers.get(name);
    if (publisher !== undefined) return publisher;
    throw new AgentError('not-found', `there is no publisher ${name}`, {
      cure: '`ringfence publisher list` names them',
    });
  }

  #answer(request: Request, connection: Connection): unknown {
    const now = this.#clock.now();
    switch (request.op) {
      case 'status':
        return this.status();
      case 'publisher.list':
        return [...this.#publishers.values()].map((publisher) => publisher.status());
      case 'publisher.disable':
        return this.#command(request.publisher, 'disable');
      case 'publisher.enable':
        return this.#command(request.publisher, 'enable');
      case 'publisher.revert':
        return this.#revert(request.publisher);
      case 'publisher.unquarantine':
        return this.#unquarantine(request.publisher, request.release);
      case 'findings':
        return this.#findings(request, connection);
      case 'events':
        return this.#stream(request.classes, connection);
      case 'reload':
        return this.reload().then(() => null);
      case 'stop':
        setImmediate(() => void this.stop());
        return null;
      case 'drill.offer': {
        const stored = this.#releases.add(request.dir);
        const { publisher: name } = stored.release;
        if (!name.startsWith(DRILL_PREFIX))
          throw new AgentError('refused', `the publisher of a drill is named ${DRILL_PREFIX}…, not ${name}`);
        const publisher = this.#offer(stored, dirname(request.dir));
        publisher.dispatch({ type: 'tick', now });
        connection.onClose(() => void this.#forget(name));
        return publisher.status();
      }
    }
  }

  #command(name: string, type: 'disable' | 'enable'): PublisherStatus {
    const publisher = this.#publisher(name);
    publisher.dispatch({ type, now: this.#clock.now() });
    return publisher.status();
  }

  #revert(name: string): PublisherStatus {
    const publisher = this.#publisher(name);
    const { lastKnownGood, release } = publisher.status();
    if (lastKnownGood === null) throw new AgentError('refused', `${name} has no last known good release`);
    if (release?.hash === lastKnownGood.hash)
      throw new AgentError('refused', `${name} runs its last known good release already`);
    publisher.dispatch({ type: 'revert', now: this.#clock.now() });
    return publisher.status();
  }

  #unquarantine(name: string, prefix: string | undefined): PublisherStatus {
    const publisher = this.#publisher(name);
    const hashes = publisher.status().quarantined.map(({ hash }) => hash);
    const found = hashes.filter((hash) => hash.startsWith(prefix ?? ''));
    if (found.length === 0)
      throw new AgentError(
        'not-found',
        `${name} has no quarantined release${prefix === undefined ? '' : ` ${prefix}`}`,
      );
    for (const hash of found) publisher.dispatch({ type: 'unquarantine', hash, now: this.#clock.now() });
    return publisher.status();
  }

  #findings(request: Extract<Request, { op: 'findings' }>, connection: Connection): unknown {
    const rows = this.#journal.recent(request.limit, request.after);
    if (request.follow) {
      const stop = this.onFinding(
        (finding) => void connection.item({ publisher: finding.publisher, finding: finding.ocsf }),
      );
      connection.onClose(stop);
    }
    // The newest that fit into an answer.
    let bytes = 0;
    const first = rows.findLastIndex(({ body }) => (bytes += body.length + 200) > MAX_REPLY / 4);
    return rows.slice(first + 1).map(({ seq, publisher, at, count, body }) => ({
      seq,
      publisher,
      at,
      count,
      finding: JSON.parse(body) as unknown,
    }));
  }

  #stream(classes: readonly string[] | undefined, connection: Connection): unknown {
    const all = eventClasses.map(({ name }) => name);
    const unknown = classes?.find((name) => !all.includes(name));
    if (unknown !== undefined)
      throw new AgentError('not-found', `there is no event class ${unknown}`, {
        cure: `classes are ${all.join(', ')}`,
      });
    const stream = new EventStream(classes ?? all, connection);
    this.#streams.add(stream);
    this.#subscribe();
    connection.onClose(() => {
      this.#streams.delete(stream);
      this.#subscribe();
    });
    return { classes: stream.classes };
  }

  /** Ends a drill's publisher and forgets all about it. */
  async #forget(name: string): Promise<void> {
    const publisher = this.#publishers.get(name);
    if (publisher === undefined) return;
    this.#publishers.delete(name);
    await publisher.stop();
    if (this.#stopping !== undefined) return;
    this.#store.forget(name);
    this.#subscribe();
  }
}
