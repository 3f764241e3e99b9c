import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { type Ceiling, defaultCeiling } from '../limits.ts';
import { readText } from './files.ts';
import type { Backend } from './types.ts';
import { cgroupV1 } from './v1.ts';
import { cgroupV2 } from './v2.ts';

/** Name of the directory that holds those of all compartments. */
const PARENT = 'ringfence';
const NEEDED = ['memory', 'cpu', 'pids'] as const;

/**
 * Finds the cgroup interface that has the memory, cpu and pids controllers.
 * @param mounts text of /proc/self/mounts
 * @param own text of /proc/self/cgroup
 * @throws Error with the reason when there is none
 */
export function findBackend(
  mounts: string = readText('/proc/self/mounts'),
  own: string = readText('/proc/self/cgroup'),
): Backend {
  const v1 = new Map<string, string>();
  let v2: string | undefined;
  for (const line of mounts.split('\n')) {
    const [, path, type, options] = line.split(' ');
    if (path === undefined) continue;
    if (type === 'cgroup') for (const option of options?.split(',') ?? []) v1.set(option, path);
    if (type === 'cgroup2') v2 ??= path;
  }
  const memory = v1.get('memory');
  const cpu = v1.get('cpu');
  const pids = v1.get('pids');
  if (memory !== undefined && cpu !== undefined && pids !== undefined) {
    return cgroupV1({ memory, cpu, pids, cpuacct: v1.get('cpuacct') ?? cpu }, PARENT);
  }
  if (v2 === undefined) throw new Error('no cgroup file system is mounted');
  const controllers = readText(join(v2, 'cgroup.controllers')).trim().split(' ');
  const missing = NEEDED.filter((name) => !controllers.includes(name));
  if (missing.length > 0) throw new Error(`cgroup v2 lacks the controllers ${missing.join(', ')}`);
  // In a service, systemd delegates its directory (Delegate=yes); elsewhere the top is nobody's.
  const service = /^0::(\/.*\.service)(?:\/.*)?$/m.exec(own)?.[1];
  if (service === undefined) return cgroupV2(join(v2, PARENT));
  return cgroupV2(join(v2, service, PARENT), join(v2, service, 'agent'));
}

let prepared: Backend | Error | undefined;

/**
 * The backend with its parent directory made, once a process. The ceiling holds for all compartments together.
 * @throws Error with the reason why there are no cgroups
 */
export function cgroups(ceiling?: Ceiling): Backend {
  if (prepared === undefined || ceiling !== undefined) prepared = prepare(ceiling);
  if (prepared instanceof Error) throw prepared;
  return prepared;
}

function prepare(ceiling: Ceiling | undefined): Backend | Error {
  try {
    const backend = findBackend();
    backend.prepare(ceiling ?? defaultCeiling({ memoryBytes: totalmem(), cores: availableParallelism() }));
    return backend;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Removes the empty directories that compartments of an agent that was killed have left, and returns how many.
 * Those of an agent that runs, and those that still hold a process, stay.
 */
export function removeStaleCgroups(): number {
  let backend: Backend;
  try {
    backend = findBackend();
  } catch {
    return 0;
  }
  return backend.names().filter((name) => isStale(name) && backend.remove(name)).length;
}

/** Names are made by `cgroupName`. */
function isStale(name: string): boolean {
  const pid = Number(/-(\d+)-\d+$/.exec(name)?.[1]);
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** A name that says which agent made it, so that another one does not take it for a leftover. */
export function cgroupName(publisher: string, instance: number): string {
  return `${publisher}-${process.pid}-${instance}`;
}
