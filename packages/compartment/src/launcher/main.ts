/**
 * The launcher: a process that walls itself in and then becomes the engine. It is started by the supervisor
 * with its plan on descriptor 4, answers there, and ends in an exec, so that nothing of it is left in the
 * engine's process. Layers bind only the calling thread; the exec ends the others.
 */
import { closeSync, constants, openSync, readlinkSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type LayerName, type LayerReport, layerNames, layerStops } from '../layers.ts';
import { librariesOf } from './elf.ts';
import { dropCapabilities, tryDropBoundingSet } from './layers/capabilities.ts';
import { prepareLandlock } from './layers/landlock.ts';
import { enterOwnRoot } from './layers/mounts.ts';
import { enterIpcNamespace, enterNetworkNamespace, enterUtsNamespace } from './layers/namespaces.ts';
import { setNoNewPrivs } from './layers/no-new-privs.ts';
import { dieWithParent } from './layers/parent-death.ts';
import { raiseOpenFiles, setRlimits } from './layers/rlimits.ts';
import { buildFilter, installFilter } from './layers/seccomp.ts';
import { becomeUser } from './layers/uid.ts';
import { addressOf, loadNative, type Native } from './native.ts';
import type { LaunchAnswer, LaunchPlan } from './plan.ts';

const PLAN_FD = 4;
/** The release folder inside a root of its own. */
const RELEASE = '/release';
const OOM_SCORE = '500';
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const CLOSE_RANGE_CLOEXEC = 4;
const AT_EMPTY_PATH = 0x1000;
const O_CLOEXEC = 0o2000000;

/** Applies layers and remembers what came of each. */
class Wall {
  readonly reports: LayerReport[] = [];
  readonly #plan: LaunchPlan;

  constructor(plan: LaunchPlan) {
    this.#plan = plan;
  }

  /** Runs `apply` unless the layer is switched off. It may return what of the layer is missing. */
  layer<T>(layer: LayerName, apply: () => T): T | undefined {
    if (!this.#plan.layers[layer]) {
      this.#note(layer, false, 'switched off');
      return undefined;
    }
    const known = this.#plan.unavailable[layer];
    if (known !== undefined) {
      this.#note(layer, false, known);
      return undefined;
    }
    try {
      const result = apply();
      this.#note(layer, true);
      return result;
    } catch (error) {
      this.#note(layer, false, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #note(layer: LayerName, applied: boolean, reason?: string): void {
    const report = { layer, applied, stops: layerStops[layer], ...(reason === undefined ? {} : { reason }) };
    const at = this.reports.findIndex((known) => known.layer === layer);
    if (at < 0) this.reports.push(report);
    else this.reports[at] = report;
  }

  partly(layer: LayerName, reason: string | undefined): void {
    if (reason !== undefined) this.#note(layer, true, reason);
  }

  applied(layer: LayerName): boolean {
    return this.reports.some((report) => report.layer === layer && report.applied);
  }
}

function main(): void {
  const plan = JSON.parse(readLine(PLAN_FD)) as LaunchPlan;
  const wall = new Wall(plan);
  try {
    const pid = Number(readlinkSync('/proc/self'));
    const become = raiseWall(loadNative(), plan, wall);
    const missing = plan.required.filter((layer) => !wall.applied(layer));
    if (missing.length > 0) {
      const reasons = wall.reports.filter(({ layer }) => missing.includes(layer));
      const error = `missing: ${reasons.map(({ layer, reason }) => `${layer} (${reason})`).join(', ')}`;
      answer({ error, code: 'layer-missing', layers: wall.reports });
      process.exit(125);
    }
    answer({
      layers: inOrder(wall.reports),
      pid,
      releaseDir: wall.applied('mount-namespace') ? RELEASE : plan.releaseDir,
    });
    become();
  } catch (error) {
    writeSync(2, `ringfence-launcher: ${String(error)}\n`);
    answer({
      error: error instanceof Error ? error.message : String(error),
      code: 'launch-failed',
      layers: wall.reports,
    });
    process.exit(125);
  }
}

/** Applies every layer but the last step, and returns that: the exec. */
function raiseWall(native: Native, plan: LaunchPlan, wall: Wall): () => void {
  // Joined at the end, so that the launcher's own work is not charged; opened here, before the files are out of sight.
  const procs = plan.cgroupProcs.map((path) => openSync(path, 'w'));
  // The supervisor started the launcher by unshare(1), or not; pid 1 says which.
  wall.layer('pid-namespace', () => {
    if (process.pid !== 1) throw new Error('not in a PID namespace of its own');
  });
  wall.layer('uts-namespace', () => enterUtsNamespace(native));
  wall.layer('ipc-namespace', () => enterIpcNamespace(native));
  wall.layer('network-namespace', () => enterNetworkNamespace(native));

  offerToOomKiller();

  const { executable } = plan.engine;
  const { interpreter, libraries } = librariesOf(executable);
  const runtime = [
    executable,
    ...(interpreter === undefined ? [] : [interpreter]),
    ...libraries,
    ...plan.readOnly,
  ];
  const inRelease = relative(plan.releaseDir, executable);
  const native_ = !inRelease.startsWith('..');
  const readOnly = native_ ? runtime.slice(1) : runtime;
  wall.layer('mount-namespace', () =>
    enterOwnRoot(native, {
      readOnly,
      release: { from: plan.releaseDir, to: RELEASE },
      executeRelease: native_,
    }),
  );
  const moved = wall.applied('mount-namespace');
  const program = moved && native_ ? join(RELEASE, inRelease) : executable;
  const release = moved ? RELEASE : plan.releaseDir;

  // See seccomp-rules.ts: the descriptor's number lies above the limit that setRlimits then sets.
  const opened = openSync(program, 'r');
  const descriptor = plan.limits.files;
  if (raiseOpenFiles(native) <= descriptor)
    throw new Error(`the limit of open files is not above ${descriptor}`);
  native.call('dup3', opened, descriptor, O_CLOEXEC);
  closeSync(opened);

  const bounding = wall.layer('capabilities', () => tryDropBoundingSet(native));
  wall.layer('no-new-privs', () => setNoNewPrivs(native));
  const landlock = wall.layer('landlock', () => {
    const execute = [program, ...(interpreter === undefined ? [] : [interpreter])];
    return prepareLandlock(native, { read: [...readOnly, release], execute, readWrite: ['/dev/null'] });
  });
  // The kernel counts processes per uid: without one of its own, the engine would be held to what others run.
  const { files, pids } = plan.limits;
  const ownUid = plan.layers.uid && plan.unavailable.uid === undefined;
  wall.layer('rlimits', () => setRlimits(native, ownUid ? { files, pids } : { files }));
  wall.layer('uid', () => becomeUser(native, plan.uid, plan.gid));
  wall.layer('capabilities', () => dropCapabilities(native));
  if (wall.applied('capabilities')) wall.partly('capabilities', bounding);
  wall.layer('parent-death-signal', () => dieWithParent(native));
  inheritDescriptors(native, descriptor);
  if (landlock !== undefined) {
    const rules = landlock;
    wall.layer('landlock', () => rules.restrict());
    if (wall.applied('landlock')) wall.partly('landlock', rules.missing);
  }
  const exec = prepareExec(native, descriptor, program, plan);
  wall.layer('cgroup', () => {
    for (const fd of procs) writeSync(fd, '0');
  });
  wall.layer('seccomp', () => {
    installFilter(native, buildFilter(native.architecture, { execDescriptor: descriptor, pid: process.pid }));
  });
  return exec;
}

/**
 * Where the host itself runs out of memory, an engine goes before the agent does: proc_pid_oom_score_adj(5). Where
 * /proc is read-only, in some containers, the kernel chooses by size alone.
 */
function offerToOomKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE);
  } catch {
    // As said.
  }
}

/**
 * Descriptors 0 to 3 go to the engine, no other does. Node marks 0 to 2 close-on-exec at its start.
 * CLOSE_RANGE_CLOEXEC came with 5.11; on 5.10 each of those below `end` is marked, above which there is none.
 */
function inheritDescriptors(native: Native, end: number): void {
  try {
    native.call('close_range', PLAN_FD, 0xffff_ffff, CLOSE_RANGE_CLOEXEC);
  } catch {
    for (let fd = PLAN_FD; fd < end; fd++) closeOnExec(native, fd);
  }
  for (let fd = 0; fd < PLAN_FD; fd++) {
    native.call('fcntl', fd, F_SETFD, 0);
    native.call('fcntl', fd, F_SETFL, native.call('fcntl', fd, F_GETFL) & ~constants.O_NONBLOCK);
  }
}

function prepareExec(native: Native, descriptor: number, program: string, plan: LaunchPlan): () => void {
  const [, ...rest] = plan.engine.argv;
  const argv = pointers([program, ...rest]);
  const environment = pointers(plan.engine.environment);
  return () => {
    native.call('execveat', descriptor, '', argv.array, environment.array, AT_EMPTY_PATH);
    throw new Error(`unreachable ${argv.strings.length + environment.strings.length}`);
  };
}

function closeOnExec(native: Native, fd: number): void {
  try {
    native.call('fcntl', fd, F_SETFD, FD_CLOEXEC);
  } catch {
    // no such descriptor
  }
}

/** A NULL-terminated array of C strings, with the strings, which must live as long. */
function pointers(texts: readonly string[]): { array: Uint8Array; strings: Uint8Array[] } {
  const strings = texts.map((text) => Buffer.from(`${text}\0`));
  const addresses = new BigUint64Array(strings.length + 1);
  strings.forEach((bytes, i) => {
    addresses[i] = addressOf(bytes);
  });
  return { array: new Uint8Array(addresses.buffer), strings };
}

function inOrder(reports: readonly LayerReport[]): LayerReport[] {
  return reports.toSorted((a, b) => layerNames.indexOf(a.layer) - layerNames.indexOf(b.layer));
}

function readLine(fd: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const got = readSync(fd, chunk);
    if (got === 0) throw new Error('no plan came');
    chunks.push(chunk.subarray(0, got));
    if (chunk[got - 1] === 10) return Buffer.concat(chunks).toString('utf8');
  }
}

function answer(message: LaunchAnswer): void {
  writeSync(PLAN_FD, `${JSON.stringify(message)}\n`);
}

main();
