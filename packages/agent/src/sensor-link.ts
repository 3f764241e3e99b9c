/** The sensor process as the agent uses it: started, restarted when it dies, asked within bounded time. */
import { EventError } from '@ringfence/events';
import type { Description, Hello, OnEvents, SensorProcess, Stats } from '@ringfence/sensor';
import { messageOf } from './errors.ts';

export type StartSensor = () => SensorProcess;

export interface SensorStatus {
  readonly state: 'starting' | 'running' | 'waiting' | 'stopped';
  readonly hello: Hello | null;
  readonly stats: Stats | null;
  readonly restarts: number;
  /** Why the last one ended. */
  readonly lastExit: string | null;
  /** Batches that did not hold what they said; dropped. */
  readonly badBatches: number;
  readonly events: number;
}

const BACKOFF_MS = 250;
const BACKOFF_MAX_MS = 30_000;
/** One that ran so long starts again without delay. */
const STEADY_MS = 60_000;
const SNAPSHOT_MS = 250;
const HASH_MS = 10_000;

export class SensorLink {
  readonly #start: StartSensor;
  readonly #onBatch: OnEvents;
  readonly #notice: (text: string) => void;
  readonly #onHello: (hello: Hello) => void;
  readonly #helloWaiters: Set<() => void> = new Set();
  #sensor: SensorProcess | undefined;
  #hello: Hello | null = null;
  #stats: Stats | null = null;
  #classes: readonly string[] = [];
  #state: SensorStatus['state'] = 'stopped';
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #failures = 0;
  #restarts = 0;
  #lastExit: string | null = null;
  #badBatches = 0;
  #events = 0;

  constructor(
    start: StartSensor,
    onBatch: OnEvents,
    notice: (text: string) => void,
    onHello: (hello: Hello) => void,
  ) {
    this.#start = start;
    this.#onBatch = onBatch;
    this.#notice = notice;
    this.#onHello = onHello;
  }

  start(): void {
    this.#state = 'starting';
    this.#startedAt = performance.now();
    let sensor: SensorProcess;
    try {
      sensor = this.#start();
    } catch (error) {
      this.#ended(undefined, messageOf(error));
      return;
    }
    this.#sensor = sensor;
    sensor.onEvents((bytes, count, classes) => {
      if (this.#sensor !== sensor) return;
      try {
        this.#onBatch(bytes, count, classes);
        this.#events += count;
      } catch (error) {
        if (!(error instanceof EventError)) throw error;
        this.#badBatches++;
        this.#notice(`a batch of the sensor was damaged and is dropped: ${error.message}`);
      }
    });
    sensor.onStats((stats) => {
      if (this.#sensor === sensor) this.#stats = stats;
    });
    sensor.onExit(({ code, signal, reason }) =>
      this.#ended(sensor, `${signal ?? `exit status ${code}`}${reason === '' ? '' : `: ${reason}`}`),
    );
    sensor.hello.then(
      (hello) => {
        if (this.#sensor !== sensor) return;
        this.#hello = hello;
        this.#state = 'running';
        sensor.subscribe(this.#classes);
        this.#onHello(hello);
        for (const waiter of this.#helloWaiters) waiter();
        this.#helloWaiters.clear();
      },
      (error: unknown) => this.#ended(sensor, messageOf(error)),
    );
  }

  /** The classes that anyone wants, from now on and after each restart. */
  subscribe(classes: Iterable<string>): void {
    const wanted = [...new Set(classes)].toSorted();
    if (wanted.join() === this.#classes.join()) return;
    this.#classes = wanted;
    if (this.#state === 'running') this.#sensor?.subscribe(wanted);
  }

  /** Resolves when a sensor has said hello, or after the time. */
  async ready(timeoutMs: number): Promise<Hello | null> {
    if (this.#state !== 'running') {
      const said = Promise.withResolvers<void>();
      this.#helloWaiters.add(said.resolve);
      await within(said.promise, timeoutMs, undefined);
      this.#helloWaiters.delete(said.resolve);
    }
    return this.#hello;
  }

  /** What the sensor knows of a process; null when it does not know, or not in time. */
  async describe(pid: number, startTime: bigint, timeoutMs: number): Promise<Description | null> {
    const sensor = this.#sensor;
    if (sensor === undefined || this.#state !== 'running') return null;
    return within(sensor.describe(pid, startTime, timeoutMs), timeoutMs, null);
  }

  async hash(path: string, pid?: number): Promise<string | null> {
    const sensor = this.#sensor;
    if (sensor === undefined || this.#state !== 'running') return null;
    const found = await within(sensor.hash(path, pid), HASH_MS, null);
    return found?.sha256 ?? null;
  }

  /** The processes that run, as process_start records; empty when the sensor does not answer in time. */
  async snapshot(): Promise<readonly Uint8Array[]> {
    const sensor = this.#sensor;
    if (sensor === undefined || this.#state !== 'running') return [];
    return within(sensor.snapshot(), SNAPSHOT_MS, []);
  }

  status(): SensorStatus {
    return {
      state: this.#state,
      hello: this.#hello,
      stats: this.#stats,
      restarts: this.#restarts,
      lastExit: this.#lastExit,
      badBatches: this.#badBatches,
      events: this.#events,
    };
  }

  /** Stops the sensor and starts none again until `start`. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    const sensor = this.#sensor;
    this.#sensor = undefined;
    if (sensor !== undefined) await within(sensor.stop(), 3_000, undefined);
  }

  #ended(sensor: SensorProcess | undefined, reason: string): void {
    if (this.#sensor !== sensor || this.#state === 'stopped' || this.#state === 'waiting') return;
    this.#sensor = undefined;
    this.#state = 'waiting';
    this.#lastExit = reason;
    this.#restarts++;
    this.#failures = performance.now() - this.#startedAt >= STEADY_MS ? 0 : this.#failures + 1;
    const wait = this.#failures <= 1 ? 0 : Math.min(BACKOFF_MS * 2 ** (this.#failures - 2), BACKOFF_MAX_MS);
    this.#notice(
      `the sensor ended (${reason}) and starts again${wait > 0 ? ` in ${wait} ms` : ''}; events until then are not seen`,
    );
    this.#timer = setTimeout(() => this.start(), wait);
  }
}

/** The promise's value, or `otherwise` when it fails or takes longer. */
export async function within<T, U>(promise: Promise<T>, ms: number, otherwise: U): Promise<T | U> {
  const late = Promise.withResolvers<U>();
  const timer = setTimeout(() => late.resolve(otherwise), ms);
  try {
    return await Promise.race([promise.catch(() => otherwise), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
