/** Where the agent keeps things: stated, documented, overridable by environment for tests. */
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AgentError, messageOf } from '../errors.ts';

export interface Places {
  /** The configuration file. */
  readonly config: string;
  /** State that survives: releases, databases, evidence, findings.jsonl. Mode 0700. */
  readonly state: string;
  /** The control socket's directory. Mode 0700. */
  readonly run: string;
}

/**
 * The places of this user: root has the system's, everyone else the XDG ones. `RINGFENCE_CONFIG`,
 * `RINGFENCE_STATE` and `RINGFENCE_RUN` override each; the run directory follows an overridden state directory.
 */
export function places(env: NodeJS.ProcessEnv = process.env, uid: number = process.getuid?.() ?? 0): Places {
  const home = env['HOME'] ?? homedir();
  const root = uid === 0;
  const state =
    env['RINGFENCE_STATE'] ??
    (root ? '/var/lib/ringfence' : join(env['XDG_STATE_HOME'] ?? join(home, '.local/state'), 'ringfence'));
  const runtime = env['XDG_RUNTIME_DIR'];
  const run =
    env['RINGFENCE_RUN'] ??
    (env['RINGFENCE_STATE'] !== undefined
      ? join(state, 'run')
      : root
        ? '/run/ringfence'
        : runtime !== undefined
          ? join(runtime, 'ringfence')
          : join(state, 'run'));
  const config =
    env['RINGFENCE_CONFIG'] ??
    (root
      ? '/etc/ringfence/config.yaml'
      : join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'ringfence/config.yaml'));
  return { config: resolve(config), state: resolve(state), run: resolve(run) };
}

/**
 * Creates a directory of ours with mode 0700, or tightens one that is there.
 * @throws AgentError io, when it cannot be made or belongs to another user
 */
export function privateDirectory(path: string): void {
  try {
    makeFolders(path);
    const stat = statSync(path);
    const me = process.getuid?.() ?? stat.uid;
    if (stat.uid !== me) {
      throw new AgentError('io', `${path} belongs to uid ${stat.uid}, not to ${me}`, {
        cure: `chown it, or choose another place by RINGFENCE_STATE and RINGFENCE_RUN`,
      });
    }
    if ((stat.mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('io', `cannot use ${path}: ${messageOf(error)}`, {
      cure: 'create it, or choose another place by RINGFENCE_STATE and RINGFENCE_RUN',
      cause: error,
    });
  }
}

/** As mkdir -p. Node's own `recursive` never returns where the kernel answers ENOENT under a folder that exists (/proc). */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeFolders(parent);
  mkdirSync(path, { mode: 0o700 });
}
