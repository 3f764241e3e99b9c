/** Runs one command to its end, with a time limit; its output is text. */
import { spawnSync } from 'node:child_process';

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

/** True when `name` is an executable on PATH (or in /usr/sbin, which users often lack there). */
export function findExecutable(name: string): string | null {
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', 'PATH="$PATH:/usr/sbin:/sbin" command -v "$1"', 'sh', name],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 && stdout.startsWith('/') ? stdout.trim() : null;
}
