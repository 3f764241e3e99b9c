/** What a drill left behind: looked for where the kernel and the agent would keep it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 3_000;
const MAX_DEPTH = 3;

/**
 * What is still there after at most 3 s.
 * @param names beginnings of cgroup folders' names
 * @param pids engines that were seen
 */
export async function residueOf(names: readonly string[], pids: ReadonlySet<number>): Promise<string[]> {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const left = [...processes(pids), ...cgroups(names)];
    if (left.length === 0 || performance.now() > end) return left;
    await sleep(50);
  }
}

/** A pid may be another process's by now: an engine of a drill is known by its program. */
function processes(pids: ReadonlySet<number>): string[] {
  return [...pids]
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes('/drills/engine.'))
    .map((pid) => `process ${pid}`);
}

function cgroups(names: readonly string[]): string[] {
  const left: string[] = [];
  const walk = (dir: string, depth: number): void => {
    for (const entry of list(dir)) {
      const path = join(dir, entry);
      if (names.some((name) => entry.startsWith(name))) {
        left.push(
          `cgroup ${path}`,
          ...read(join(path, 'cgroup.procs'))
            .split('\n')
            .filter((pid) => pid !== '')
            .map((pid) => `process ${pid} in it`),
        );
      } else if (depth < MAX_DEPTH) walk(path, depth + 1);
    }
  };
  // The agent keeps its cgroups under a folder of its own name, in each hierarchy.
  for (const hierarchy of [
    '/sys/fs/cgroup',
    ...list('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name)),
  ]) {
    const ours = join(hierarchy, 'ringfence');
    if (existsSync(ours)) walk(ours, 0);
  }
  return [...new Set(left)];
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
