/** One engine: its process, its channel, and what it is judged by. Does as it is told and reports what happens. */
import { readdirSync, readFileSync } from 'node:fs';
import type { LayerReport, Usage } from '@ringfence/compartment';
import {
  EngineHost,
  type EngineMessage,
  type Finding,
  type HashResult,
  type HashTarget,
  type Hello,
  type LogLevel,
  ProtocolError,
  type Ready,
} from '@ringfence/compartment/protocol';
import { messageOf } from '../errors.ts';
import { type FailureCause, failureOf, killReason, type Verdict } from './cause.ts';
import { type Wanted, wantedOf } from './cut.ts';
import type { EngineExit, EngineProcess } from './engine-process.ts';
import {
  earliestVerdict,
  isSlow,
  nearVerdict,
  type Sample,
  type Scheduled,
  startWatch,
  type WatchEvent,
  type WatchLimits,
  type WatchState,
  wantsSample,
  watch,
} from './watch.ts';

/** What an engine did, for its publisher. */
export interface InstanceEvents {
  ready(ready: Ready, wanted: Wanted): void;
  acked(batch: bigint): void;
  finding(batch: bigint, index: number, finding: Finding): void;
  hash(request: number, target: HashTarget, batch: bigint, index: number): void;
  state(state: Uint8Array): void;
  log(level: LogLevel, message: string): void;
  /** It is gone: called once, after everything that it had said. */
  dead(end: InstanceEnd): void;
}

export interface InstanceEnd {
  readonly cause: FailureCause;
  readonly detail: string;
  readonly exit: EngineExit;
  /** From the death, or the verdict, until everything about it was known; milliseconds. */
  readonly detectMs: number;
  readonly stderr: string;
  readonly samples: readonly Sample[];
  /** It was told to stop. */
  readonly expected: boolean;
}

export interface InstanceOptions {
  readonly id: number;
  /** The greeting, given where the engine sees its release. */
  readonly hello: (releaseDir: string) => Hello;
  readonly limits: WatchLimits & { readonly findingsPerSecond: number };
  readonly now: () => number;
}

/** Curve that is kept: a minute at two samples a second. */
const MAX_SAMPLES = 120;
const SAMPLE_EVERY_MS = 500;
/** Threads that are looked at. */
const MAX_THREADS = 64;
/** A spare has nothing to do. */
const SAMPLE_SPARE_EVERY_MS = 2_000;
const PING_EVERY_MS = 1_000;
/** A channel that ends without its process is ended with it after this long, and the other way round. */
const TRAILING_MS = 100;
/** An engine that owes an answer is looked at this often, whether it has died: its end is told late on a busy host. */
const LOOK_FOR_END_MS = 5;
/** From STOP to SIGKILL. */
const STOP_GRACE_MS = 1_000;

export class Instance {
  readonly id: number;
  readonly #options: InstanceOptions;
  readonly #events: InstanceEvents;
  readonly #host: EngineHost;
  #process: EngineProcess | undefined;
  #watch: WatchState;
  #wanted: Wanted | undefined;
  #killed: Verdict | null = null;
  #killedAt = 0;
  #stopping = false;
  #gone = false;
  #channelEnded = false;
  #exit: EngineExit | undefined;
  #samples: Sample[] = [];
  #lastUsage: Usage = { cpuSeconds: 0, memoryBytes: 0, pids: 0, oomKills: 0, throttledSeconds: 0 };
  #sampledAt = Number.NEGATIVE_INFINITY;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #nonce = 0n;
  #acked = 0;
  #endedAt: number | undefined;
  #started = false;
  readonly startedAt: number;

  constructor(starting: Promise<EngineProcess>, options: InstanceOptions, events: InstanceEvents) {
    this.id = options.id;
    this.#options = options;
    this.#events = events;
    this.startedAt = options.now();
    this.#host = new EngineHost((message) => this.#hear(message), {
      findingsPerSecond: options.limits.findingsPerSecond,
    });
    this.#watch = startWatch(this.startedAt);
    starting.then(
      (process) => this.#guard(() => this.#attach(process)),
      (error: unknown) => this.#neverStarted({ cause: 'launch', detail: messageOf(error) }),
    );
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }
  get wanted(): Wanted | undefined {
    return this.#wanted;
  }
  get layers(): readonly LayerReport[] {
    return this.#process?.layers ?? [];
  }
  get usage(): Usage {
    return this.#lastUsage;
  }
  /** Average CPU between the last two samples, percent of one core. */
  get cpuPercent(): number {
    const [before, last] = [this.#samples.at(-2), this.#samples.at(-1)];
    if (before === undefined || last === undefined || last.at <= before.at) return 0;
    return ((last.cpuSeconds - before.cpuSeconds) / (last.at - before.at)) * 100_000;
  }
  get windowOpen(): boolean {
    return this.#host.windowOpen && !this.#gone && this.#killed === null;
  }
  get started(): boolean {
    return this.#started;
  }

  /** Gives it its predecessor's state and the running processes, and starts it. */
  start(state: Uint8Array | null, snapshot: readonly Uint8Array[]): void {
    if (this.#unusable()) return;
    if (state !== null) this.#write(this.#host.state(state));
    for (const part of snapshot) this.#write(this.#host.snapshot(part));
    this.#write(this.#host.start());
    this.#started = true;
  }

  /** @param written called when the records have left the agent; never when they did not */
  send(id: bigint, count: number, records: Uint8Array, written: () => void): void {
    const channel = this.#process?.channel;
    if (channel === undefined || this.#unusable()) return;
    channel.cork();
    channel.write(this.#host.batch(id, count, records.length));
    channel.write(records, (error) => {
      if (error === null || error === undefined) written();
    });
    channel.uncork();
    this.#judge({ type: 'sent', now: this.#options.now() });
  }

  sendHash(result: HashResult): void {
    if (!this.#unusable()) this.#write(this.#host.hashResult(result));
  }

  /** Asks it to end, and makes it after a second. */
  stop(): void {
    if (this.#stopping || this.#gone) return;
    this.#stopping = true;
    if (this.#process === undefined)
      return this.#neverStarted({ cause: 'launch', detail: 'no longer wanted' });
    this.#write(this.#host.stop());
    setTimeout(() => this.#process?.kill('stop'), STOP_GRACE_MS).unref();
  }

  /** Ends it at once, by the agent's decision. */
  kill(verdict: Verdict): void {
    if (this.#gone || this.#killed !== null) return;
    this.#killed = verdict;
    this.#killedAt = performance.now();
    if (this.#process === undefined) return this.#neverStarted(verdict);
    this.#sample(true);
    this.#process.kill(killReason(verdict.cause));
    this.#lookUntilGone();
  }

  /** Looks, now and then while it owes the answer to a batch, whether it has died. Call it as often as you like. */
  lookForEnd(): void {
    const { batch } = this.#watch;
    const now = this.#options.now();
    if (batch === null || now - Math.max(batch.since, this.#lookedAt) < LOOK_FOR_END_MS) return;
    this.#lookedAt = now;
    this.#process?.lookForEnd?.();
  }

  /** A killed process that cannot die, in a system call that does not end, is left to its exit. */
  #lookUntilGone(turns = 100): void {
    if (this.#gone || turns === 0) return;
    this.#process?.lookForEnd?.();
    setTimeout(() => this.#lookUntilGone(turns - 1), LOOK_FOR_END_MS).unref();
  }

  /** Looks at it: resources, heartbeat, deadlines. Call it about every 50 ms. */
  tick(): void {
    if (this.#gone || this.#killed !== null) return;
    const now = this.#options.now();
    const every = this.#started ? SAMPLE_EVERY_MS : SAMPLE_SPARE_EVERY_MS;
    const due = now - this.#sampledAt >= every || wantsSample(this.#watch, now);
    if (due || nearVerdict(this.#watch, now, this.#options.limits)) this.#sample(isSlow(this.#watch, now));
    if (
      this.#started &&
      !this.#stopping &&
      this.#watch.ping === null &&
      now - this.#pingedAt >= PING_EVERY_MS
    ) {
      this.#pingedAt = now;
      this.#write(this.#host.ping(++this.#nonce));
      this.#judge({ type: 'pinged', now });
    }
    if (!this.#stopping) this.#judge({ type: 'tick', now });
  }

  /** When the first deadline of what it owes passes (its start, a batch, the answer to a ping): the earliest time of a verdict. */
  get dueAt(): number {
    return earliestVerdict(this.#watch, this.#options.limits);
  }

  countAcked(events: number): void {
    this.#acked += events;
  }

  #attach(process: EngineProcess): void {
    if (this.#gone) {
      process.kill('stop');
      process.channel.destroy();
      return;
    }
    this.#process = process;
    const { channel } = process;
    channel.on('data', (chunk: Buffer) => this.#receive(chunk));
    channel.on('error', () => this.#ended());
    channel.on('end', () => this.#ended());
    channel.on('close', () => this.#ended());
    process.exited.then(
      (exit) => this.#exited(exit),
      (error: unknown) => this.#exited({ cause: 'crash', code: null, signal: messageOf(error) }),
    );
    this.#write(this.#host.hello(this.#options.hello(process.releaseDir)));
  }

  /** It is given up before there was a process; should one come yet, it is ended. */
  #neverStarted(verdict: Verdict): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events.dead({
      ...verdict,
      exit: { cause: 'launch-failed', code: null, signal: null },
      detectMs: 0,
      stderr: '',
      samples: [],
      expected: this.#stopping,
    });
  }

  #receive(chunk: Buffer): void {
    // What a killed engine still had in its pipe counts only until the verdict.
    if (this.#killed !== null || this.#gone) return;
    this.#guard(() => this.#host.receive(chunk));
  }

  /** Whatever goes wrong while one engine is heard ends that engine, and nothing else. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ProtocolError) {
        const flood = error.code === 'finding-flood' || error.code === 'flood';
        this.kill({ cause: flood ? 'flood' : 'protocol', detail: `${error.code}: ${error.message}` });
      } else {
        // A fault of ours: held against no release.
        this.kill({ cause: 'launch', detail: `internal error: ${messageOf(error)}` });
      }
    }
  }

  #hear(message: EngineMessage): void {
    if (this.#killed !== null) return;
    switch (message.type) {
      case 'ready':
        this.#wanted = wantedOf(message.ready.subscriptions);
        this.#judge({ type: 'ready', now: this.#options.now() });
        this.#events.ready(message.ready, this.#wanted);
        return;
      case 'ack':
        this.#events.acked(message.batch);
        this.#judge({ type: 'acked', left: this.#host.inFlight.length, now: this.#options.now() });
        return;
      case 'finding':
        return this.#events.finding(message.batch, message.index, message.finding);
      case 'pong':
        return this.#judge({ type: 'ponged', now: this.#options.now() });
      case 'state':
        return this.#events.state(message.state);
      case 'hash':
        return this.#events.hash(message.request, message.target, message.batch, message.index);
      case 'log':
        return this.#events.log(message.level, message.message);
    }
  }

  #write(frame: Uint8Array): void {
    const channel = this.#process?.channel;
    if (channel?.writable === true) channel.write(frame);
  }

  #unusable(): boolean {
    return this.#gone || this.#killed !== null || this.#process === undefined;
  }

  #judge(event: WatchEvent): void {
    const [next, verdict] = watch(this.#watch, event, this.#options.limits);
    this.#watch = next;
    if (verdict !== null && !this.#stopping) this.kill(verdict);
  }

  #sample(withScheduler: boolean): void {
    const process = this.#process;
    if (process === undefined) return;
    try {
      this.#lastUsage = process.usage();
    } catch {
      return; // it is just ending
    }
    const now = this.#options.now();
    this.#sampledAt = now;
    const { cpuSeconds, memoryBytes, throttledSeconds } = this.#lastUsage;
    const scheduler = withScheduler ? scheduled(process.pid) : null;
    const sample: Sample = {
      at: now,
      cpuSeconds,
      memoryBytes,
      throttledSeconds,
      scheduler,
      events: this.#acked,
    };
    this.#samples.push(sample);
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift();
    if (this.#killed === null) this.#judge({ type: 'sample', sample });
  }

  /** The channel ended: its process should too. */
  #ended(): void {
    if (this.#channelEnded) return;
    this.#channelEnded = true;
    this.#endedAt ??= performance.now();
    try {
      this.#host.end();
    } catch {
      // A frame that a death cut short accuses nobody.
    }
    if (this.#exit !== undefined) return this.#finish();
    setTimeout(() => {
      if (this.#exit !== undefined || this.#gone) return;
      if (this.#stopping) this.#process?.kill('stop');
      else this.kill({ cause: 'protocol', detail: 'closed its channel and went on' });
    }, TRAILING_MS).unref();
  }

  #exited(exit: EngineExit): void {
    this.#exit = exit;
    this.#endedAt ??= performance.now();
    if (this.#channelEnded) return this.#finish();
    setTimeout(() => this.#finish(), TRAILING_MS);
  }

  #finish(): void {
    const process = this.#process;
    if (this.#gone || process === undefined) return;
    this.#gone = true;
    process.channel.destroy();
    const exit = this.#exit ?? { cause: 'crash', code: null, signal: null };
    const stderr = process.stderrTail();
    const failure = failureOf(exit, this.#killed, this.#watch.ready);
    const since = this.#killed === null ? (this.#endedAt ?? performance.now()) : this.#killedAt;
    this.#events.dead({
      ...failure,
      exit,
      detectMs: performance.now() - since,
      stderr,
      samples: this.#samples,
      expected: this.#stopping && this.#killed === null,
    });
  }
}

/** What the scheduler did with a process's threads (schedstat: ran, waited; stat: state); null when it is gone. */
function scheduled(pid: number): Scheduled | null {
  let [ran, delay, runnable] = [0, 0, false];
  try {
    for (const task of readdirSync(`/proc/${pid}/task`).slice(0, MAX_THREADS)) {
      const times = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ');
      ran += Number(times[0]);
      delay += Number(times[1]);
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1');
      if (stat[stat.lastIndexOf(')') + 2] === 'R') runnable = true;
    }
  } catch {
    // Gone, or a kernel without CONFIG_SCHED_INFO: nothing is forgiven.
    return null;
  }
  return { ranSeconds: ran / 1e9, delaySeconds: delay / 1e9, runnable };
}
