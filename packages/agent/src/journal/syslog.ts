/**
 * Findings to the system log. Node has no Unix datagram sockets, which is what /dev/log is, so one `logger`
 * (util-linux) runs for as long as the agent and takes a line each; it reaches the journal as well as syslog daemons.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { messageOf } from '../errors.ts';

/** Lines are cut here: a syslog datagram is not larger on most hosts. */
const MAX_LINE = 8_000;
/** Bytes that may wait for a slow log; what comes on top is dropped and counted. */
const MAX_WAITING = 256 * 1024;
const RESTART_MS = 5_000;
/** Priorities of the facility auth (4), RFC 5424 section 6.2.1. */
const PRIORITY: Readonly<Record<string, number>> = {
  informational: 38,
  low: 37,
  medium: 36,
  high: 35,
  critical: 34,
};

export class Syslog {
  readonly #socket: string | undefined;
  readonly #notice: (text: string) => void;
  #child: ChildProcess | undefined;
  #restartAt = 0;
  #lost = 0;
  #stopped = false;

  /** @param socket path of the log socket; /dev/log unless given */
  constructor(socket: string | undefined, notice: (text: string) => void) {
    this.#socket = socket;
    this.#notice = notice;
  }

  /** Lines that did not reach the log. */
  get lost(): number {
    return this.#lost;
  }

  /** Sends one line; never waits. */
  send(level: string, text: string): void {
    const child = this.#ready();
    const input = child?.stdin;
    if (input === null || input === undefined || !input.writable || input.writableLength > MAX_WAITING) {
      this.#lost++;
      return;
    }
    const line = text.replaceAll(/[\r\n]+/g, ' ').slice(0, MAX_LINE);
    input.write(`<${PRIORITY[level] ?? 37}>${line}\n`);
  }

  stop(): void {
    this.#stopped = true;
    this.#child?.stdin?.end();
  }

  #ready(): ChildProcess | undefined {
    if (this.#child !== undefined) return this.#child;
    if (this.#stopped || performance.now() < this.#restartAt) return undefined;
    const args = ['--tag', 'ringfence', '--prio-prefix', '--size', String(MAX_LINE + 200)];
    if (this.#socket !== undefined) args.push('--socket', this.#socket);
    const child = spawn('logger', args, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#child = child;
    const gone = (reason: string): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#restartAt = performance.now() + RESTART_MS;
      if (!this.#stopped) this.#notice(`findings do not reach the system log: logger ${reason}`);
    };
    child.on('error', (error) => gone(messageOf(error)));
    child.on('exit', (code, signal) => gone(`ended (${signal ?? code})`));
    child.stdin.on('error', () => undefined);
    return child;
  }
}
