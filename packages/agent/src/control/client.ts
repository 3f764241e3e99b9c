/** Asks the running agent: used by every command but `up`. */
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { AgentError, errnoOf, messageOf } from '../errors.ts';
import { CONTROL_SOCKET, type Command, MAX_REPLY } from './protocol.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly item: ((item: unknown) => void) | undefined;
}

export class ControlClient {
  readonly #socket: Socket;
  readonly #waiting: Map<number, Waiting> = new Map();
  /** Settles when the agent is gone. */
  readonly closed: Promise<void>;
  #nextId = 1;
  #buffered = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      closed.resolve();
      for (const waiting of this.#waiting.values())
        waiting.reject(new AgentError('not-running', 'the agent closed the connection'));
      this.#waiting.clear();
    });
  }

  /** @throws AgentError not-running */
  static async connect(run: string): Promise<ControlClient> {
    const path = join(run, CONTROL_SOCKET);
    const socket = createConnection(path);
    const connected = Promise.withResolvers<void>();
    socket.once('connect', () => connected.resolve());
    socket.once('error', connected.reject);
    try {
      await connected.promise;
    } catch (error) {
      const denied = errnoOf(error) === 'EACCES';
      throw new AgentError(
        'not-running',
        denied ? `${path}: no permission` : `no agent answers on ${path}: ${messageOf(error)}`,
        {
          cure: denied ? 'use the same user as the agent, usually root' : 'start one with `ringfence up`',
          cause: error,
        },
      );
    }
    return new ControlClient(socket);
  }

  /**
   * Sends a command and returns its result; items of a stream go to `item`.
   * @throws AgentError what the agent answered
   */
  async request(command: Command, item?: (item: unknown) => void): Promise<unknown> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject, item });
    this.#socket.write(`${JSON.stringify({ id, ...command })}\n`);
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #receive(text: string): void {
    this.#buffered += text;
    const lines = this.#buffered.split('\n');
    this.#buffered = lines.pop() ?? '';
    if (this.#buffered.length > MAX_REPLY) return void this.#socket.destroy();
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    let reply: Reply;
    try {
      reply = JSON.parse(line) as Reply;
    } catch {
      this.#socket.destroy();
      return;
    }
    const waiting = this.#waiting.get(reply.id ?? -1);
    if (waiting === undefined) return;
    if (reply.ok === undefined) return waiting.item?.(reply.item);
    if (reply.ok) waiting.resolve(reply.result);
    else {
      const cure = typeof reply.cure === 'string' ? { cure: reply.cure } : {};
      waiting.reject(new AgentError('refused', reply.error ?? 'refused', cure));
    }
    // A stream goes on after its answer.
    if (waiting.item === undefined || reply.ok === false) this.#waiting.delete(reply.id ?? -1);
  }
}

interface Reply {
  readonly id: number | null;
  readonly ok?: boolean;
  readonly result?: unknown;
  readonly item?: unknown;
  readonly error?: string;
  readonly cure?: string | null;
}
