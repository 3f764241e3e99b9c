import { SCHEMA_VERSION } from '@ringfence/events';
import type { Compartment, Exit } from '../compartment.ts';
import { launch } from '../launch.ts';
import type { LaunchOptions } from '../options.ts';
import { EngineHost } from '../protocol/host.ts';
import { type EngineMessage, type Hello, PROTOCOL_VERSION, type Ready } from '../protocol/types.ts';

/** What an engine did wrong in a case: one line. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure';
}

export interface SessionOptions extends LaunchOptions {
  /** Longest time for READY, milliseconds. */
  readonly readyMs: number;
  /** Longest time for any other answer, milliseconds. */
  readonly answerMs: number;
}

type Of<T extends EngineMessage['type']> = Extract<EngineMessage, { readonly type: T }>;

/** One engine behind the wall, and the agent's side of a conversation with it. */
export class Session implements AsyncDisposable {
  readonly compartment: Compartment;
  readonly host: EngineHost;
  /** How hash requests are answered; by default the file cannot be read. */
  sha256: string | null = null;
  readonly #options: SessionOptions;
  readonly #messages: EngineMessage[] = [];
  #exit: Exit | undefined;
  #error: Error | undefined;
  #wake: () => void = () => {};

  private constructor(compartment: Compartment, options: SessionOptions) {
    this.compartment = compartment;
    this.#options = options;
    this.host = new EngineHost((message) => this.#take(message));
    compartment.channel.on('data', (chunk: Buffer) => {
      try {
        this.host.receive(chunk);
      } catch (error) {
        this.#error ??= error as Error;
        compartment.kill('protocol');
      }
      this.#wake();
    });
    void compartment.exited.then((exit) => {
      this.#exit = exit;
      this.#wake();
    });
  }

  static async start(options: SessionOptions): Promise<Session> {
    return new Session(await launch(options), options);
  }

  /** Writes bytes in one go. */
  send(...frames: Uint8Array[]): void {
    if (!this.compartment.channel.destroyed) this.compartment.channel.write(Buffer.concat(frames));
  }

  helloFrame(more: Record<string, unknown> = {}): Uint8Array {
    const hello: Hello = {
      protocol: PROTOCOL_VERSION,
      publisher: this.#options.publisher,
      release: { name: 'engine-test', version: '1.0.0' },
      releaseDir: this.compartment.releaseDir,
      tuning: null,
      limits: {
        maxFrameBytes: 1_048_576,
        maxFindingsPerSecond: 100,
        batchDeadlineMs: this.#options.answerMs,
      },
      schema: SCHEMA_VERSION,
      tier: 'full',
    };
    return this.host.hello({ ...hello, ...more });
  }

  /** HELLO and its answer. */
  async ready(): Promise<Ready> {
    this.send(this.helloFrame());
    return (await this.next('ready', this.#options.readyMs)).ready;
  }

  /** HELLO, READY and START. */
  async started(): Promise<Ready> {
    const ready = await this.ready();
    this.send(this.host.start());
    return ready;
  }

  /** The frame of a batch, booked. */
  batch(id: bigint, count: number, records: Uint8Array): Uint8Array {
    return Buffer.concat([this.host.batch(id, count, records.length), records]);
  }

  /**
   * The next message of a type; others that come before stay.
   * @throws CaseFailure when the engine ends, breaks the protocol, or says nothing in time
   */
  async next<T extends EngineMessage['type']>(type: T, ms: number = this.#options.answerMs): Promise<Of<T>> {
    const deadline = performance.now() + ms;
    for (;;) {
      const at = this.#messages.findIndex((message) => message.type === type);
      if (at >= 0) return this.#messages.splice(at, 1)[0] as Of<T>;
      if (this.#error !== undefined) throw new CaseFailure(`broke the protocol: ${this.#error.message}`);
      if (this.#exit !== undefined)
        throw new CaseFailure(`ended instead of ${type}: ${describe(this.#exit)}`);
      if (!(await this.#change(deadline))) throw new CaseFailure(`no ${type} within ${ms} ms`);
    }
  }

  /** Messages of a type that came and were not taken. */
  seen<T extends EngineMessage['type']>(type: T): Of<T>[] {
    return this.#messages.filter((message) => message.type === type) as Of<T>[];
  }

  /** How the engine ended. @throws CaseFailure when it does not, or breaks the protocol first */
  async exit(ms: number = this.#options.answerMs): Promise<Exit> {
    const deadline = performance.now() + ms;
    while (this.#exit === undefined) {
      if (!(await this.#change(deadline))) throw new CaseFailure(`still running after ${ms} ms`);
    }
    if (this.#error !== undefined) throw new CaseFailure(`broke the protocol: ${this.#error.message}`);
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.compartment.kill('stop');
    await this.compartment.exited;
  }

  #take(message: EngineMessage): void {
    if (message.type === 'hash') {
      const { request } = message;
      const answer =
        this.sha256 === null ? { sha256: null, error: 'the file cannot be read' } : { sha256: this.sha256 };
      // Not from inside receive: the request is booked when this callback has returned.
      queueMicrotask(() => this.send(this.host.hashResult({ request, ...answer })));
    }
    this.#messages.push(message);
  }

  /** Waits until something happens; false at the deadline. */
  async #change(deadline: number): Promise<boolean> {
    const ms = deadline - performance.now();
    if (ms <= 0) return false;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

export function describe({ cause, code, signal, stderr }: Exit): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return `${cause} (${signal ?? `status ${code}`})${last === '' ? '' : `: ${JSON.stringify(last.slice(0, 200))}`}`;
}
