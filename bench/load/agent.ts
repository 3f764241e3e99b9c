import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const command = new URL('../../packages/cli/bin/ringfence.js', import.meta.url).pathname;

/** The parts of a status line of `ringfence up --json` that the benchmark reads. */
export interface StatusLine {
  readonly type: 'status';
  readonly sensor: {
    readonly state: string;
    readonly stats: {
      readonly classes: Readonly<Record<string, { decoded: number; lost: number; shed: number }>>;
    } | null;
  };
  readonly publishers: readonly { readonly state: string; readonly lost: { readonly total: number } }[];
}

/** A state folder for agents that run one after the other: what the first has compiled and copied, the next need not. */
export class StateFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'ringfence-bench-state-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** `ringfence up --json` as a child. */
export class RunningAgent {
  readonly #child: ChildProcess;
  #status: StatusLine | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (!line.startsWith('{"type":"status"')) return;
      const status = JSON.parse(line) as StatusLine;
      if (status.sensor.state === 'running' && status.publishers.every(({ state }) => state === 'running'))
        this.#status = status;
    });
  }

  /** Resolves when the sensor is active and the publishers are loaded. */
  static async start(tier: 'core' | 'full', { path: state }: StateFolder): Promise<RunningAgent> {
    const child = spawn(process.execPath, [command, 'up', '--json', '--tier', tier], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        RINGFENCE_STATE: state,
        RINGFENCE_RUN: join(state, 'run'),
        RINGFENCE_CONFIG: join(state, 'none.yaml'),
      },
    });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    const agent = new RunningAgent(child);
    for (let waited = 0; agent.#status === undefined; waited += 20) {
      if (child.exitCode !== null || waited > 20_000) {
        await agent.stop();
        throw new Error(`ringfence up did not start: ${errors}`);
      }
      await sleep(20);
    }
    return agent;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  get status(): StatusLine {
    return this.#status as StatusLine;
  }

  /** A status that was made after this call, with everything drained that was seen before it. */
  async settled(): Promise<StatusLine> {
    await sleep(2200);
    return this.status;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGINT');
      await ended;
    }
  }
}
