/** Events from kernel probes. */
import { RingBufferReader } from '@ringfence/ebpf';
import { classId, FIRST_PROBE_CLASS_ID, Header } from '@ringfence/events';
import { Pace } from '../drain/pace.ts';
import { Priority } from '../drain/priority.ts';
import { RingCopy } from '../drain/ring-copy.ts';
import type { Source } from '../drain/source.ts';
import type { State } from '../drain/state.ts';
import type { Waiter } from '../drain/waiter.ts';
import { FileWatch } from '../files/file-watch.ts';
import { callRecords } from '../ingest/call-records.ts';
import { copiedRecords } from '../ingest/copied-records.ts';
import { openRecords } from '../ingest/open-records.ts';
import type { RecordHandler } from '../ingest/record-handler.ts';
import { POLLIN } from '../native.ts';
import type { Missing, ProbeState } from '../protocol.ts';
import { type LoadedProbes, loadProbes } from './load.ts';
import { probes } from './probe-list.ts';
import { SyscallHook } from './syscall-hook.ts';
import { takeInRunning } from './take-in.ts';
import { takeInListeners } from './take-in-listeners.ts';

/** Where the probes count lost fork records. */
const FORK = 31;
const INTERNAL = 32;
/** Events by their class id, internal records after them: the array of handlers stays dense. */
const handlerIndex = (id: number): number =>
  id < FIRST_PROBE_CLASS_ID ? id : INTERNAL + id - FIRST_PROBE_CLASS_ID;

export class KernelSource implements Source {
  readonly hello: Source['hello'];
  readonly wakers: Source['wakers'];
  readonly #state: State;
  readonly #loaded: LoadedProbes;
  readonly #life: RingCopy;
  readonly #lost: BigUint64Array;
  readonly #onLife: (offset: number) => void;
  /** Tier full: system calls have a ring of their own. */
  readonly #calls: RingCopy | undefined;
  readonly #onCall: (offset: number) => void = () => {};
  readonly #hook: SyscallHook;
  readonly #pace: Pace = new Pace();
  /** The word by which the probes know that they must wake this thread. */
  readonly #sleeps: Int32Array;
  readonly #priority: Priority;
  readonly #files: FileWatch;

  /** @throws when the kernel or our rights do not suffice for exec probes */
  constructor(state: State) {
    this.#state = state;
    this.#loaded = loadProbes(state.options);
    const { collection, states, syscallProbes } = this.#loaded;
    try {
      const exec = states.find(({ name }) => name === 'exec');
      if (exec?.state !== 'active')
        throw new Error(`the exec probe is ${exec?.state}: ${exec?.reason ?? ''}`);
      this.#life = new RingCopy(new RingBufferReader(collection.map('life')));
      if (syscallProbes.length > 0) this.#calls = new RingCopy(new RingBufferReader(collection.map('calls')));
      const lost = collection.variables.bytes('lost');
      this.#lost = new BigUint64Array(lost.buffer, lost.byteOffset, lost.length >> 3);
      const sleeps = collection.variables.bytes('reader_sleeps');
      this.#sleeps = new Int32Array(sleeps.buffer, sleeps.byteOffset, 1);
      takeInRunning(state, collection);
      takeInListeners(state, collection);
    } catch (error) {
      this.#loaded[Symbol.dispose]();
      throw error;
    }
    this.#hook = new SyscallHook(collection, syscallProbes);
    this.#onLife = dispatcher(recordHandlers(state), this.#life);
    if (this.#calls) this.#onCall = dispatcher(callHandlers(state, this.#calls), this.#calls);
    this.#priority = new Priority(state.native);
    this.#files = new FileWatch(state);
    const all = [...states, ...this.#files.probes];
    const missing = [...missingOf(all), ...this.#files.missing];
    const life = { fd: collection.map('life').fd, events: POLLIN };
    this.wakers = [life, ...this.#files.wakers];
    this.hello = { mode: 'kernel', reason: 'kernel probes are loaded', missing, probes: all };
  }

  wait(waiter: Waiter, most: number): void {
    const { pause } = this.#pace;
    if (pause < Number.POSITIVE_INFINITY) {
      waiter.pause(Math.min(pause, most));
      return;
    }
    // First the word, then the look: see emit() in bpf/record.h. A probe wakes by the ring `life`, whichever it wrote to.
    Atomics.store(this.#sleeps, 0, 1);
    this.#pace.slept(this.ring.fill > 0 || waiter.sleep(most));
    Atomics.store(this.#sleeps, 0, 0);
  }

  round(now: number): boolean {
    const { fill, size } = this.ring;
    this.#priority.update(fill / size, now);
    // First copy what names its process, then take in the processes, then report: all that they were is known by then.
    const moreFiles = this.#files.read();
    const moreCalls = this.#calls?.take() ?? false;
    while (this.#life.take()) this.#life.forEach(this.#onLife);
    this.#life.forEach(this.#onLife);
    this.#calls?.forEach(this.#onCall);
    this.#files.report(now);
    this.#pace.update(Math.max(fill, this.#files.bytesRead), fill > 0 || this.#files.othersDid);
    return moreFiles || moreCalls;
  }

  subscribe(wanted: Uint8Array): void {
    this.#loaded.collection.variables.set('wanted', wanted);
    this.#hook.subscribe(wanted);
  }

  get overflows(): number {
    return this.#files.overflows;
  }

  /** The fuller ring. */
  get ring(): { fill: number; size: number } {
    const life = this.#life.reader;
    const calls = this.#calls?.reader;
    const [lifeFill, callsFill] = [life.available(), calls?.available() ?? 0];
    if (!calls || lifeFill / life.size >= callsFill / calls.size) return { fill: lifeFill, size: life.size };
    return { fill: callsFill, size: calls.size };
  }

  countLost(): void {
    const { lost } = this.#state.counts;
    for (let id = 0; id < lost.length; id++) lost[id] = Number(this.#lost[id] ?? 0n);
  }

  get forksLost(): number {
    return Number(this.#lost[FORK] ?? 0n);
  }

  [Symbol.dispose](): void {
    this.#hook[Symbol.dispose]();
    this.#files[Symbol.dispose]();
    this.#calls?.reader[Symbol.dispose]();
    this.#life.reader[Symbol.dispose]();
    this.#loaded[Symbol.dispose]();
  }
}

function missingOf(states: readonly ProbeState[]): Missing[] {
  return states
    .filter(({ state }) => state === 'unavailable')
    .map(({ name, reason }) => ({
      what: `probe ${name}: ${reason ?? 'unavailable'}`,
      effect: probes.find((probe) => probe.name === name)?.effect ?? '',
      cure: 'a newer kernel',
    }));
}

type Handlers = (RecordHandler | undefined)[];

function dispatcher(handlers: Handlers, { bytes, words }: RingCopy): (offset: number) => void {
  return (offset) => {
    const id = (words[(offset + Header.CLASS) >> 2] as number) & 0xffff;
    handlers[handlerIndex(id)]?.(bytes, offset);
  };
}

function callHandlers(state: State, { words }: RingCopy): Handlers {
  const { encoder, actors, wanted } = state;
  const handlers = recordHandlers(state);
  handlers[handlerIndex(classId('file_open'))] = openRecords(encoder, actors, wanted, words);
  return handlers;
}

function recordHandlers(state: State): Handlers {
  const { encoder, actors, users, wanted, processes } = state;
  const handlers = Array.from<RecordHandler | undefined>({ length: 2 * INTERNAL });
  const set = (name: string, handler: RecordHandler): void => {
    handlers[handlerIndex(classId(name))] = handler;
  };
  set('process_fork', (bytes, base) => {
    processes.fork(bytes, base);
  });
  set('process_start', (bytes, base) => {
    processes.start(bytes, base, false);
  });
  set('process_exit', (bytes, base) => {
    processes.exit(bytes, base);
  });
  for (const [name, handler] of copiedRecords(encoder, actors, wanted)) set(name, handler);
  for (const [name, handler] of callRecords(encoder, actors, users, wanted)) set(name, handler);
  return handlers;
}
