/** Runs one command to its end, with a time limit; its output is text. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A step of the run that cannot be done; the message says which and why, in one line. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
}

/** Runs `file` with `args` and returns its standard output. Throws `HarnessError` with the end of its standard error. */
export function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; timeoutMs?: number } = {},
): string {
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: options.timeoutMs ?? 120_000,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (status === 0) return stdout;
  const cause = error?.message ?? (signal === null ? `exit ${status}` : signal);
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' | ');
  throw new HarnessError(`${file} ${args.at(0) ?? ''}: ${cause}${said === '' ? '' : `: ${said}`}`);
}

/** Path of a program, looked for in PATH and in the folders for the administrator, which users often lack there. */
export function findExecutable(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return null;
}
