/**
 * Node's compile cache (nodejs.org/api/module.html#module-compile-cache) for engines: compiled once outside the wall,
 * read behind it, where nothing can be written. Starting an engine then takes a quarter of the CPU time.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
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
  const child = spawn(process.execPath, [...(program.execArgv ?? []), program.entry], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: { NODE_COMPILE_CACHE: folder },
    timeout: WITHIN_MS,
    killSignal: 'SIGKILL',
    ...(signal === undefined ? {} : { signal }),
  });
  // As if the agent had gone: an engine then ends.
  const channel = child.stdio[3] as Socket;
  channel.on('error', () => channel.destroy());
  channel.end();
  channel.resume();
  const ended = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
  try {
    openForReading(folder);
  } catch {
    return false;
  }
  return ended;
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
