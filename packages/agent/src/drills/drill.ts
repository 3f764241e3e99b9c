/**
 * Drills: a real faulty release beside two healthy ones, on the real sensor's events, in the agent that runs or in one
 * started for it. What the drill says was seen from outside: by the control socket, /proc and the cgroup folders.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../agent.ts';
import { makeConfig } from '../config/load.ts';
import { ControlClient } from '../control/client.ts';
import { AgentError } from '../errors.ts';
import type { FailureCause } from '../publisher/cause.ts';
import type { Evidence } from '../publisher/evidence.ts';
import type { PublisherStatus } from '../publisher/status.ts';
import type { AgentStatus } from '../status.ts';
import { removeTree } from '../store/remove-tree.ts';
import type { DrillKind, Fault } from './fault.ts';
import { residueOf } from './residue.ts';

export interface DrillOptions {
  /** Run directory of the agent to use; one is started when none answers there, or when it is not given. */
  readonly run?: string;
  /** Told what goes on, a line each. */
  readonly progress?: (line: string) => void;
}

/** What a drill says, and `ringfence drill --json` prints. */
export interface DrillResult {
  readonly drill: DrillKind;
  readonly pass: boolean;
  /** The cause that the agent derived; null when it saw nothing. */
  readonly cause: FailureCause | null;
  /** From the start of the process that set the fault off until the agent had derived its cause: the sensor's delay included. */
  readonly detectMs: number | null;
  /** From then until the publisher's content was fed again. */
  readonly recoverMs: number | null;
  /** Events that the faulty publisher lost: the batch that killed twice, which is set aside. */
  readonly ownLost: number;
  /** What the sensor lost counts as lost by each. */
  readonly others: readonly { readonly publisher: string; readonly events: number; readonly lost: number }[];
  readonly agentAlive: boolean;
  /** What was left afterwards. */
  readonly residue: readonly string[];
}

export interface DrillReport {
  readonly result: DrillResult;
  /** Why it did not pass; empty when it did. */
  readonly failures: readonly string[];
  /** What the agent kept about the fault. */
  readonly evidence: Evidence | null;
  /** true: the agent that runs was used; false: one was started for the drill. */
  readonly running: boolean;
}

/** The cause that the agent must derive. */
export const drillCauses: Readonly<Record<DrillKind, FailureCause>> = {
  crash: 'crash',
  hang: 'hang',
  bloat: 'memory',
  spin: 'cpu',
  flood: 'flood',
  garbage: 'protocol',
};

const FAULTY = 'drill-faulty';
const OTHERS = ['drill-one', 'drill-two'] as const;
const ALL = [FAULTY, ...OTHERS];
/** Processes that are started as load while the drill runs, one each so many milliseconds. */
const MARK_EVERY_MS = 20;
const START_MS = 20_000;
const FAULT_MS = 25_000;
const SETTLE_MS = 8_000;

/** Runs one drill. It takes 3 to 15 s, a minute at most. @throws AgentError when no agent can be used or started */
export async function runDrill(drill: DrillKind, options: DrillOptions = {}): Promise<DrillReport> {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-drill-'));
  const host = await findAgent(options.run, dir);
  try {
    return await new Drill(drill, dir, host, options.progress ?? (() => undefined)).run();
  } finally {
    await host.agent?.stop();
    removeTree(dir);
  }
}

interface Host {
  readonly run: string;
  /** The agent that was started for the drill. */
  readonly agent: Agent | null;
}

async function findAgent(run: string | undefined, dir: string): Promise<Host> {
  if (run !== undefined) {
    try {
      const client = await ControlClient.connect(run);
      client.close();
      return { run, agent: null };
    } catch (error) {
      if (!(error instanceof AgentError && error.code === 'not-running')) throw error;
    }
  }
  const places = { config: join(dir, 'config.yaml'), state: join(dir, 'state'), run: join(dir, 'run') };
  return { run: places.run, agent: await Agent.start(makeConfig({}, places)) };
}

class Drill {
  readonly #kind: DrillKind;
  readonly #dir: string;
  readonly #host: Host;
  readonly #progress: (line: string) => void;
  readonly #token: string = randomBytes(6).toString('hex');
  readonly #failures: string[] = [];
  /** Engines that were seen; 0 is none. */
  readonly #pids: Set<number> = new Set();
  #marks = 0;

  constructor(kind: DrillKind, dir: string, host: Host, progress: (line: string) => void) {
    this.#kind = kind;
    this.#dir = dir;
    this.#host = host;
    this.#progress = progress;
  }

  async run(): Promise<DrillReport> {
    const client = await ControlClient.connect(this.#host.run);
    try {
      const { observed, evidence, agentPid } = await this.#observe(client);
      client.close();
      const agentAlive = await this.#agentAnswers();
      const residue = await residueOf(
        ALL.map((name) => `${name}-${agentPid}-`),
        this.#pids,
      );
      if (!agentAlive) this.#failures.push('the agent does not answer');
      if (residue.length > 0) this.#failures.push(`left behind: ${residue.join(', ')}`);
      const pass = this.#failures.length === 0;
      const result = { drill: this.#kind, pass, ...observed, agentAlive, residue };
      return { result, failures: this.#failures, evidence, running: this.#host.agent === null };
    } finally {
      client.close();
    }
  }

  async #observe(
    client: ControlClient,
  ): Promise<{ observed: Observed; evidence: Evidence | null; agentPid: number }> {
    for (const name of ALL) {
      await client.request({ op: 'drill.offer', dir: this.#release(name) });
    }
    await this.#until(
      client,
      (it) => it.sensor.state === 'running' && ALL.every((name) => isSteady(find(it, name))),
      START_MS,
      'three publishers run, each with a spare',
    );
    this.#progress('three publishers run, each with a spare');
    const load = setInterval(() => this.#mark(), MARK_EVERY_MS);
    try {
      await sleep(1_000);
      const before = await statusOf(client);
      this.#progress(`fault: ${this.#kind}`);
      const faultAt = Date.now();
      start(`${this.#token}-fault`);
      await this.#until(
        client,
        (it) => (find(it, FAULTY)?.restarts.count ?? 0) > 0,
        FAULT_MS,
        'the agent sees the fault',
      );
      // It is over when the batch that carries the fault has killed twice, is set aside, and the publisher works on.
      await this.#until(
        client,
        (it) => {
          const faulty = find(it, FAULTY);
          return (
            faulty?.state === 'running' &&
            faulty.events.setAside > 0 &&
            faulty.queue.events === 0 &&
            faulty.queue.inFlight === 0
          );
        },
        FAULT_MS,
        'the faulty publisher works again',
      );
      await sleep(500);
      clearInterval(load);
      const after = await this.#until(
        client,
        (it) => OTHERS.every((name) => (find(it, name)?.findings ?? 0) >= this.#marks),
        SETTLE_MS,
        'the others have seen every process that was started',
      );
      const observed = this.#judge(before, after, faultAt);
      const evidence = evidenceOf(find(after, FAULTY)?.restarts.last[0]?.evidence ?? null);
      if (evidence === null) this.#failures.push('the agent kept no evidence');
      return { observed, evidence, agentPid: after.pid };
    } finally {
      clearInterval(load);
    }
  }

  #judge(before: AgentStatus, after: AgentStatus, faultAt: number): Observed {
    const first = find(after, FAULTY)?.restarts.last[0];
    const sensorLost = sensorLosses(after) - sensorLosses(before);
    const others = OTHERS.map((publisher) => {
      const then = find(before, publisher);
      const now = find(after, publisher);
      const unseen = Math.max(0, this.#marks - (now?.findings ?? 0));
      return {
        publisher,
        events: (now?.events.acknowledged ?? 0) - (then?.events.acknowledged ?? 0),
        lost: unseen + (now?.lost.total ?? 0) + sensorLost,
      };
    });
    const expected = drillCauses[this.#kind];
    if (first?.cause !== expected)
      this.#failures.push(`the cause is ${first?.cause ?? 'unknown'}, not ${expected}`);
    if (first?.recoverMs === null) this.#failures.push('content was not fed again');
    for (const { publisher, events, lost } of others) {
      if (events === 0) this.#failures.push(`${publisher} saw no event`);
      if (lost > 0) this.#failures.push(`${publisher} lost ${lost} events`);
      if ((find(after, publisher)?.restarts.count ?? 0) > 0)
        this.#failures.push(`${publisher} was restarted`);
    }
    const faulty = find(after, FAULTY);
    // What a publisher got before it was set aside: events of the batch, or of the batches, that killed.
    const ownLost = (faulty?.lost.total ?? 0) + sensorLost;
    return {
      cause: first?.cause ?? null,
      detectMs: first === undefined ? null : Math.max(0, Date.parse(first.at) - faultAt),
      recoverMs: typeof first?.recoverMs === 'number' ? Math.ceil(first.recoverMs) : null,
      ownLost,
      others,
    };
  }

  /** A process whose start every publisher must see. */
  #mark(): void {
    this.#marks++;
    start(`${this.#token}-mark`);
  }

  /** Writes the release of one of the drill's publishers. */
  #release(publisher: string): string {
    const dir = join(this.#dir, 'content', publisher);
    mkdirSync(dir, { recursive: true });
    const fault: Fault =
      publisher === FAULTY
        ? { kind: this.#kind, trigger: `${this.#token}-fault` }
        : { kind: 'none', trigger: `${this.#token}-mark` };
    writeFileSync(
      join(dir, 'release.json'),
      JSON.stringify({ publisher, name: publisher, version: this.#token }),
    );
    writeFileSync(join(dir, 'fault.json'), JSON.stringify(fault));
    return dir;
  }

  /** Polls the status until it is as wanted; not in time is a failure of the drill, not an error. */
  async #until(
    client: ControlClient,
    condition: (status: AgentStatus) => boolean,
    ms: number,
    what: string,
  ): Promise<AgentStatus> {
    const end = performance.now() + ms;
    for (;;) {
      const status = await statusOf(client);
      for (const name of ALL) this.#pids.add(find(status, name)?.pid ?? 0);
      if (condition(status)) return status;
      if (performance.now() > end) {
        this.#failures.push(`not within ${ms / 1000} s: ${what}`);
        return status;
      }
      await sleep(20);
    }
  }

  async #agentAnswers(): Promise<boolean> {
    try {
      using client = await ControlClient.connect(this.#host.run);
      await statusOf(client);
      return true;
    } catch {
      return false;
    }
  }
}

type Observed = Pick<DrillResult, 'cause' | 'detectMs' | 'recoverMs' | 'ownLost' | 'others'>;

function evidenceOf(path: string | null): Evidence | null {
  try {
    return path === null ? null : (JSON.parse(readFileSync(path, 'utf8')) as Evidence);
  } catch {
    return null;
  }
}

async function statusOf(client: ControlClient): Promise<AgentStatus> {
  return (await client.request({ op: 'status' })) as AgentStatus;
}

function find(status: AgentStatus, name: string): PublisherStatus | undefined {
  return status.publishers.find((publisher) => publisher.name === name);
}

function isSteady(publisher: PublisherStatus | undefined): boolean {
  return publisher?.state === 'running' && publisher.spare === 'ready';
}

/** Process starts that the sensor lost or shed: they count as lost by everyone. */
function sensorLosses({ sensor }: AgentStatus): number {
  const counts = sensor.stats?.classes['process_start'];
  return (counts?.lost ?? 0) + (counts?.shed ?? 0);
}

/** Starts /bin/true with an argument that tells it from every other process. */
function start(argument: string): void {
  spawn('/bin/true', [argument], { stdio: 'ignore' }).on('error', () => undefined);
}
