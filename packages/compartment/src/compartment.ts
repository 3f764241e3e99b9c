import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { type Cause, deriveCause, type KillReason } from './cause.ts';
import { removeSoon } from './cgroup/remove.ts';
import { type Cgroup, NO_USAGE, type Usage } from './cgroup/types.ts';
import type { Launched } from './launcher/plan.ts';
import type { LayerReport } from './layers.ts';
import { type ProcessEnd, processEnd } from './proc-end.ts';
import { procStat } from './proc-stat.ts';
import { procUsage } from './proc-usage.ts';
import type { Tail } from './tail.ts';

/** How a compartment ended. */
export interface Exit {
  readonly cause: Cause;
  /** As the operating system said. Behind a PID namespace it may be that of unshare, and mislead. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Counters when it ended. */
  readonly usage: Usage;
  readonly stderr: string;
}

/** How long the rest of standard error may take after the exit, milliseconds. */
const STDERR_GRACE_MS = 200;

/** A running engine behind the wall. Owns the process and its cgroup; disposing of it stops the engine. */
export class Compartment implements Disposable {
  /** The engine's descriptor 3. */
  readonly channel: Socket;
  /** The engine's process id on the host. */
  readonly pid: number;
  readonly layers: readonly LayerReport[];
  /** The release folder as the engine sees it: what HELLO has to say. */
  readonly releaseDir: string;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #cgroup: Cgroup | undefined;
  readonly #tail: Tail;
  readonly #seenEnd: PromiseWithResolvers<ProcessEnd> = Promise.withResolvers();
  #killed: KillReason | undefined;
  #final: Usage | undefined;
  /** What /proc said last, for it says nothing of a process that is gone. */
  #last: Usage = NO_USAGE;

  constructor(child: ChildProcess, launched: Launched, cgroup: Cgroup | undefined, tail: Tail) {
    this.#child = child;
    this.#cgroup = cgroup;
    this.#tail = tail;
    this.channel = child.stdio[3] as Socket;
    this.pid = launched.pid;
    this.layers = launched.layers;
    this.releaseDir = launched.releaseDir;
    // A channel whose engine is gone says so by its end; a write to it must not end the agent.
    this.channel.on('error', () => this.channel.destroy());
    this.exited = this.#wait();
  }

  /** Counters of the cgroup; without one, what /proc says of the process. After the exit, those of the end. */
  usage(): Usage {
    if (this.#final !== undefined) return this.#final;
    if (this.#cgroup !== undefined) return this.#cgroup.usage();
    const now = procUsage(this.pid);
    if (now.pids > 0) this.#last = now;
    return this.#last;
  }

  /** The last 16 KiB of what the engine wrote to standard error. Not trusted text. */
  stderrTail(): string {
    return this.#tail.toString();
  }

  /** Ends the engine at once (SIGKILL). The first reason given is the one that counts. */
  kill(reason: KillReason): void {
    if (this.#final !== undefined) return;
    this.#killed ??= reason;
    // unshare(1) stays until the engine is gone, so that its exit means the engine's.
    if (this.pid !== this.#child.pid && parentOf(this.pid) === this.#child.pid) killNow(this.pid);
    else this.#child.kill('SIGKILL');
  }

  /**
   * Looks whether the engine has failed. The kernel tells its parent only when all its memory is freed, which takes tens
   * of milliseconds on a busy host; `exited` then settles without waiting for that. Costs some 20 µs.
   */
  lookForEnd(): void {
    if (this.#final !== undefined) return;
    const end = processEnd(this.pid);
    if (end !== undefined) this.#seenEnd.resolve(end);
  }

  [Symbol.dispose](): void {
    this.kill('stop');
  }

  /** Reads what the engine had written when it failed: one turn of the event loop takes all that there is. */
  async #readOut(end: ProcessEnd): Promise<ProcessEnd> {
    await setImmediate();
    await setImmediate();
    this.channel.destroy();
    return end;
  }

  async #wait(): Promise<Exit> {
    const seen = this.#seenEnd.promise.then((end) => this.#readOut(end));
    const how = await Promise.race([ended(this.#child), seen]);
    const usage = this.usage();
    this.#final = usage;
    const end = { ...how, stderr: this.#tail.toString() };
    const cause = deriveCause({ ...end, killed: this.#killed, oomKills: usage.oomKills });
    removeSoon(this.#cgroup);
    return { cause, ...end, usage };
  }
}

/** The child's end, with all that it wrote read. */
async function ended(child: ChildProcess): Promise<ProcessEnd> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  }
  await closed(child.stderr);
  return { code: child.exitCode, signal: child.signalCode };
}

function closed(stream: ChildProcess['stderr']): Promise<void> {
  if (stream === null || stream.closed) return Promise.resolve();
  stream.resume();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, STDERR_GRACE_MS);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** It may have ended since it was looked up: that is no error. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Parent of a process, so that a kill cannot hit another process that got the same pid since. */
function parentOf(pid: number): number | undefined {
  const ppid = procStat(pid)?.[1];
  return ppid === undefined ? undefined : Number(ppid);
}
