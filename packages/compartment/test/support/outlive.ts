import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LaunchOptions } from '../../src/index.ts';
import type { Outcome } from './attempts.ts';

const SUPERVISOR = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
/** What the issue allows for everything to be gone. */
const WITHIN_MS = 3000;

export interface Supervised {
  readonly process: ChildProcess;
  /** Of the engine, which hangs. */
  readonly engine: number;
}

/** Starts a process that launches an engine, tells it to hang, and waits. */
export async function supervise(options: LaunchOptions): Promise<Supervised> {
  const child = spawn(process.execPath, [...process.execArgv, SUPERVISOR, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, engine: Number(line.toString()) };
}

/** Kills the supervisor of a hung engine, and sees whether the engine is still there after a while. */
export async function outlive(options: LaunchOptions): Promise<Outcome> {
  const { process: supervisor, engine } = await supervise(options);
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');
  const from = performance.now();
  while (isRunning(engine) && performance.now() - from < WITHIN_MS) await sleep(20);
  const alive = isRunning(engine);
  if (alive) process.kill(engine, 'SIGKILL');
  return { stopped: !alive, how: alive ? 'done' : 'killed' };
}

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
