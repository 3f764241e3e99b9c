import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type BpfMap, Collection, RingBufferReader } from '@ringfence/ebpf';
import { expect, test } from 'vitest';
import * as B from '../src/linux/bpf.ts';
import { withScratch } from '../src/linux/memory.ts';
import { native } from '../src/linux/native.ts';
import { syscallNumbers } from '../src/linux/syscalls.ts';
import { loadSpec } from './support/fixtures.ts';
import { requireKernel } from './support/kernel.ts';

const load = (...names: string[]): Collection =>
  Collection.load(loadSpec('sensor'), { only: ({ name }) => names.includes(name) });

function counted(map: BpfMap, key: number): bigint {
  const value = map.get(key);
  return value === undefined ? 0n : new DataView(value.buffer).getBigUint64(0, true);
}

test('tp_btf: an exec is seen with its process, parent and path, until the link is disposed', (context) => {
  requireKernel(context, 'tp_btf/sched_process_exec');
  using collection = load('on_exec');
  using reader = new RingBufferReader(collection.map('events'));
  const execs = (): { pid: number; parent: number; path: string }[] => {
    const seen: { pid: number; parent: number; path: string }[] = [];
    reader.drain((view, at) => {
      const path =
        Buffer.from(reader.bytes.subarray(at + 28, at + 92))
          .toString()
          .split('\0', 1)[0] ?? '';
      seen.push({ pid: view.getUint32(at, true), parent: view.getUint32(at + 4, true), path });
    });
    return seen;
  };
  const link = collection.program('on_exec').attach();
  const { pid } = spawnSync('/bin/true');
  expect(execs()).toContainEqual({ pid, parent: process.pid, path: '/bin/true' });
  link[Symbol.dispose]();
  const later = spawnSync('/bin/true');
  expect(execs().filter((exec) => exec.pid === later.pid)).toEqual([]);
});

test('a link lives on without its program and collection', (context) => {
  requireKernel(context, 'tp_btf/sched_process_exec');
  const collection = load('on_exec');
  using reader = new RingBufferReader(collection.map('events'));
  using _ = collection.program('on_exec').attach();
  collection[Symbol.dispose]();
  reader.drain(() => {});
  spawnSync('/bin/true');
  expect(reader.drain(() => {})).toBeGreaterThan(0);
});

test('raw_tp: a fork is counted', (context) => {
  requireKernel(context, 'raw_tp/sched_process_fork');
  using collection = load('only_when_chosen');
  using _ = collection.program('only_when_chosen').attach();
  const before = counted(collection.map('counts'), 4);
  spawnSync('/bin/true');
  expect(counted(collection.map('counts'), 4)).toBeGreaterThan(before);
});

test('iterator: processes are there, this one and its parent too', (context) => {
  requireKernel(context, 'iter/task');
  using collection = load('each_task');
  using link = collection.program('each_task').attachIterator();
  const bytes = link.read();
  const tasks = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const pids = Array.from({ length: tasks.length / 2 }, (_, index) => tasks[index * 2]);
  expect(pids).toContain(process.pid);
  expect(pids).toContain(process.ppid);
  expect(link.read(64).length).toBeLessThanOrEqual(64);
  expect(link.read().length).toBeGreaterThan(64);
});

/** A cgroup2 directory, if the machine has that hierarchy. */
function cgroup2(): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  return /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
}

test('cgroup: a connection from within is seen', async (context) => {
  requireKernel(context, 'cgroup/connect4');
  const root = cgroup2();
  if (root === undefined) return context.skip('no cgroup2 hierarchy is mounted');
  using collection = load('on_connect');
  expect(() => collection.program('on_connect').attach()).toThrow(
    expect.objectContaining({ code: 'missing-option' }),
  );
  expect(() => collection.program('on_connect').attach({ cgroup: '/nowhere' })).toThrow(/ENOENT/);
  expect(() => collection.program('on_connect').attach({ cgroup: '/tmp' })).toThrow(
    expect.objectContaining({ name: 'SyscallError' }),
  );
  const home = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
  const directory = `${root}/ringfence-test-${process.pid}`;
  mkdirSync(directory);
  try {
    writeFileSync(`${directory}/cgroup.procs`, String(process.pid));
    using _ = collection.program('on_connect').attach({ cgroup: directory });
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise<void>((resolve, reject) => {
      connect(port, '127.0.0.1')
        .on('error', reject)
        .on('close', () => resolve())
        .resume();
    });
    server.close();
    expect(counted(collection.map('counts'), 2)).toBe(1n);
  } finally {
    writeFileSync(`${root}${home}/cgroup.procs`, String(process.pid));
    rmdirSync(directory);
  }
});

test('tracepoint: works where tracefs is mounted, and says so where it is not', (context) => {
  requireKernel(context, 'tp/sched/sched_process_exit');
  const script = fileURLToPath(new URL('./support/tracepoint-child.ts', import.meta.url));
  const run = (mount: string): string => {
    const child = spawnSync(
      'unshare',
      [
        '-m',
        'sh',
        '-c',
        `umount -q /sys/kernel/debug/tracing /sys/kernel/tracing; ${mount}exec "$@"`,
        'sh',
        process.execPath,
        ...process.execArgv,
        script,
      ],
      { encoding: 'utf8' },
    );
    return `${child.stdout}${child.stderr}`;
  };
  expect(run('mount -t tracefs tracefs /sys/kernel/tracing && ')).toContain('counted 1');
  expect(run('')).toMatch(/tracefs/);
});

const BPF_PROG_GET_FD_BY_ID = 13;

/** Whether the kernel still has a program of this id. */
function programExists(id: number): boolean {
  return withScratch((memory) => {
    const fd = B.bpf(BPF_PROG_GET_FD_BY_ID, new B.Attr(memory).u32(0, id));
    if (fd >= 0) native().syscall(syscallNumbers().close, fd);
    return fd >= 0;
  });
}

test('nothing is left after kill -9', async (context) => {
  requireKernel(context, 'tp_btf/sched_process_exec');
  const script = fileURLToPath(new URL('./support/holder-child.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const id = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (data) => resolve(Number(data)));
    child.on('exit', () => reject(new Error('the child ended')));
  });
  expect(programExists(id)).toBe(true);
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGKILL');
  await ended;
  const deadline = Date.now() + 3000;
  while (programExists(id) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(programExists(id)).toBe(false);
});
