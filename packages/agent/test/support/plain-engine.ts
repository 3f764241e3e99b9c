/** Engines as plain child processes, without the wall: for tests of what the supervisor does. */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { deriveCause, type KillReason, procUsage } from '@ringfence/compartment';
import { drillEngine } from '../../src/drills/engine-of.ts';
import type { StartEngine } from '../../src/publisher/engine-process.ts';

export const startPlain: StartEngine = async (spec) => {
  const engine = spec.engine ?? drillEngine();
  if (engine?.kind !== 'node') throw new Error('only Node engines run here');
  const child = spawn(process.execPath, [...(engine.execArgv ?? []), engine.entry], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  let killed: KillReason | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-16_384);
  });
  const exited = Promise.withResolvers<{
    cause: ReturnType<typeof deriveCause>;
    code: number | null;
    signal: NodeJS.Signals | null;
  }>();
  child.on('error', exited.reject);
  child.on('exit', (code, signal) =>
    exited.resolve({ code, signal, cause: deriveCause({ code, signal, killed, oomKills: 0, stderr }) }),
  );
  const pid = child.pid ?? 0;
  return {
    channel: child.stdio[3] as Socket,
    pid,
    layers: [],
    releaseDir: spec.releaseDir,
    stderrTail: () => stderr,
    exited: exited.promise,
    kill: (reason) => {
      killed ??= reason;
      child.kill('SIGKILL');
    },
    usage: () => procUsage(pid),
  };
};
