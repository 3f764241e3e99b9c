/** Events from kernel probes. */
import { RingBufferReader } from '@ringfence/ebpf';
import { classId, FIRST_PROBE_CLASS_ID, Header } from '@ringfence/events';
import { Priority } from '../drain/priority.ts';
import { RingCopy } from '../drain/ring-copy.ts';
import type { Source } from '../drain/source.ts';
import type { State } from '../drain/state.ts';
import { FileWatch } from '../files/file-watch.ts';
import { copiedRecords } from '../ingest/copied-records.ts';
import type { RecordHandler } from '../ingest/record-handler.ts';
import type { Missing, ProbeState } from '../protocol.ts';
import { type LoadedProbes, loadProbes } from './load.ts';
import { probes } from './probe-list.ts';
import { takeInRunning } from './take-in.ts';

const INTERNAL = 32;
/** Events by their class id, internal records after them: the array of handlers stays dense. */
const handlerIndex = (id: number): number =>
  id < FIRST_PROBE_CLASS_ID ? id : INTERNAL + id - FIRST_PROBE_CLASS_ID;
const POLL_MS = 10;
const COPY_BYTES = 1 << 20;

export class KernelSource implements Source {
  readonly hello: Source['hello'];
  readonly #state: State;
  readonly #loaded: LoadedProbes;
  readonly #life: RingCopy;
  readonly #lost: BigUint64Array;
  readonly #onLife: (offset: number) => void;
  readonly #priority: Priority;
  readonly #files: FileWatch;

  /** @throws when the kernel or our rights do not suffice for exec probes */
  constructor(state: State) {
    this.#state = state;
    this.#loaded = loadProbes(state.options);
    const { collection, states } = this.#loaded;
    try {
      const exec = states.find(({ name }) => name === 'exec');
      if (exec?.state !== 'active')
        throw new Error(`the exec probe is ${exec?.state}: ${exec?.reason ?? ''}`);
      this.#life = new RingCopy(new RingBufferReader(collection.map('life')), COPY_BYTES);
      const lost = collection.variables.bytes('lost');
      this.#lost = new BigUint64Array(lost.buffer, lost.byteOffset, lost.length >> 3);
      takeInRunning(state, collection);
    } catch (error) {
      this.#loaded[Symbol.dispose]();
      throw error;
    }
    const { bytes } = this.#life;
    const handlers = recordHandlers(state);
    this.#onLife = (offset) => {
      handlers[handlerIndex(bytes.readUInt16LE(offset + Header.CLASS))]?.(bytes, offset);
    };
    this.#priority = new Priority(state.native);
    this.#files = new FileWatch(state);
    const all = [...states, ...this.#files.probes];
    const missing = [...missingOf(all), ...this.#files.missing];
    this.hello = { mode: 'kernel', reason: 'kernel probes are loaded', missing, probes: all };
  }

  get pause(): number {
    return POLL_MS;
  }

  round(now: number): boolean {
    this.#priority.update(this.#life.reader.available() / this.#life.reader.size, now);
    // First what names processes by pid alone, and last its events: all that these processes were is known by then.
    const more = this.#files.read();
    while (this.#life.take()) this.#life.forEach(this.#onLife);
    this.#life.forEach(this.#onLife);
    this.#files.report(now);
    return more;
  }

  subscribe(wanted: Uint8Array): void {
    this.#loaded.collection.variables.set('wanted', wanted);
  }

  get overflows(): number {
    return this.#files.overflows;
  }

  get ring(): { fill: number; size: number } {
    const { reader } = this.#life;
    return { fill: reader.available(), size: reader.size };
  }

  countLost(): void {
    const { lost } = this.#state.counts;
    for (let id = 0; id < lost.length; id++) lost[id] = Number(this.#lost[id] ?? 0n);
  }

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
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

function recordHandlers(state: State): (RecordHandler | undefined)[] {
  const { encoder, actors, wanted, processes } = state;
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
  return handlers;
}
