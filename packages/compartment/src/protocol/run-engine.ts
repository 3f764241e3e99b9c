import { writeSync } from 'node:fs';
import { readFrameSync } from '@ringfence/events';
import { Bucket } from './bucket.ts';
import { ProtocolError } from './error.ts';
import {
  encodeAck,
  encodeFinding,
  encodeHashRequest,
  encodeLog,
  encodePong,
  encodeReady,
  encodeSavedState,
} from './from-engine.ts';
import { type AgentMessage, type Batch, decodeToEngine } from './to-engine.ts';
import {
  Bound,
  type Finding,
  type HashResult,
  type HashTarget,
  type Hello,
  type LogLevel,
  PROTOCOL_VERSION,
  type Ready,
  ToEngine,
} from './types.ts';

/** What an engine may do while it handles a message. */
export interface EngineContext {
  /**
   * Reports a finding for a record of the batch at hand. Past the agent's limit a second it is left out,
   * counted, and false is returned: an engine that sent it would be stopped.
   */
  finding(index: number, finding: Finding): boolean;
  /** Asks the agent for a SHA-256 of a file that a record of the batch at hand names, and waits for it. */
  hash(index: number, target: HashTarget): HashResult;
  /** Saves up to 1 MiB that the next instance gets before it starts. */
  saveState(state: Uint8Array): void;
  /** Some ten lines a second get through, 1,024 characters of each. */
  log(level: LogLevel, message: string): void;
}

/** An engine, as the handlers of what the agent sends. Only `onHello` may be asynchronous. */
export interface EngineHandlers {
  onHello(hello: Hello, context: EngineContext): Omit<Ready, 'protocol'> | Promise<Omit<Ready, 'protocol'>>;
  onState?(state: Uint8Array, context: EngineContext): void;
  /** Records of processes that run already, valid until the handler returns; several may come before the start. */
  onSnapshot?(records: Uint8Array, context: EngineContext): void;
  onStart?(context: EngineContext): void;
  /** The batch is acknowledged when this returns. */
  onBatch(batch: Batch, context: EngineContext): void;
  /** The agent wants the engine to end; a state may be saved here. */
  onStop?(context: EngineContext): void;
}

const TYPES: ReadonlySet<number> = new Set(Object.values(ToEngine));

/** What is read goes here, over what was read before: fresh memory for each batch costs page faults. */
const READ_BYTES: number = Bound.FRAME_BYTES;

/** Output gathers up to this many bytes before it is written. */
const FLUSH_BYTES = 64 * 1024;

/**
 * Runs an engine on the agent's channel until the agent stops it or goes away. Reads block the thread, which
 * is a third of the cost of asynchronous reads; an engine has nothing else to wait for.
 * @param fd the channel, descriptor 3
 * @throws ProtocolError or EventError when the agent breaks the protocol
 */
export async function runEngine(handlers: EngineHandlers, fd = 3): Promise<void> {
  const channel = new Channel(fd);
  const context = new Context(channel);
  for (;;) {
    const message = channel.next();
    if (message === null) return;
    switch (message.type) {
      case 'hello': {
        context.limit(message.hello.limits.maxFindingsPerSecond);
        const ready = await handlers.onHello(message.hello, context);
        channel.write(encodeReady({ protocol: PROTOCOL_VERSION, ...ready }));
        break;
      }
      case 'state':
        handlers.onState?.(new Uint8Array(message.state), context);
        break;
      case 'snapshot':
        handlers.onSnapshot?.(message.records, context);
        break;
      case 'start':
        handlers.onStart?.(context);
        break;
      case 'batch':
        context.begin(message.batch.id);
        handlers.onBatch(message.batch, context);
        channel.write(encodeAck(message.batch.id, context.end()));
        break;
      case 'hash-result':
        throw new ProtocolError('out-of-order', `HASH_RESULT ${message.result.request} for no request`);
      case 'stop':
        handlers.onStop?.(context);
        channel.flush();
        return;
      case 'ping':
        break; // answered by the channel
    }
    channel.flush();
  }
}

/** Blocking frames on a descriptor, with pings answered as they are read. */
class Channel {
  readonly #fd: number;
  readonly #waiting: AgentMessage[] = [];
  readonly #memory: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #output: Uint8Array[] = [];
  #size = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The next message; its bytes are valid until the next call. */
  next(): AgentMessage | null {
    return this.#waiting.shift() ?? this.#read(this.#memory);
  }

  /** Reads on until a hash result comes; what else comes is kept for `next`. The message at hand stays valid. */
  hashResult(request: number): HashResult {
    this.flush();
    for (;;) {
      const message = this.#read(undefined);
      if (message === null || message.type === 'stop')
        return { request, sha256: null, error: 'the agent stops' };
      if (message.type !== 'hash-result') this.#waiting.push(message);
      else if (message.result.request === request) return message.result;
    }
  }

  #read(memory: Buffer | undefined): AgentMessage | null {
    const frame = readFrameSync(this.#fd, { types: TYPES }, memory);
    if (frame === null) return null;
    const message = decodeToEngine(frame);
    if (message.type === 'ping') {
      this.write(encodePong(message.nonce));
      this.flush();
    }
    return message;
  }

  write(frame: Uint8Array): void {
    this.#output.push(frame);
    this.#size += frame.length;
    if (this.#size >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#size === 0) return;
    const bytes =
      this.#output.length === 1 && this.#output[0] ? this.#output[0] : Buffer.concat(this.#output);
    this.#output = [];
    this.#size = 0;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}

class Context implements EngineContext {
  readonly #channel: Channel;
  /** Well under the agent's limit, at which it would stop the engine. */
  readonly #logs: Bucket = new Bucket(10, 50, () => performance.now());
  /** How often it is said that findings were left out. */
  readonly #reports: Bucket = new Bucket(1, 1, () => performance.now());
  #bucket: Bucket | undefined;
  #batch: bigint | undefined;
  #findings = 0;
  #leftOut = 0;
  #request = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  limit(findingsPerSecond: number): void {
    this.#bucket = new Bucket(findingsPerSecond, findingsPerSecond, () => performance.now());
  }

  begin(batch: bigint): void {
    this.#batch = batch;
    this.#findings = 0;
  }

  end(): number {
    if (this.#leftOut > 0 && this.#reports.take()) {
      this.#channel.write(
        encodeLog('warn', `${this.#leftOut} findings were left out: over the limit a second`),
      );
      this.#leftOut = 0;
    }
    this.#batch = undefined;
    return this.#findings;
  }

  finding(index: number, finding: Finding): boolean {
    const batch = this.#current();
    if (!this.#bucket?.take()) {
      this.#leftOut++;
      return false;
    }
    this.#channel.write(encodeFinding(batch, index, finding));
    this.#findings++;
    return true;
  }

  hash(index: number, target: HashTarget): HashResult {
    const batch = this.#current();
    const request = this.#request;
    this.#request = (request + 1) >>> 0;
    this.#channel.write(encodeHashRequest(request, target, batch, index));
    return this.#channel.hashResult(request);
  }

  saveState(state: Uint8Array): void {
    if (state.length > Bound.FRAME_BYTES)
      throw new RangeError(`state of ${state.length} bytes, at most 1 MiB`);
    this.#channel.write(encodeSavedState(state));
  }

  log(level: LogLevel, message: string): void {
    if (!this.#logs.take()) return;
    this.#channel.write(encodeLog(level, message.slice(0, 1024)));
  }

  #current(): bigint {
    if (this.#batch === undefined) throw new Error('no batch is at hand');
    return this.#batch;
  }
}
