import { type ChildProcess, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { cgroupName, cgroups } from './cgroup/index.ts';
import { removeSoon } from './cgroup/remove.ts';
import type { Cgroup } from './cgroup/types.ts';
import { Compartment } from './compartment.ts';
import { linkCompileCache } from './compile-cache.ts';
import { CompartmentError } from './error.ts';
import type { LaunchAnswer, Launched, LaunchPlan } from './launcher/plan.ts';
import { launcherCommand } from './launcher-command.ts';
import { type LayerName, layerNames } from './layers.ts';
import type { Limits } from './limits.ts';
import { checkOptions, type LaunchOptions } from './options.ts';
import { nodeRuntime } from './runtime.ts';
import { keepTail, Tail } from './tail.ts';

const TIMEOUT_MS = 15_000;
const STDERR_BYTES = 16_384;
/** An answer of the launcher is a few KiB. */
const ANSWER_BYTES = 65_536;

/**
 * Little lives longer than an event: a small new space (megabytes) stays in the processor's cache. An engine has a core at
 * most: one helper thread of V8 will do. Both make it end sooner when it fails, which the agent waits for.
 */
const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--v8-pool-size=1'];

/** An OpenSSL configuration that is there but may not be read ends Node at its start; this one may be read. */
const NODE_ENVIRONMENT: readonly string[] = [
  'LANG=C.UTF-8',
  'UV_THREADPOOL_SIZE=1',
  'OPENSSL_CONF=/dev/null',
];

/** Tells compartments apart that this process starts for one publisher. */
let started = 0;

/**
 * Starts an engine behind the wall. Call it from the main thread: the signal that ends the engine with its
 * parent follows the thread that started it. Resolves when every layer is in place and the exec is next; that
 * the engine itself runs is what its READY says.
 * @throws CompartmentError
 */
export async function launch(options: LaunchOptions): Promise<Compartment> {
  if (process.platform !== 'linux') throw new CompartmentError('unsupported', 'compartments need Linux');
  const limits = checkOptions(options);
  const unavailable: Partial<Record<LayerName, string>> = {};
  const layers = Object.fromEntries(
    layerNames.map((name) => [name, options.layers?.[name] ?? true]),
  ) as Record<LayerName, boolean>;
  const cgroup = layers.cgroup ? makeCgroup(options, limits, unavailable) : undefined;
  let child: ChildProcess | undefined;
  try {
    const command = launcherCommand(layers, unavailable);
    const { engine, uid } = options;
    const cache = engine.kind === 'node' ? compileCacheOf(engine.compileCache, uid) : undefined;
    const plan = planOf(options, limits, layers, unavailable, cgroup, cache);
    child = spawn(command[0] ?? '', command.slice(1), {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: cache },
      cwd: '/',
      // A session of its own: no controlling terminal, and no Ctrl-C that is meant for the agent.
      detached: true,
    });
    const tail = new Tail(STDERR_BYTES);
    keepTail(child.stderr, tail);
    const answer = await ask(child, plan, tail, options.timeoutMs ?? TIMEOUT_MS);
    return new Compartment(child, answer, cgroup, tail);
  } catch (error) {
    child?.kill('SIGKILL');
    if (child !== undefined) await ended(child);
    removeSoon(cgroup);
    throw error;
  }
}

function makeCgroup(
  options: LaunchOptions,
  limits: Limits,
  unavailable: Partial<Record<LayerName, string>>,
): Cgroup | undefined {
  try {
    return cgroups(options.ceiling).create(cgroupName(options.publisher, ++started), limits);
  } catch (error) {
    unavailable.cgroup = (error as Error).message;
    return undefined;
  }
}

function planOf(
  options: LaunchOptions,
  limits: Limits,
  layers: Record<LayerName, boolean>,
  unavailable: Partial<Record<LayerName, string>>,
  cgroup: Cgroup | undefined,
  cache: string | undefined,
): LaunchPlan {
  const { engine } = options;
  const node = realpathSync(process.execPath);
  const heap = `--max-old-space-size=${Math.floor((limits.memoryBytes * 0.5) / 2 ** 20)}`;
  return {
    layers,
    unavailable,
    required: options.required ?? [],
    uid: options.uid,
    gid: options.gid,
    cgroupProcs: cgroup?.procs ?? [],
    engine:
      engine.kind === 'node'
        ? {
            executable: node,
            // The old heap at half the limit: new space, code and Node itself need the rest, and V8 is to give up
            // with a message before the kernel kills without one.
            argv: [node, heap, ...NODE_FLAGS, ...(engine.execArgv ?? []), engine.entry],
            environment:
              cache === undefined ? NODE_ENVIRONMENT : [...NODE_ENVIRONMENT, `NODE_COMPILE_CACHE=${cache}`],
          }
        : {
            executable: realpathSync(engine.path),
            argv: [engine.path, ...(engine.arguments ?? [])],
            environment: ['LANG=C.UTF-8'],
          },
    readOnly:
      engine.kind === 'node'
        ? [
            engine.entry,
            ...(engine.runtime ?? nodeRuntime(engine.entry)),
            ...(cache === undefined ? [] : [cache]),
          ]
        : [],
    releaseDir: realpathSync(options.releaseDir),
    limits: { files: limits.files, pids: limits.pids },
  };
}

/** The folder, when it is there and can be read by this user's engine; it only saves time. */
function compileCacheOf(folder: string | undefined, uid: number): string | undefined {
  if (folder === undefined) return undefined;
  try {
    linkCompileCache(folder, uid);
    return folder;
  } catch {
    return undefined;
  }
}

/** Sends the plan and waits for the answer. */
function ask(child: ChildProcess, plan: LaunchPlan, tail: Tail, timeoutMs: number): Promise<Launched> {
  const control = child.stdio[4] as Socket;
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (code: 'launch-failed' | 'timeout', message: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new CompartmentError(code, message, [], cause));
    };
    const timer = setTimeout(() => fail('timeout', `the launcher took over ${timeoutMs} ms`), timeoutMs);
    child.once('error', (error) =>
      fail('launch-failed', `the launcher did not start: ${error.message}`, error),
    );
    child.once('exit', (code, signal) => {
      const last = tail.toString().trim().split('\n').at(-1);
      // Its answer, if there is one, is read before this.
      setImmediate(() => fail('launch-failed', `the launcher ended (${signal ?? code}): ${last ?? ''}`));
    });
    control.on('error', () => control.destroy());
    control.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end < 0 && text.length < ANSWER_BYTES) return;
      clearTimeout(timer);
      control.destroy();
      let answer: LaunchAnswer;
      try {
        answer = JSON.parse(text.slice(0, end)) as LaunchAnswer;
      } catch (error) {
        return fail('launch-failed', "the launcher's answer is not JSON", error);
      }
      if ('error' in answer) reject(new CompartmentError(answer.code, answer.error, answer.layers));
      else resolve(answer);
    });
    control.write(`${JSON.stringify(plan)}\n`);
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
    return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
