import { EventError, FrameReader } from '@ringfence/events';
import { Bucket } from './bucket.ts';
import { ProtocolError } from './error.ts';
import { decodeFromEngine } from './from-engine.ts';
import {
  encodeBatchHead,
  encodeHashResult,
  encodeHello,
  encodePing,
  encodeSnapshot,
  encodeStart,
  encodeState,
  encodeStop,
} from './to-engine.ts';
import { Bound, type EngineMessage, FromEngine, type HashResult, type Hello } from './types.ts';

/** How much an engine may say, a second and over time; ten seconds' worth may come at once. */
export interface HostLimits {
  readonly findingsPerSecond: number;
  readonly hashesPerSecond: number;
  readonly logsPerSecond: number;
  readonly statesPerSecond: number;
  readonly bytesPerSecond: number;
}

export const HOST_LIMITS: HostLimits = {
  findingsPerSecond: 100,
  hashesPerSecond: 50,
  logsPerSecond: 20,
  statesPerSecond: 0.5,
  bytesPerSecond: 4 * 2 ** 20,
};

/** Limits are averages; this many seconds' worth may come in one burst. */
const BURST_SECONDS = 10;

const TYPES: ReadonlySet<number> = new Set(Object.values(FromEngine));

interface InFlight {
  readonly id: bigint;
  readonly count: number;
  findings: number;
}

/**
 * The agent's end of one engine's channel. It makes the frames that go out, remembers what they allow the
 * engine to say, and refuses everything else: after the first ProtocolError the engine is to be killed, and
 * every further call to `receive` throws that error again.
 */
export class EngineHost {
  readonly #frames: FrameReader;
  readonly #inFlight: InFlight[] = [];
  readonly #pings: bigint[] = [];
  readonly #hashes: Set<number> = new Set();
  readonly #buckets: Record<'findings' | 'hashes' | 'logs' | 'states' | 'bytes', Bucket>;
  #phase: 'new' | 'greeted' | 'ready' | 'started' = 'new';
  #error: unknown;

  /**
   * @param onMessage gets each message that was in order
   * @param now a monotonic clock in milliseconds
   */
  constructor(
    onMessage: (message: EngineMessage) => void,
    limits: Partial<HostLimits> = {},
    now: () => number = () => performance.now(),
  ) {
    this.#frames = new FrameReader({ types: TYPES }, (type, payload) => {
      const message = decodeFromEngine({ type, payload });
      this.#admit(message);
      onMessage(message);
    });
    const all = { ...HOST_LIMITS, ...limits };
    const bucket = (rate: number, least: number): Bucket =>
      new Bucket(rate, Math.max(least, rate * BURST_SECONDS), now);
    this.#buckets = {
      findings: bucket(all.findingsPerSecond, 1),
      hashes: bucket(all.hashesPerSecond, 1),
      logs: bucket(all.logsPerSecond, 1),
      states: bucket(all.statesPerSecond, 1),
      bytes: bucket(all.bytesPerSecond, 4 * Bound.FRAME_BYTES),
    };
  }

  /** Batches sent and not acknowledged, oldest first: what is to be fed again after a crash. */
  get inFlight(): readonly { readonly id: bigint; readonly count: number }[] {
    return this.#inFlight;
  }

  /** True when another batch may be sent. */
  get windowOpen(): boolean {
    return this.#phase === 'started' && this.#inFlight.length < Bound.WINDOW;
  }

  hello(hello: Hello): Uint8Array {
    this.#mustBe('new', 'HELLO');
    this.#phase = 'greeted';
    return encodeHello(hello);
  }

  /** State of an earlier instance: after HELLO, before START. */
  state(state: Uint8Array): Uint8Array {
    if (this.#phase !== 'greeted') this.#mustBe('ready', 'STATE');
    return encodeState(state);
  }

  snapshot(records: Uint8Array): Uint8Array {
    this.#mustBe('ready', 'SNAPSHOT');
    return encodeSnapshot(records);
  }

  start(): Uint8Array {
    this.#mustBe('ready', 'START');
    this.#phase = 'started';
    return encodeStart();
  }

  /** Books a batch and returns the bytes to write before its records. */
  batch(id: bigint, count: number, recordBytes: number): Uint8Array {
    if (!this.windowOpen) throw new Error(`BATCH ${id}: not started, or ${Bound.WINDOW} are in flight`);
    const head = encodeBatchHead(id, count, recordBytes);
    this.#inFlight.push({ id, count, findings: 0 });
    return head;
  }

  ping(nonce: bigint): Uint8Array {
    if (this.#pings.length >= Bound.OPEN_PINGS) throw new Error(`${Bound.OPEN_PINGS} pings are unanswered`);
    this.#pings.push(nonce);
    return encodePing(nonce);
  }

  hashResult(result: HashResult): Uint8Array {
    if (!this.#hashes.delete(result.request)) throw new Error(`no open hash request ${result.request}`);
    return encodeHashResult(result);
  }

  stop(): Uint8Array {
    return encodeStop();
  }

  /**
   * Takes bytes from the channel and hands on the messages in them, in order; those before a fault are handed
   * on before it is thrown.
   * @throws ProtocolError, and whatever the callback throws
   */
  receive(chunk: Uint8Array): void {
    if (this.#error !== undefined) throw this.#error;
    this.#guard(() => {
      if (!this.#buckets.bytes.take(chunk.length)) throw flood('bytes');
      this.#frames.push(chunk);
    });
  }

  /**
   * The channel ended.
   * @throws ProtocolError bad-frame, within a frame
   */
  end(): void {
    this.#guard(() => this.#frames.end());
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error instanceof ProtocolError) this.#error = error;
      else if (error instanceof EventError)
        this.#error = new ProtocolError('bad-frame', error.message, error);
      throw this.#error ?? error;
    }
  }

  /** Whether this message may come now. */
  #admit(message: EngineMessage): void {
    switch (message.type) {
      case 'ready':
        if (this.#phase !== 'greeted') throw new ProtocolError('out-of-order', `READY while ${this.#phase}`);
        this.#phase = 'ready';
        return;
      case 'ack':
        return this.#ack(message.batch, message.findings);
      case 'finding':
        if (!this.#buckets.findings.take())
          throw new ProtocolError('finding-flood', 'findings over the limit');
        this.#record('FINDING', message.batch, message.index).findings++;
        return;
      case 'pong':
        if (this.#pings[0] !== message.nonce) {
          throw new ProtocolError('unknown-ping', `PONG ${message.nonce} answers no PING`);
        }
        this.#pings.shift();
        return;
      case 'state':
        if (this.#phase !== 'started') throw new ProtocolError('out-of-order', 'STATE before START');
        if (!this.#buckets.states.take()) throw flood('states');
        return;
      case 'hash':
        return this.#hash(message.request, message.batch, message.index);
      case 'log':
        if (!this.#buckets.logs.take()) throw flood('log lines');
    }
  }

  #ack(batch: bigint, findings: number): void {
    const next = this.#inFlight[0];
    if (next?.id !== batch) {
      throw new ProtocolError('unknown-batch', `ACK of batch ${batch}, the next is ${next?.id ?? 'none'}`);
    }
    if (next.findings !== findings) {
      const counts = `${findings} findings, ${next.findings} came`;
      throw new ProtocolError('wrong-count', `ACK of batch ${batch} says ${counts}`);
    }
    this.#inFlight.shift();
  }

  #record(what: string, batch: bigint, index: number): InFlight {
    const found = this.#inFlight.find(({ id }) => id === batch);
    if (found === undefined)
      throw new ProtocolError('unknown-batch', `${what} for batch ${batch}, not in flight`);
    if (index >= found.count) {
      throw new ProtocolError('bad-index', `${what} for record ${index} of ${found.count} in batch ${batch}`);
    }
    return found;
  }

  #hash(request: number, batch: bigint, index: number): void {
    if (!this.#buckets.hashes.take()) throw flood('hash requests');
    this.#record('HASH_REQUEST', batch, index);
    if (this.#hashes.has(request)) throw new ProtocolError('bad-request', `hash request ${request} is open`);
    if (this.#hashes.size >= Bound.OPEN_HASHES) {
      throw new ProtocolError('bad-request', `more than ${Bound.OPEN_HASHES} open hash requests`);
    }
    this.#hashes.add(request);
  }

  #mustBe(phase: string, what: string): void {
    if (this.#phase !== phase) throw new Error(`${what} while ${this.#phase}`);
  }
}

function flood(what: string): ProtocolError {
  return new ProtocolError('flood', `more ${what} a second than the limit`);
}
