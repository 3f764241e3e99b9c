/** The agent as in production, with publishers that run the first-party rules, on injected events. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Agent,
  ControlClient,
  type EngineProcess,
  makeConfig,
  type PublisherStatus,
  prepareProcess,
  startWalled,
} from '@ringfence/agent';
import { firstPartyRelease } from '@ringfence/engine';
import { PATIENT_PREFIX } from './commands.ts';
import { InjectedSensor } from './injected-sensor.ts';
import { benchEngine, wallGap } from './walled.ts';

/** A status costs something, and shares the agent's process with what is measured. */
const POLL_MS = 20;

/** A moment that an engine told: its name and the monotonic clock, nanoseconds. */
export interface Mark {
  readonly moment: string;
  readonly at: bigint;
}

export interface RigOptions {
  /** Publishers that get the load. */
  readonly publishers: number;
  /** Publishers that get commands alone. */
  readonly patients?: number;
  /** Entry file of their engine, in this folder. */
  readonly engine?: string;
}

export class Rig implements AsyncDisposable {
  readonly sensor: InjectedSensor = new InjectedSensor();
  /** Of the publishers under load. */
  readonly names: readonly string[];
  readonly patients: readonly string[];
  readonly #folder: string;
  readonly #engine: string;
  readonly #engines: Set<EngineProcess> = new Set();
  #agent: Agent | undefined;
  #control: ControlClient | undefined;

  private constructor({ publishers, patients = 0, engine = 'faulty-engine.ts' }: RigOptions) {
    this.names = Array.from({ length: publishers }, (_, i) => `bench-${i}`);
    this.patients = Array.from({ length: patients }, (_, i) => `${PATIENT_PREFIX}${i}`);
    this.#engine = engine;
    this.#folder = mkdtempSync(join(tmpdir(), 'ringfence-bench-'));
  }

  /** Resolves when every publisher's engine is fed and its spare is ready. */
  static async start(options: RigOptions): Promise<Rig> {
    const rig = new Rig(options);
    try {
      await rig.#begin();
      return rig;
    } catch (error) {
      await rig[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const content = [...this.names, ...this.patients].map((name) => {
      const folder = join(this.#folder, 'content', name);
      mkdirSync(folder, { recursive: true });
      cpSync(join(firstPartyRelease, 'rules'), join(folder, 'rules'), { recursive: true });
      writeFileSync(
        join(folder, 'release.json'),
        JSON.stringify({ publisher: name, name: 'first-party', version: '1' }),
      );
      return folder;
    });
    const run = join(this.#folder, 'run');
    const config = makeConfig(
      { content },
      { config: join(this.#folder, 'none.yaml'), state: join(this.#folder, 'state'), run },
    );
    prepareProcess(); // as `ringfence up` does
    this.#agent = await Agent.start(config, {
      startSensor: () => this.sensor,
      // As production starts its own engine, but for the entry file.
      startEngine: async (spec) => {
        const process = await startWalled({ ...spec, engine: benchEngine(this.#engine) });
        this.#engines.add(process);
        void process.exited.then(() => this.#engines.delete(process));
        return process;
      },
    });
    this.#control = await ControlClient.connect(run);
    await this.until(() => this.status().every(ready), 60_000);
  }

  status(): readonly PublisherStatus[] {
    return this.agent.status().publishers;
  }

  publisher(name: string): PublisherStatus {
    const found = this.status().find((publisher) => publisher.name === name);
    if (found === undefined) throw new Error(`no publisher ${name}`);
    return found;
  }

  get agent(): Agent {
    if (this.#agent === undefined) throw new Error('no agent runs');
    return this.#agent;
  }

  /** What is missing of the wall, or null. */
  get gap(): string | null {
    return wallGap(this.status()[0]?.layers as Parameters<typeof wallGap>[0]);
  }

  /** CPU seconds of all engines' processes so far. */
  get engineCpuSeconds(): number {
    return [...this.#engines].reduce((sum, engine) => sum + engine.usage().cpuSeconds, 0);
  }

  /** As an administrator does: what a publisher's releases did wrong is forgotten, so that the next failure is the first in its window. */
  async pardon(name: string): Promise<void> {
    await this.#control?.request({ op: 'publisher.enable', publisher: name });
  }

  /** The newest mark of a moment that a publisher's engines told since `after`. */
  mark(name: string, moment: string, after: bigint): bigint | undefined {
    return this.publisher(name)
      .log.map(({ message }) => parseMark(message))
      .findLast((mark) => mark?.moment === moment && mark.at > after)?.at;
  }

  /** Waits until everything given was dealt with. */
  async settle(): Promise<void> {
    await this.until(
      () => this.status().every(({ queue }) => queue.events === 0 && queue.inFlight === 0),
      30_000,
    );
  }

  async until(condition: () => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${this.#story()}`);
      await sleep(POLL_MS);
    }
  }

  /** For the message when something did not happen. */
  #story(): string {
    const publishers = this.#agent?.status().publishers ?? [];
    return publishers
      .map(
        ({ name, state, spare, queue, log }) =>
          `${name} ${state}, spare ${spare}, ${queue.events} wait, ${log.at(-1)?.message}`,
      )
      .join('; ');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control?.close();
    await this.#agent?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Fed, with a spare that could take over at once. */
export function ready(status: PublisherStatus): boolean {
  return status.state === 'running' && status.spare === 'ready';
}

function parseMark(message: string): Mark | undefined {
  const found = /^([a-z]+) (\d+)$/.exec(message);
  return found === null ? undefined : { moment: found[1] as string, at: BigInt(found[2] as string) };
}
