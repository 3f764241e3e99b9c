import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Ceiling, CPU_PERIOD_US, CPU_WEIGHT, type Limits } from '../limits.ts';
import { readKeys, readNumber, readText, tryRemove, tryWrite } from './files.ts';
import type { Backend, Cgroup, Usage } from './types.ts';

const CONTROLLERS = ['memory', 'cpu', 'pids'] as const;

/**
 * cgroup v2: Documentation/admin-guide/cgroup-v2.rst.
 * @param parent the `ringfence` directory. A directory above it may hold no processes unless it is the root
 *   ("No Internal Process Constraint"): processes there are moved into `leaf` beside the parent.
 */
export function cgroupV2(parent: string, leaf?: string): Backend {
  const limit = (path: string, limits: Omit<Limits, 'files'> | Ceiling): void => {
    const quota = Math.round((limits.cpuPercent / 100) * CPU_PERIOD_US);
    // A burst is at most the quota, which may have been larger before.
    tryWrite(join(path, 'cpu.max.burst'), 0);
    const failed = [
      tryWrite(join(path, 'memory.max'), limits.memoryBytes),
      tryWrite(join(path, 'pids.max'), limits.pids),
      tryWrite(join(path, 'cpu.max'), `${quota} ${CPU_PERIOD_US}`),
    ].find((reason) => reason !== undefined);
    if (failed !== undefined) throw new Error(failed);
    tryWrite(join(path, 'memory.swap.max'), 0); // absent without swap accounting
    tryWrite(join(path, 'cpu.max.burst'), quota); // since 5.14
  };

  return {
    prepare(ceiling) {
      const above = dirname(parent);
      if (leaf !== undefined) {
        mkdirSync(leaf, { recursive: true });
        for (const pid of readText(join(above, 'cgroup.procs')).split('\n').filter(Boolean)) {
          tryWrite(join(leaf, 'cgroup.procs'), pid);
        }
      }
      enableControllers(above);
      mkdirSync(parent, { recursive: true });
      enableControllers(parent);
      limit(parent, ceiling);
      // In a service it would weigh against the agent alone: the service's own weight counts against the host.
      if (leaf === undefined) tryWrite(join(parent, 'cpu.weight'), CPU_WEIGHT);
    },
    create(name, limits): Cgroup {
      const path = join(parent, name);
      try {
        mkdirSync(path);
        limit(path, limits);
        tryWrite(join(path, 'memory.oom.group'), 1); // since 4.19: kill all of it, not a part
      } catch (error) {
        tryRemove(path);
        throw error;
      }
      return {
        procs: [join(path, 'cgroup.procs')],
        remove: () => tryRemove(path),
        usage(): Usage {
          const cpu = readKeys(join(path, 'cpu.stat'));
          return {
            cpuSeconds: (cpu.get('usage_usec') ?? 0) / 1e6,
            memoryBytes: readNumber(join(path, 'memory.current')),
            pids: readNumber(join(path, 'pids.current')),
            oomKills: readKeys(join(path, 'memory.events')).get('oom_kill') ?? 0,
            throttledSeconds: (cpu.get('throttled_usec') ?? 0) / 1e6,
          };
        },
      };
    },
    names() {
      try {
        const entries = readdirSync(parent, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
      } catch {
        return [];
      }
    },
    remove: (name) => tryRemove(join(parent, name)),
  };
}

function enableControllers(path: string): void {
  const wanted = CONTROLLERS.map((name) => `+${name}`).join(' ');
  const failed = tryWrite(join(path, 'cgroup.subtree_control'), wanted);
  if (failed !== undefined) throw new Error(failed);
}
