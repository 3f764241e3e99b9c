/** Serves the control socket. Root's (or the user's) alone: 0600 in a 0700 folder. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as v from 'valibot';
import { AgentError, messageOf } from '../errors.ts';
import { CONTROL_SOCKET, MAX_REQUEST, type Request, requestSchema } from './protocol.ts';

/** What a request may do beside returning its result. */
export interface Connection {
  /** Sends an item of a stream; false when the reader is too slow: it was dropped. */
  item(value: unknown): boolean;
  onClose(callback: () => void): void;
}

export type Handler = (request: Request, connection: Connection) => unknown;

const MAX_CONNECTIONS = 32;
/** A connection that asked for nothing is closed. */
const IDLE_MS = 30_000;
/** What may wait for a slow reader. */
const MAX_WAITING = 4 * 1024 * 1024;
/** Bytes of a Unix socket's path, sockaddr_un.sun_path with its NUL. */
const MAX_PATH = 107;

export class ControlServer {
  readonly path: string;
  readonly #server: Server;
  readonly #handler: Handler;
  readonly #sockets: Set<Socket> = new Set();

  private constructor(path: string, handler: Handler) {
    this.path = path;
    this.#handler = handler;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Listens in `run`. Take the state's lock first: a socket that is there is then a dead agent's. @throws AgentError io */
  static async listen(run: string, handler: Handler): Promise<ControlServer> {
    const path = join(run, CONTROL_SOCKET);
    if (Buffer.byteLength(path) > MAX_PATH) {
      throw new AgentError('io', `the path of the control socket is too long: ${path}`, {
        cure: 'set RINGFENCE_RUN to a shorter folder',
      });
    }
    const server = new ControlServer(path, handler);
    try {
      rmSync(path, { force: true });
      const listening = Promise.withResolvers<void>();
      server.#server.once('error', listening.reject);
      server.#server.listen(path, () => listening.resolve());
      await listening.promise;
      chmodSync(path, 0o600);
      return server;
    } catch (error) {
      throw new AgentError('io', `cannot listen on ${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.path, { force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const closers: (() => void)[] = [];
    let buffered = '';
    let streams = false;
    const send = (value: unknown): void => {
      if (socket.writable) socket.write(`${JSON.stringify(value)}\n`);
    };
    socket.setEncoding('utf8');
    socket.setTimeout(IDLE_MS, () => {
      if (!streams) socket.destroy();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      for (const close of closers) close();
    });
    const answer = async (line: string): Promise<void> => {
      let id: number | null = null;
      try {
        const request = parseRequest(line);
        id = request.id;
        const result = await this.#handler(request, {
          item: (item) => {
            if (!socket.writable || socket.writableLength > MAX_WAITING) return false;
            send({ id, item });
            return true;
          },
          onClose: (callback) => {
            streams = true;
            if (socket.destroyed) callback();
            else closers.push(callback);
          },
        });
        send({ id, ok: true, result: result ?? null });
      } catch (error) {
        const known = error instanceof AgentError ? error : undefined;
        send({
          id,
          ok: false,
          code: known?.code ?? 'refused',
          error: messageOf(error),
          cure: known?.cure ?? null,
        });
      }
    };
    // Answers keep the order of their requests.
    let last: Promise<void> = Promise.resolve();
    let waiting = 0;
    socket.on('data', (text: string) => {
      buffered += text;
      for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
        const line = buffered.slice(0, end);
        buffered = buffered.slice(end + 1);
        if (++waiting > 100) return void socket.destroy();
        last = last.then(() => answer(line)).then(() => void waiting--);
      }
      if (buffered.length > MAX_REQUEST) {
        send({
          id: null,
          ok: false,
          code: 'refused',
          error: `a request is at most ${MAX_REQUEST} bytes`,
          cure: null,
        });
        socket.destroySoon();
      }
    });
  }
}

function parseRequest(line: string): Request {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AgentError('refused', 'a request is a line of JSON', { cause: error });
  }
  const result = v.safeParse(requestSchema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new AgentError('refused', `${v.getDotPath(issue) ?? 'request'}: ${issue.message}`);
}
