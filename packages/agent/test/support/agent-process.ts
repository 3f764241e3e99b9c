/** Starts `agent-main.ts`: the real sensor, and the real wall unless told otherwise. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SettingsInput } from '../../src/config/settings.ts';
import { ControlClient } from '../../src/control/client.ts';
import type { PublisherStatus } from '../../src/publisher/status.ts';
import type { AgentStatus } from '../../src/status.ts';
import type { Harness } from './harness.ts';

export class AgentProcess {
  readonly child: ChildProcess;
  readonly run: string;
  readonly exited: Promise<void>;
  stderr = '';

  private constructor(child: ChildProcess, run: string) {
    this.child = child;
    this.run = run;
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  static async start(
    harness: Harness,
    settings: SettingsInput,
    options: { plain?: boolean; prefix?: readonly string[] } = {},
  ): Promise<AgentProcess> {
    const { places } = harness.config();
    const argument = JSON.stringify({ settings, places, plain: options.plain ?? false });
    const main = fileURLToPath(new URL('./agent-main.ts', import.meta.url));
    const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
    const [command, ...args] = [...(options.prefix ?? []), process.execPath, ...flags, main, argument];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const agent = new AgentProcess(child, places.run);
    await Promise.race([
      new Promise((resolve) => child.stdout?.once('data', resolve)),
      agent.exited.then(() => Promise.reject(new Error(`the agent ended: ${agent.stderr}`))),
    ]);
    return agent;
  }

  async status(): Promise<AgentStatus> {
    using client = await ControlClient.connect(this.run);
    return (await client.request({ op: 'status' })) as AgentStatus;
  }

  async publisher(name: string): Promise<PublisherStatus> {
    const found = (await this.status()).publishers.find((publisher) => publisher.name === name);
    if (found === undefined) throw new Error(`no publisher ${name}`);
    return found;
  }

  /** Waits until the status is as wanted. */
  async until(condition: (status: AgentStatus) => boolean, what: string, ms = 20_000): Promise<AgentStatus> {
    const end = performance.now() + ms;
    for (;;) {
      const status = await this.status();
      if (condition(status)) return status;
      if (performance.now() > end)
        throw new Error(
          `not within ${ms} ms: ${what}: ${JSON.stringify({ ...status, notices: [] })} ${this.stderr}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.exited;
  }
}
