import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const bin: string = new URL('../../bin/ringfence.js', import.meta.url).pathname;
export const isRoot: boolean = process.geteuid?.() === 0;

// oxlint-disable-next-line typescript/no-explicit-any -- lines are JSON of several shapes
type Line = any;

/** `ringfence` as a child with places of its own; the folder goes when the test ends. */
export class Command implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'ringfence-cli-test-'));
  readonly lines: Line[] = [];
  /** Lines of standard output that are no JSON. */
  readonly text: string[] = [];
  stderr = '';
  readonly #started: ChildProcess[] = [];

  env(): NodeJS.ProcessEnv {
    const temporary = join(this.folder, 'tmp');
    mkdirSync(temporary, { recursive: true });
    return {
      ...process.env,
      RINGFENCE_STATE: join(this.folder, 'state'),
      RINGFENCE_RUN: join(this.folder, 'run'),
      RINGFENCE_CONFIG: join(this.folder, 'config.yaml'),
      TMPDIR: temporary,
    };
  }

  start(...args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [bin, ...args], {
      env: this.env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#started.push(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        this.lines.push(JSON.parse(line));
      } catch {
        this.text.push(line);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    return child;
  }

  /** Runs to the end; the exit code. */
  async run(...args: readonly string[]): Promise<number | null> {
    const [code] = (await once(this.start(...args), 'close')) as [number | null];
    return code;
  }

  /** Waits for a line of JSON. */
  async line(matches: (line: Line) => boolean, timeoutMs = 20_000): Promise<Line> {
    for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(20)) {
      const found = this.lines.find(matches);
      if (found !== undefined) return found;
    }
    throw new Error(`no such line in ${timeoutMs} ms; text: ${this.text.join('\n')}; stderr: ${this.stderr}`);
  }

  /** The status once the sensor and every publisher run. */
  async ready(): Promise<Line> {
    return this.line(
      (line) =>
        line.type === 'status' &&
        line.sensor.state === 'running' &&
        line.publishers.length > 0 &&
        line.publishers.every((one: Line) => one.state === 'running'),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#started) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A process and all its descendants, as of now. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while it was read.
    }
  }
  const belongs = (pid: number): boolean =>
    pid === root || (parents.has(pid) && belongs(parents.get(pid) as number));
  return [...parents.keys()].filter(belongs);
}

/** Ids of the programs that a process holds (fdinfo of programs and links). */
export function programsOf(pid: number): number[] {
  const ids = new Set<number>();
  for (const fd of readdirSync(`/proc/${pid}/fdinfo`)) {
    try {
      const match = /^prog_id:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
      if (match !== null) ids.add(Number(match[1]));
    } catch {
      // Closed meanwhile.
    }
  }
  return [...ids];
}
