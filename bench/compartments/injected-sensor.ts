/** A sensor whose events were encoded before, given to the agent at a set rate whatever the agent does. */
import { setImmediate } from 'node:timers/promises';
import { classBit, classId, EventWriter, fieldSlot } from '@ringfence/events';
import type { OnEvents, SensorProcess } from '@ringfence/sensor';
import { COMMAND_PREFIX, PATIENT_PREFIX } from './commands.ts';
import { EventSource, RECORD_BYTES } from './events.ts';

const TICK_MS = 5;
/** Encoded before: enough that they do not all stay in the processor's cache. */
const PREPARED = 64;
/** Most events in a batch: the 256 KiB at which the agent cuts. */
const LARGEST = Math.floor((256 * 1024) / RECORD_BYTES);

const START = classId('process_start');
const END = classId('process_exit');
// The acting process has the same fields in every class.
const path = fieldSlot('process_start', 'process.path');
const startTime = fieldSlot('process_start', 'process.start_time');

export class InjectedSensor implements SensorProcess {
  readonly pid: number = process.pid;
  readonly hello = Promise.resolve({
    mode: 'kernel',
    tier: 'core',
    reason: 'injected by the benchmark',
    missing: [],
    probes: [],
    kernel: 'none',
    pid: process.pid,
  } as const);
  readonly #prepared: readonly Uint8Array[];
  readonly #commands = new EventWriter();
  #deliver: OnEvents = () => {};
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;
  /** Events given so far to the publishers under load, commands included. */
  emitted = 0;

  constructor() {
    const source = new EventSource();
    this.#prepared = Array.from({ length: PREPARED }, () => source.batch(LARGEST));
  }

  /** Gives so many events a second from now on, in a batch each 5 ms; when it is late it makes up for it. */
  load(perSecond: number): void {
    clearInterval(this.#timer);
    if (perSecond === 0) return;
    const started = performance.now();
    let given = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
      while (given < due) {
        const count = Math.min(due - given, LARGEST);
        given += count;
        this.#emit(count);
      }
    }, TICK_MS);
  }

  /** Gives a publisher's engine a command. */
  command(fault: string, publisher: string): void {
    this.#commands.clear();
    const patient = publisher.startsWith(PATIENT_PREFIX);
    this.#commands.begin(patient ? END : START, BigInt(Date.now()) * 1_000_000n);
    this.#commands.u64(startTime, process.hrtime.bigint());
    this.#commands.string(path, `${COMMAND_PREFIX}${fault}/${publisher}`);
    this.#commands.end();
    if (!patient) this.emitted++;
    this.#deliver(this.#commands.batch().slice(), 1, classBit(patient ? END : START));
  }

  #emit(count: number): void {
    const batch = this.#prepared[this.#turn++ % PREPARED] as Uint8Array;
    this.emitted += count;
    this.#deliver(
      count === LARGEST ? batch : batch.subarray(0, count * RECORD_BYTES),
      count,
      classBit(START),
    );
  }

  onEvents(callback: OnEvents): void {
    this.#deliver = callback;
  }
  onStats(): void {}
  onExit(): void {}
  subscribe(): void {}
  describe(): Promise<never> {
    return Promise.reject(new Error('an injected process'));
  }
  hash(): Promise<never> {
    return Promise.reject(new Error('an injected process'));
  }
  snapshot(): Promise<Uint8Array[]> {
    return Promise.resolve([]);
  }
  async stop(): Promise<void> {
    this.load(0);
    await setImmediate();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
