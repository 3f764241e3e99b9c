import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Ceiling, CPU_PERIOD_US, CPU_WEIGHT, type Limits } from '../limits.ts';
import { readKeys, readNumber, tryRemove, tryWrite } from './files.ts';
import type { Backend, Cgroup, Usage } from './types.ts';

/** `cpu.shares` of a process of nice 0: Documentation/scheduler/sched-design-CFS.rst. */
const SHARES = 1024;

/** Mount points by controller; memory, cpu and pids are needed, cpuacct may be its own. */
export interface V1Mounts {
  readonly memory: string;
  readonly cpu: string;
  readonly cpuacct: string;
  readonly pids: string;
}

/**
 * cgroup v1: Documentation/admin-guide/cgroup-v1/memory.rst, Documentation/scheduler/sched-bwc.rst,
 * cpuacct.rst, pids.rst. One directory in each controller's hierarchy.
 */
export function cgroupV1(mounts: V1Mounts, parent: string): Backend {
  const roots = [...new Set([mounts.memory, mounts.cpu, mounts.cpuacct, mounts.pids])];
  const all = (...path: string[]): string[] => roots.map((root) => join(root, parent, ...path));
  const file = (controller: keyof V1Mounts, ...path: string[]): string =>
    join(mounts[controller], parent, ...path);

  const limit = (name: string, limits: Omit<Limits, 'files'> | Ceiling): void => {
    // Where swap is accounted (elsewhere the file is absent), memory and swap together get the same limit: no swap.
    // The kernel refuses a limit of memory above that of both, so the old one goes first.
    const swap = file('memory', name, 'memory.memsw.limit_in_bytes');
    tryWrite(swap, -1);
    const quota = Math.round((limits.cpuPercent / 100) * CPU_PERIOD_US);
    // A burst is at most the quota, which may have been larger before.
    const burst = file('cpu', name, 'cpu.cfs_burst_us');
    tryWrite(burst, 0);
    const failed = [
      tryWrite(file('memory', name, 'memory.limit_in_bytes'), limits.memoryBytes),
      tryWrite(file('pids', name, 'pids.max'), limits.pids),
      tryWrite(file('cpu', name, 'cpu.cfs_period_us'), CPU_PERIOD_US),
      tryWrite(file('cpu', name, 'cpu.cfs_quota_us'), quota),
    ].find((reason) => reason !== undefined);
    if (failed !== undefined) throw new Error(failed);
    tryWrite(swap, limits.memoryBytes);
    tryWrite(burst, quota); // since 5.14
  };

  const remove = (name: string): boolean => all(name).map(tryRemove).every(Boolean);

  return {
    prepare(ceiling) {
      for (const path of all()) mkdirSync(path, { recursive: true });
      limit('', ceiling);
      tryWrite(file('cpu', 'cpu.shares'), Math.round((CPU_WEIGHT / 100) * SHARES));
    },
    create(name, limits): Cgroup {
      try {
        for (const path of all(name)) mkdirSync(path);
        limit(name, limits);
      } catch (error) {
        remove(name);
        throw error;
      }
      return {
        procs: all(name, 'cgroup.procs'),
        remove: () => remove(name),
        usage(): Usage {
          const cpu = readKeys(file('cpu', name, 'cpu.stat'));
          return {
            cpuSeconds: readNumber(file('cpuacct', name, 'cpuacct.usage')) / 1e9,
            memoryBytes: readNumber(file('memory', name, 'memory.usage_in_bytes')),
            pids: readNumber(file('pids', name, 'pids.current')),
            oomKills: readKeys(file('memory', name, 'memory.oom_control')).get('oom_kill') ?? 0,
            throttledSeconds: (cpu.get('throttled_time') ?? 0) / 1e9,
          };
        },
      };
    },
    names() {
      const found = all().flatMap((path) => {
        try {
          return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
        } catch {
          return [];
        }
      });
      return [...new Set(found.map(({ name }) => name))];
    },
    remove,
  };
}
