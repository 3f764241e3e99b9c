/**
 * Node's compile cache (nodejs.org/api/module.html#module-compile-cache) for engines: compiled once outside the wall,
 * read behind it, where nothing can be written. The launcher's own code is compiled too. Starting an engine then takes
 * half as long (`start` of `npm run bench -- compartments`).
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { LAUNCHER } from './launcher-command.ts';
import type { EngineProgram } from './options.ts';

type NodeProgram = Extract<EngineProgram, { kind: 'node' }>;

/** What has not been compiled by then is left out. */
const WITHIN_MS = 30_000;

/**
 * Fills the folder by running the engine once, without a wall and with a channel that is at its end: for programs of
 * one's own, never for what a publisher brings. The folder must be writable by nobody else: what is in it is run.
 * @returns false when it could not be filled, which costs nothing but time
 */
export async function fillCompileCache(
  program: NodeProgram,
  folder: string,
  signal?: AbortSignal,
): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  // The launcher ends with an error when no plan comes; what it had loaded by then is compiled all the same.
  await run([...process.execArgv, LAUNCHER], folder, signal);
  const filled = await run([...(program.execArgv ?? []), program.entry], folder, signal);
  try {
    openForReading(folder);
  } catch {
    return false;
  }
  return filled;
}

/** Runs a program with channels that are at their end, as if the agent had gone. */
async function run(
  argv: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { NODE_COMPILE_CACHE: folder },
    timeout: WITHIN_MS,
    killSignal: 'SIGKILL',
    ...(signal === undefined ? {} : { signal }),
  });
  for (const channel of child.stdio.slice(3) as Socket[]) {
    channel.on('error', () => channel.destroy());
    channel.end();
    channel.resume();
  }
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** Compiled code is no secret, and every publisher's user reads it. */
function openForReading(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openForReading(path);
    else if (entry.isFile()) chmodSync(path, 0o444);
  }
}

/** Node looks in a folder whose name ends in its own user id: a link makes that of another one. */
export function linkCompileCache(folder: string, uid: number): void {
  const own = `-${process.getuid?.() ?? 0}`;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.endsWith(own)) continue;
    const link = join(folder, `${entry.name.slice(0, -own.length)}-${uid}`);
    if (!existsSync(link)) symlinkSync(entry.name, link);
  }
}
