/** A whole agent in a temporary folder, with plain engines and a test's sensor unless told otherwise. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, type AgentParts } from '../../src/agent.ts';
import { type Config, makeConfig } from '../../src/config/load.ts';
import type { SettingsInput } from '../../src/config/settings.ts';
import { drillEngine } from '../../src/drills/engine-of.ts';
import type { Fault } from '../../src/drills/fault.ts';
import type { StartEngine } from '../../src/publisher/engine-process.ts';
import type { PublisherStatus } from '../../src/publisher/status.ts';
import { startWalled } from '../../src/publisher/walled-engine.ts';
import { FakeSensor } from './fake-sensor.ts';
import { startPlain } from './plain-engine.ts';

/** The real wall, with the drill's engine for releases that name none. */
export const startWalledDrill: StartEngine = (spec) =>
  startWalled({ ...spec, engine: spec.engine ?? drillEngine() });

export class Harness implements AsyncDisposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'rf-agent-'));
  readonly sensor: FakeSensor = new FakeSensor();
  agent: Agent | undefined;

  /** Writes a release of a publisher, which the drill's engine runs. */
  release(publisher: string, version: string, fault: Fault): string {
    const dir = join(this.dir, 'content', `${publisher}-${version}`);
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(dir, 'release.json'),
      JSON.stringify({ publisher, name: `${publisher}-rules`, version }),
    );
    writeFileSync(join(dir, 'fault.json'), JSON.stringify(fault));
    return dir;
  }

  config(settings: SettingsInput = {}): Config {
    const state = join(this.dir, 'state');
    return makeConfig(settings, { config: join(this.dir, 'config.yaml'), state, run: join(this.dir, 'run') });
  }

  async start(settings: SettingsInput, parts: AgentParts = {}): Promise<Agent> {
    this.agent = await Agent.start(this.config(settings), {
      startSensor: () => this.sensor,
      startEngine: startPlain,
      ...parts,
    });
    return this.agent;
  }

  publisher(name: string): PublisherStatus {
    const found = this.agent?.status().publishers.find((publisher) => publisher.name === name);
    if (found === undefined) throw new Error(`no publisher ${name}`);
    return found;
  }

  async running(...names: string[]): Promise<void> {
    for (const name of names) await until(() => this.publisher(name).state === 'running', `${name} runs`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean, what: string, ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Ends a process that must be there: pid 0 would be our own process group. */
export function killed(pid: number | null | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === null || pid === undefined || pid <= 1) throw new Error(`no process to signal: ${pid}`);
  process.kill(pid, signal);
}
