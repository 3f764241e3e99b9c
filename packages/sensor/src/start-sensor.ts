/** The agent's side of the sensor process. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { EventError, encodeFrame, FrameReader } from '@ringfence/events';
import { SensorError } from './errors.ts';
import { resolveOptions, type SensorOptions } from './options.ts';
import {
  type Description,
  type Fatal,
  type HashResult,
  type Hello,
  type Reply,
  type Stats,
  ToAgent,
  ToSensor,
  toAgentTypes,
} from './protocol.ts';

export interface SensorExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said before its end: a FATAL frame, else the end of its standard error. */
  readonly reason: string;
}

/** Takes a batch: its records, how many, and the classes that are among them, as a set of `classBit`s; 0 when nobody looked. */
export type OnEvents = (records: Uint8Array, count: number, classes: number) => void;

export interface SensorProcess extends AsyncDisposable {
  readonly pid: number;
  /** What the sensor can do here. Rejects with `start-failed` when it ends before it can tell. */
  readonly hello: Promise<Hello>;
  /** Records of a batch, a view that stays valid. A callback set late misses what came before. */
  onEvents(callback: OnEvents): void;
  /** About each second. */
  onStats(callback: (stats: Stats) => void): void;
  onExit(callback: (exit: SensorExit) => void): void;
  /** Sets the event classes to deliver, by name; unknown names are ignored. */
  subscribe(classes: readonly string[]): void;
  /**
   * A process with its ancestors and the hash of its executable.
   * @param startTime `process.start_time` of an event (Unix ns)
   * @throws {SensorError} `refused` for a process that is not in the table, `timeout`, `ended`
   */
  describe(pid: number, startTime: bigint, timeoutMs?: number): Promise<Description>;
  /** SHA-256 of a file; with a pid, in that process's root. @throws {SensorError} `refused`, `timeout`, `ended` */
  hash(path: string, pid?: number): Promise<HashResult>;
  /** The processes that run now: records of process_start with the flag EXISTING. @throws {SensorError} `timeout`, `ended` */
  snapshot(): Promise<Uint8Array[]>;
  /** Ends the process; kernel objects go with it. */
  stop(): Promise<void>;
}

const REQUEST_MS = 10_000;
const STOP_MS = 2000;
const STDERR_BYTES = 8192;

interface Pending {
  resolve(result: unknown): void;
  reject(error: SensorError): void;
  timer: NodeJS.Timeout;
  parts: Uint8Array[];
}

/** Starts the sensor in a process of its own. @throws {SensorError} `bad-option` */
export function startSensor(options: SensorOptions = {}): SensorProcess {
  const own = { pids: [process.pid, ...(options.own?.pids ?? [])], folders: options.own?.folders ?? [] };
  const resolved = resolveOptions({ ...options, own });
  const main = fileURLToPath(new URL(`./main${import.meta.url.slice(-3)}`, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, main, JSON.stringify(resolved)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C goes to the agent, which then stops the sensor in order.
    detached: true,
  });
  return new RunningSensor(child);
}

class RunningSensor implements SensorProcess {
  readonly pid: number;
  readonly hello: Promise<Hello>;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<SensorExit>;
  #onEvents: OnEvents = () => {};
  #onStats: (stats: Stats) => void = () => {};
  #nextId = 1;
  #stderr = '';
  #fatal: Fatal | undefined;
  #ended = false;
  #resolveHello: (hello: Hello) => void = () => {};
  #rejectHello: (error: SensorError) => void = () => {};

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#channel = child.stdio[3] as Socket;
    this.hello = new Promise((resolve, reject) => {
      this.#resolveHello = resolve;
      this.#rejectHello = reject;
    });
    this.hello.catch(() => {}); // whoever waits for it is told
    const frames = new FrameReader({ types: toAgentTypes }, (type, payload) => {
      this.#frame(type, payload);
    });
    this.#channel.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch (error) {
        // What the agent's own callbacks throw is the agent's.
        if (!(error instanceof EventError) || error.code !== 'bad-frame') throw error;
        this.#fatal = { message: `the sensor broke the protocol: ${String(error)}`, cure: 'use one version' };
        child.kill('SIGKILL');
      }
    });
    this.#channel.on('error', () => {}); // its end is seen as the child's exit
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-STDERR_BYTES);
    });
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        const exit = { code, signal, reason: this.#fatal?.message ?? this.#stderr.trim() };
        this.#end(exit);
        resolve(exit);
      };
      child.on('close', end);
      child.on('error', (error) => {
        this.#stderr = error.message;
        end(null, null);
      });
    });
  }

  #frame(type: number, payload: Buffer): void {
    switch (type) {
      case ToAgent.EVENTS:
        this.#onEvents(payload.subarray(8), payload.readUInt32LE(0), payload.readInt32LE(4));
        break;
      case ToAgent.SNAPSHOT: {
        const pending = this.#pending.get(payload.readUInt32LE(0));
        pending?.parts.push(payload.subarray(8));
        if (pending && payload.readUInt32LE(4) & 1) pending.resolve(pending.parts);
        break;
      }
      case ToAgent.HELLO:
        this.#resolveHello(JSON.parse(payload.toString('utf8')) as Hello);
        break;
      case ToAgent.STATS:
        this.#onStats(JSON.parse(payload.toString('utf8')) as Stats);
        break;
      case ToAgent.REPLY: {
        const reply = JSON.parse(payload.toString('utf8')) as Reply;
        const pending = this.#pending.get(reply.id);
        if (reply.ok) pending?.resolve(reply.result);
        else pending?.reject(new SensorError('refused', reply.error));
        break;
      }
      case ToAgent.FATAL:
        this.#fatal = JSON.parse(payload.toString('utf8')) as Fatal;
    }
  }

  #end(exit: SensorExit): void {
    this.#ended = true;
    const how = exit.signal ?? `code ${exit.code}`;
    const message = `the sensor ended (${how})${exit.reason === '' ? '' : `: ${exit.reason}`}`;
    const cure = this.#fatal?.cure;
    this.#rejectHello(new SensorError('start-failed', message, cure === undefined ? {} : { cure }));
    for (const pending of this.#pending.values()) pending.reject(new SensorError('ended', message));
  }

  #send(type: number, body?: unknown): void {
    if (!this.#ended) this.#channel.write(encodeFrame(type, body === undefined ? '' : JSON.stringify(body)));
  }

  #request<T>(body: Record<string, unknown>, timeoutMs: number): Promise<T> {
    if (this.#ended) return Promise.reject(new SensorError('ended', 'the sensor has ended'));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(pending.timer);
        this.#pending.delete(id);
      };
      const pending: Pending = {
        resolve: (result) => {
          settle();
          resolve(result as T);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        timer: setTimeout(() => {
          pending.reject(new SensorError('timeout', `no answer from the sensor within ${timeoutMs} ms`));
        }, timeoutMs),
        parts: [],
      };
      this.#pending.set(id, pending);
      this.#send(ToSensor.REQUEST, { id, ...body });
    });
  }

  onEvents(callback: OnEvents): void {
    this.#onEvents = callback;
  }
  onStats(callback: (stats: Stats) => void): void {
    this.#onStats = callback;
  }
  onExit(callback: (exit: SensorExit) => void): void {
    void this.#exited.then(callback);
  }
  subscribe(classes: readonly string[]): void {
    this.#send(ToSensor.SUBSCRIBE, { classes });
  }
  describe(pid: number, startTime: bigint, timeoutMs: number = REQUEST_MS): Promise<Description> {
    return this.#request({ op: 'describe', pid, startTime: startTime.toString() }, timeoutMs);
  }
  hash(path: string, pid?: number): Promise<HashResult> {
    return this.#request({ op: 'hash', path, pid }, REQUEST_MS);
  }
  snapshot(): Promise<Uint8Array[]> {
    return this.#request({ op: 'snapshot' }, REQUEST_MS);
  }

  async stop(): Promise<void> {
    this.#send(ToSensor.STOP);
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(kill);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
