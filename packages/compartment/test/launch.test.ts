import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import {
  CompartmentError,
  type Exit,
  type LaunchOptions,
  type LayerReport,
  launch,
  layerNames,
  removeStaleCgroups,
} from '../src/index.ts';
import { asUser } from './support/as-user.ts';
import { Driven } from './support/drive.ts';
import { isRunning, supervise } from './support/outlive.ts';

const testdata = fileURLToPath(new URL('../testdata', import.meta.url));
const NODE_ARGV = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
const CGROUPS = ['memory', 'cpu', 'pids'].map((name) => `/sys/fs/cgroup/${name}/ringfence`);

function options(more: Partial<LaunchOptions> = {}): LaunchOptions {
  return {
    publisher: 'launch-test',
    uid: 90_010,
    gid: 90_010,
    engine: { kind: 'node', entry: join(testdata, 'engine/main.ts'), execArgv: NODE_ARGV },
    releaseDir: join(testdata, 'release'),
    ...more,
  };
}

/** What an engine may leave on the host: cgroups, mounts, temporary files. */
function traces(): string[] {
  const cgroups = CGROUPS.flatMap((path) => (existsSync(path) ? readdirSync(path) : []));
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return [
    ...cgroups.filter((name) => name.startsWith('launch-test-')),
    ...mounts.filter((line) => line.startsWith('ringfence ')),
    ...readdirSync(tmpdir()).filter((name) => name.includes('launch-test')),
  ];
}

async function until(done: () => boolean, withinMs = 3000): Promise<void> {
  const from = performance.now();
  while (!done() && performance.now() - from < withinMs) await sleep(10);
}

async function end(line: string, more: Partial<LaunchOptions> = {}): Promise<Exit> {
  const driven = await Driven.start(options(more));
  const answer = await driven.ask(line);
  if (typeof answer === 'string') throw new Error(`still alive: ${answer}`);
  return answer;
}

// What an earlier run left when it was killed.
beforeAll(() => {
  removeStaleCgroups();
});

test('this host has every layer, and an engine runs behind all of them', async () => {
  const driven = await Driven.start(options({ required: layerNames }));
  const { layers, pid, releaseDir } = driven.compartment;
  expect(layers.map(({ layer }) => layer)).toEqual(layerNames);
  expect(layers.filter(({ applied, reason }) => !applied || reason !== undefined)).toEqual([]);
  expect(releaseDir).toBe('/release');

  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  expect(status).toMatch(/^Uid:\t90010\t90010\t90010\t90010$/m);
  expect(status).toMatch(/^Gid:\t90010\t90010\t90010\t90010$/m);
  expect(status).toMatch(/^Groups:\t $/m);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect(status).toMatch(`${set}:\t${'0'.repeat(16)}`);
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(status).toMatch(/^Seccomp:\t2$/m);
  expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +1 +1 +bytes/m);
  expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toMatch(/:memory:\/ringfence\/launch-test-/);

  expect(await driven.ask('read /release/release.json')).toMatch(/"publisher": "example"/);
  expect(await driven.ask('read /etc/passwd')).toBe('ENOENT');
  const { cpuSeconds, memoryBytes, pids } = driven.compartment.usage();
  expect(cpuSeconds).toBeGreaterThan(0.01);
  expect(memoryBytes).toBeGreaterThan(10 * 2 ** 20);
  expect(pids).toBeGreaterThan(2);
  expect((await driven.stop()).cause).toBe('stopped');
});

test('it works below a folder that only root may enter', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-private-'));
  try {
    expect(execFileSync('stat', ['-c', '%a', dir]).toString().trim()).toBe('700');
    mkdirSync(join(dir, 'engine'));
    mkdirSync(join(dir, 'release'));
    writeFileSync(join(dir, 'release/release.json'), 'private');
    for (const name of ['main.ts', 'package.json']) {
      writeFileSync(join(dir, 'engine', name), readFileSync(join(testdata, 'engine', name)));
    }
    symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(dir, 'node_modules'));
    const driven = await Driven.start(
      options({
        engine: { kind: 'node', entry: join(dir, 'engine/main.ts'), execArgv: NODE_ARGV },
        releaseDir: join(dir, 'release'),
      }),
    );
    expect(await driven.ask('read /release/release.json')).toBe('private');
    await driven.stop();
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.each([
  ['crash', 'crash'],
  ['throw', 'crash'],
  ['exit', 'exit'],
  ['heap x', 'heap-limit'],
  ['bloat', 'oom'],
] as const)('an engine that does %s ended by %s', async (line, cause) => {
  const exit = await end(line, { limits: { memoryBytes: 256 * 2 ** 20 } });
  expect(exit.cause, JSON.stringify(exit)).toBe(cause);
  if (cause === 'oom') expect(exit.usage.oomKills).toBeGreaterThan(0);
  if (line === 'throw') expect(exit.stderr).toMatch(/Error: a bug/);
});

test.each([
  ['crash', 'crash'],
  ['throw', 'crash'],
  ['heap x', 'heap-limit'],
  ['bloat', 'oom'],
] as const)('looked at all the while, an engine that does %s ended by %s', async (line, cause) => {
  const driven = await Driven.start(options({ limits: { memoryBytes: 256 * 2 ** 20 } }));
  const looks = setInterval(() => driven.compartment.lookForEnd(), 1);
  const exit = await driven.ask(line);
  clearInterval(looks);
  expect(exit).toMatchObject({ cause });
  if (line === 'throw') expect(exit).toMatchObject({ stderr: expect.stringMatching(/Error: a bug/) });
  await until(() => traces().length === 0);
  expect(traces()).toEqual([]);
});

// Freeing what it had takes the kernel some 20 ms, in which a busy host may not let us look.
test('looked at, an engine that fails has ended before the kernel has freed it', { retry: 3 }, async () => {
  const driven = await Driven.start(options({ limits: { memoryBytes: 512 * 2 ** 20 } }));
  const { compartment } = driven;
  const looks = setInterval(() => compartment.lookForEnd(), 1);
  const there = compartment.exited.then(() => existsSync(`/proc/${compartment.pid}`));
  const exit = await driven.ask('heap x');
  clearInterval(looks);
  // Its own signal, not what unshare makes of it.
  expect(exit).toMatchObject({ cause: 'heap-limit', code: null });
  expect(await there).toBe(true);
});

test.each([
  ['hang', 'hang-killed'],
  ['memory', 'oom'],
  ['cpu', 'cpu'],
  ['flood', 'flood'],
  ['protocol', 'protocol'],
  ['stop', 'stopped'],
] as const)('killed by the agent for %s, the cause is %s', async (reason, cause) => {
  const driven = await Driven.start(options());
  const answer = driven.ask('hang');
  driven.compartment.kill(reason);
  driven.compartment.kill('stop');
  expect(await answer).toMatchObject({ cause });
});

test('killed by somebody else, the cause says so', async () => {
  const driven = await Driven.start(options());
  const answer = driven.ask('hang');
  process.kill(driven.compartment.pid, 'SIGKILL');
  expect(await answer).toMatchObject({ cause: 'killed' });
});

interface Shown {
  readonly layers: readonly LayerReport[];
  readonly answer: string;
  readonly pids: number;
  readonly memoryBytes: number;
  readonly cause: string;
}

/** Runs the launch as another user; `first` is a command that runs the rest of its arguments. */
function showAsUser(...first: string[]): Shown {
  const script = fileURLToPath(new URL('./support/show-layers.ts', import.meta.url));
  const shown = [process.execPath, ...NODE_ARGV, script, JSON.stringify(options()), 'read /etc/passwd'];
  const [command = '', ...rest] = [...first, ...asUser(90_500, shown)];
  const output = execFileSync(command, rest);
  return JSON.parse(output.toString()) as Shown;
}

test('without root, a user namespace gives all but a uid and a cgroup', () => {
  const { layers, answer, pids, memoryBytes, cause } = showAsUser();
  const missing = layers.filter(({ applied }) => !applied);
  expect(missing.map(({ layer }) => layer)).toEqual(['cgroup', 'uid']);
  expect(missing.every(({ reason, stops }) => reason !== undefined && stops !== '')).toBe(true);
  expect({ answer, cause }).toEqual({ answer: 'ENOENT', cause: 'stopped' });
  expect(pids).toBeGreaterThan(2);
  expect(memoryBytes).toBeGreaterThan(10 * 2 ** 20);
});

test('without root and user namespaces, what needs neither still holds', () => {
  // In a changed root the kernel refuses user namespaces.
  const { layers, answer } = showAsUser(
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount --rbind / /mnt && exec chroot /mnt "$@"',
    'sh',
  );
  const applied = layers.filter((layer) => layer.applied).map(({ layer }) => layer);
  expect(applied).toEqual([
    'rlimits',
    'capabilities',
    'no-new-privs',
    'parent-death-signal',
    'landlock',
    'seccomp',
  ]);
  expect(answer).toBe('EACCES');
});

test('nothing is left behind within three seconds', async () => {
  const driven = await Driven.start(options());
  expect(traces()).not.toEqual([]);
  const { pid } = driven.compartment;
  await driven.stop();
  await until(() => traces().length === 0);
  expect(traces()).toEqual([]);
  expect(isRunning(pid)).toBe(false);
});

test('after kill -9 of the agent only empty cgroups are left, and the next start removes them', async () => {
  const { process: supervisor, engine } = await supervise(options({ publisher: 'launch-test' }));
  expect(isRunning(engine)).toBe(true);
  supervisor.kill('SIGKILL');
  await until(() => !isRunning(engine) && !existsSync(`/proc/${engine}`));
  expect(isRunning(engine)).toBe(false);
  const left = traces();
  expect(left.every((name) => name.startsWith(`launch-test-${supervisor.pid}-`))).toBe(true);
  expect(left.length).toBeGreaterThan(0);
  await until(() => {
    removeStaleCgroups();
    return traces().length === 0;
  });
  expect(traces()).toEqual([]);
});

test('the cgroups of a running agent are not taken for leftovers', async () => {
  const driven = await Driven.start(options());
  const names = traces();
  removeStaleCgroups();
  expect(traces()).toEqual(names);
  await driven.stop();
});

test('an engine does not run without a layer that the policy demands', async () => {
  const refused = launch(
    options({ layers: { landlock: false, 'ipc-namespace': false }, required: ['landlock', 'uid'] }),
  );
  await expect(refused).rejects.toMatchObject({
    code: 'layer-missing',
    message: 'missing: landlock (switched off)',
  });
  await until(() => traces().length === 0);
  expect(traces()).toEqual([]);
});

test('only descriptors 0 to 3 reach the engine', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringfence-native-'));
  try {
    chmodSync(dir, 0o755);
    const path = join(dir, 'attempts');
    execFileSync('gcc', ['-O1', '-static', '-no-pie', '-pthread', '-o', path, join(testdata, 'attempts.c')]);
    const layers = Object.fromEntries(layerNames.map((name) => [name, false]));
    const driven = await Driven.start(options({ engine: { kind: 'native', path }, releaseDir: dir, layers }));
    expect(await driven.ask('inherited')).toBe('EBADF');
    await driven.stop();
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.each([
  [{ publisher: '../up' }, 'bad-option'],
  [{ uid: 0 }, 'bad-option'],
  [{ gid: 65_534 }, 'bad-option'],
  [{ releaseDir: 'relative' }, 'bad-option'],
  [{ releaseDir: '/no/such/folder' }, 'missing-file'],
  [{ limits: { memoryBytes: Number.NaN } }, 'bad-option'],
  [{ engine: { kind: 'native', path: '/tmp' } }, 'missing-file'],
  [{ timeoutMs: 1 }, 'timeout'],
] as const)('%j is refused: %s', async (more, code) => {
  await expect(launch(options(more as Partial<LaunchOptions>))).rejects.toMatchObject({ code });
  await expect(launch(options(more as Partial<LaunchOptions>))).rejects.toBeInstanceOf(CompartmentError);
  await until(() => traces().length === 0);
  expect(traces()).toEqual([]);
});
