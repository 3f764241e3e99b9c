import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBackend } from '../src/cgroup/index.ts';
import { cgroupV1 } from '../src/cgroup/v1.ts';
import { cgroupV2 } from '../src/cgroup/v2.ts';
import { DEFAULT_LIMITS, defaultCeiling } from '../src/index.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringfence-cgroup-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ceiling = { memoryBytes: 2 ** 30, cpuPercent: 100, pids: 1024 };
const read = (...path: string[]) => readFileSync(join(dir, ...path), 'utf8');

// A folder of ordinary files: what is written where, and how counters are read. Real kernels: npm run test:kernels.
test('version 2 writes its limits and reads its counters', () => {
  const backend = cgroupV2(join(dir, 'ringfence'));
  backend.prepare(ceiling);
  expect(read('cgroup.subtree_control')).toBe('+memory +cpu +pids');
  expect(read('ringfence/cgroup.subtree_control')).toBe('+memory +cpu +pids');
  expect(read('ringfence/memory.max')).toBe('1073741824');
  expect(read('ringfence/cpu.weight')).toBe('33');
  const cgroup = backend.create('a-1-1', { ...DEFAULT_LIMITS, cpuPercent: 50 });
  expect(read('ringfence/a-1-1/memory.max')).toBe('536870912');
  expect(read('ringfence/a-1-1/memory.swap.max')).toBe('0');
  expect(read('ringfence/a-1-1/memory.oom.group')).toBe('1');
  expect(read('ringfence/a-1-1/cpu.max')).toBe('125000 250000');
  expect(read('ringfence/a-1-1/pids.max')).toBe('64');
  expect(cgroup.procs).toEqual([join(dir, 'ringfence/a-1-1/cgroup.procs')]);
  expect(backend.names()).toEqual(['a-1-1']);
  const put = (name: string, text: string) => writeFileSync(join(dir, 'ringfence/a-1-1', name), text);
  put('cpu.stat', 'usage_usec 1500000\nuser_usec 1\nthrottled_usec 250000\n');
  put('memory.current', '4096\n');
  put('memory.events', 'low 0\noom 2\noom_kill 1\n');
  put('pids.current', '3\n');
  expect(cgroup.usage()).toEqual({
    cpuSeconds: 1.5,
    memoryBytes: 4096,
    pids: 3,
    oomKills: 1,
    throttledSeconds: 0.25,
  });
});

test('version 1 writes its limits', () => {
  const backend = cgroupV1({ memory: dir, cpu: dir, cpuacct: dir, pids: dir }, 'ringfence');
  backend.prepare(ceiling);
  expect(read('ringfence/memory.limit_in_bytes')).toBe('1073741824');
  expect(read('ringfence/cpu.shares')).toBe('338');
  backend.create('a-1-1', { ...DEFAULT_LIMITS, cpuPercent: 50 });
  expect(read('ringfence/a-1-1/memory.limit_in_bytes')).toBe('536870912');
  expect(read('ringfence/a-1-1/memory.memsw.limit_in_bytes')).toBe('536870912');
  expect(read('ringfence/a-1-1/cpu.cfs_period_us')).toBe('250000');
  expect(read('ringfence/a-1-1/cpu.cfs_quota_us')).toBe('125000');
  expect(read('ringfence/a-1-1/pids.max')).toBe('64');
  expect(existsSync(join(dir, 'ringfence/a-1-1/cpu.shares'))).toBe(false);
});

test('in a service, version 2 moves the processes out of the way of the limits', () => {
  mkdirSync(join(dir, 'system.slice/ringfence.service'), { recursive: true });
  writeFileSync(join(dir, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  writeFileSync(join(dir, 'system.slice/ringfence.service/cgroup.procs'), '4242\n');
  const backend = findBackend(`cgroup2 ${dir} cgroup2 rw 0 0\n`, '0::/system.slice/ringfence.service\n');
  backend.prepare(ceiling);
  expect(read('system.slice/ringfence.service/agent/cgroup.procs')).toBe('4242');
  expect(read('system.slice/ringfence.service/ringfence/pids.max')).toBe('1024');
  expect(existsSync(join(dir, 'system.slice/ringfence.service/ringfence/cpu.weight'))).toBe(false);
});

test('no cgroups, or none with the controllers, is said', () => {
  expect(() => findBackend('', '0::/\n')).toThrow(/no cgroup file system is mounted/);
  writeFileSync(join(dir, 'cgroup.controllers'), 'hugetlb\n');
  expect(() => findBackend(`cgroup2 ${dir} cgroup2 rw 0 0\n`, '0::/\n')).toThrow(
    /lacks the controllers memory, cpu, pids/,
  );
});

test('a cgroup whose limits cannot be set leaves nothing behind', () => {
  // A folder where the file would be: the write fails.
  const backend = cgroupV1({ memory: dir, cpu: dir, cpuacct: dir, pids: dir }, 'ringfence');
  backend.prepare(ceiling);
  mkdirSync(join(dir, 'ringfence/taken'));
  expect(() => backend.create('taken', DEFAULT_LIMITS)).toThrow();
});

test('the default ceiling leaves a small host its memory and a large one its cores', () => {
  expect(defaultCeiling({ memoryBytes: 2 ** 31, cores: 1 })).toEqual({
    memoryBytes: 2 ** 30,
    cpuPercent: 100,
    pids: 1024,
  });
  expect(defaultCeiling({ memoryBytes: 2 ** 36, cores: 16 })).toEqual({
    memoryBytes: 2 ** 34,
    cpuPercent: 800,
    pids: 1024,
  });
});

test('the ceiling holds where the limits of the compartments would not', async ({ skip }) => {
  const root = '/sys/fs/cgroup/memory';
  skip(
    !existsSync(join(root, 'memory.limit_in_bytes')),
    'no cgroup v1 here; version 2 is tested by test:kernels',
  );
  const parent = `ringfence-test-${process.pid}`;
  const mounts = {
    memory: root,
    cpu: '/sys/fs/cgroup/cpu',
    cpuacct: '/sys/fs/cgroup/cpuacct',
    pids: '/sys/fs/cgroup/pids',
  };
  const backend = cgroupV1(mounts, parent);
  /** Whether a process of the cgroup lives to the end of allocating 192 MiB. */
  const bloat = async (memoryBytes: number): Promise<boolean> => {
    backend.prepare({ ...ceiling, memoryBytes });
    // The kernel took it: what it refuses is not said.
    expect(readFileSync(join(mounts.cpu, parent, 'cpu.shares'), 'utf8')).toBe('338\n');
    const cgroup = backend.create('a-1-1', DEFAULT_LIMITS);
    const join_ = cgroup.procs.map((path) => `echo $$ > ${path}`).join(' && ');
    const allocate = 'const all = []; for (let i = 0; i < 192; i++) all.push(Buffer.alloc(2 ** 20, 1))';
    const child = spawn('sh', ['-c', `${join_} && exec "$0" -e '${allocate}'`, process.execPath]);
    const [code] = (await once(child, 'exit')) as [number | null];
    while (!cgroup.remove()) await new Promise((resolve) => setTimeout(resolve, 20));
    return code === 0;
  };
  expect(await bloat(96 * 2 ** 20)).toBe(false);
  expect(await bloat(512 * 2 ** 20)).toBe(true);
  for (const path of new Set(Object.values(mounts))) rmdirSync(join(path, parent));
});
