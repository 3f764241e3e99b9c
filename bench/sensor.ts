/**
 * What watching costs the host, and whether anything is lost: the agent with the first-party publisher on and
 * off in turn, on the same load. bpftrace traces the same events in rows of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunningAgent, StateFolder, type StatusLine } from './load/agent.ts';
import { Generator } from './load/generator.ts';
import { decodeNs, drainNs } from './load/hot-paths.ts';
import { cpuSeconds, processTree } from './load/processes.ts';
import type { BenchOptions, Row } from './row.ts';
import { midmean, spread } from './stats.ts';

export const name = 'sensor';
export const question = 'What does watching cost, and is anything lost?';

interface Load {
  readonly name: 'exec' | 'open' | 'getppid';
  readonly args: readonly (string | number)[];
  /** How often in each round: many short runs, for what the machine's host takes away comes in bursts. */
  readonly runs: number;
  /** Pause after them, for the agent to get through what it was told of: that is no cost of the load that comes next. */
  readonly restMs: number;
}

const loads = (generator: Generator): readonly Load[] => [
  { name: 'exec', args: ['exec', 200], runs: 6, restMs: 300 },
  { name: 'open', args: ['open', 10_000, generator.file], runs: 3, restMs: 0 },
  { name: 'getppid', args: ['getppid', 100_000], runs: 4, restMs: 0 },
];
const ROUNDS = 3;

const bars: Readonly<Record<string, number>> = {
  'core exec': 1.05,
  'core open': 1.1,
  'core getppid': 1.05,
  'full exec': 1.08,
  'full open': 1.6,
};

/** Whatever is switched on and off around the load. */
interface Subject {
  stop(): Promise<void>;
}

/** Nanoseconds of a load: with a subject on, and with none, as the mean of just before and just after. */
interface Pair {
  readonly on: number;
  readonly off: number;
}

/** Nanoseconds of each load, the mean of the middle half of its runs. */
async function measure(generator: Generator): Promise<Map<string, number>> {
  const all = loads(generator);
  const times = new Map<string, number[]>(all.map(({ name: load }) => [load, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const { name: load, args, runs, restMs } of all) {
      for (let run = 0; run < runs; run++) times.get(load)?.push(generator.run(...args).nsEach);
      await sleep(restMs);
    }
  return new Map([...times].map(([load, list]) => [load, midmean(list)]));
}

interface Turns {
  readonly count: number;
  readonly progress: BenchOptions['progress'];
}

/**
 * Each load with each of the subjects on in turn, and off before and after each: the subjects share the fast and slow
 * times of the host.
 * @returns the pairs by subject and load
 */
async function pairs<Name extends string>(
  generator: Generator,
  { count, progress }: Turns,
  subjects: readonly (readonly [Name, () => Promise<Subject>])[],
): Promise<Map<Name, Map<string, Pair[]>>> {
  const measureOff = async (): Promise<Map<string, number>> => {
    generator.run('exec', 300); // caches are warm
    return measure(generator);
  };
  const measureOn = async (start: () => Promise<Subject>): Promise<Map<string, number>> => {
    const subject = await start();
    try {
      generator.run('exec', 300);
      return await measure(generator);
    } finally {
      await subject.stop();
      await sleep(400); // the kernel removes programs some 300 ms after their owner's end
    }
  };
  const all = loads(generator);
  const results = new Map(
    subjects.map(([subject]) => [subject, new Map(all.map(({ name: load }) => [load, [] as Pair[]]))]),
  );
  let before = await measureOff();
  for (let turn = 0; turn < count; turn++)
    for (const [subject, start] of subjects) {
      progress(`${subject}: ${turn + 1} of ${count}`);
      const on = await measureOn(start);
      const after = await measureOff();
      for (const [load, list] of results.get(subject) ?? []) {
        const at = (times: Map<string, number>): number => times.get(load) as number;
        list.push({ on: at(on), off: (at(before) + at(after)) / 2 });
      }
      before = after;
    }
  return results;
}

function costRow(rowName: string, list: readonly Pair[], peerName: string): Row {
  const ratios = list.map(({ on, off }) => on / off);
  const ratio = midmean(ratios);
  const bar = bars[rowName];
  return {
    name: rowName,
    unit: 'ns',
    better: 'lower',
    ours: midmean(list.map(({ on }) => on)),
    peer: midmean(list.map(({ off }) => off)),
    peerName,
    ratio,
    bar: bar === undefined ? null : `ratio ≤ ${bar}`,
    pass: bar === undefined ? null : ratio <= bar,
    reason: null,
    spread: spread(ratios),
  };
}

function plain(
  rowName: string,
  unit: string,
  ours: number,
  bar: { text: string; pass: boolean } | null,
  note?: string,
): Row {
  return {
    name: rowName,
    unit,
    better: 'lower',
    ours,
    peer: null,
    peerName: null,
    ratio: null,
    bar: bar?.text ?? null,
    pass: bar?.pass ?? null,
    reason: note ?? null,
  };
}

const probes = {
  exec: 'tracepoint:sched:sched_process_exec { printf("%d %s\\n", pid, comm); }',
  open: 'tracepoint:syscalls:sys_exit_openat { printf("%d %s %d\\n", pid, comm, args->ret); } ',
};

async function bpftrace(program: string): Promise<Subject & { child: ChildProcess }> {
  // It needs tracefs; mounted in a mount namespace of its own, nothing of it stays behind.
  const script =
    '[ -e /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; exec bpftrace -q -e "$1"';
  const child = spawn(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', `${program} BEGIN { printf("ready\\n"); }`],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let failure = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    failure += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(failure.trim() || 'bpftrace ended')));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready')) resolve();
    });
  });
  return {
    child,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
    },
  };
}

function unmeasured(rowName: string, unit: string, reason: string): Row {
  return {
    name: rowName,
    unit,
    better: 'lower',
    ours: null,
    peer: null,
    peerName: null,
    ratio: null,
    bar: null,
    pass: null,
    reason,
  };
}

async function* peerRows(generator: Generator, progress: Turns['progress']): AsyncGenerator<Row> {
  try {
    const results = await pairs(generator, { count: 2, progress }, [
      ['exec', () => bpftrace(probes.exec)],
      ['exec+open', () => bpftrace(`${probes.exec} ${probes.open}`)],
    ]);
    for (const [traced, byLoad] of results)
      for (const [load, list] of byLoad) yield costRow(`bpftrace ${traced}: ${load}`, list, 'nothing on');
  } catch (error) {
    const reason = `bpftrace did not run here: ${(error as Error).message.split('\n')[0]}`;
    yield unmeasured('bpftrace', 'ns', reason);
  }
}

async function* tierRows(generator: Generator, state: StateFolder, turns: Turns): AsyncGenerator<Row> {
  const start = async (tier: 'core' | 'full'): Promise<RunningAgent> => {
    const agent = await RunningAgent.start(tier, state);
    // Past its own start, that of the spare engine too, and with compiled code, as what runs all day.
    generator.run('open', 100_000, generator.file);
    generator.run('exec', 4500);
    return agent;
  };
  const results = await pairs(generator, turns, [
    ['core', () => start('core')],
    ['full', () => start('full')],
  ]);
  for (const [tier, byLoad] of results)
    for (const [load, list] of byLoad) yield costRow(`${tier} ${load}`, list, 'agent off');
}

/** Lost = generated − decoded at the sensor's output, drops in the ring included. */
function lostRow(rowName: string, generated: number, before: Counts, after: Counts, seconds: number): Row {
  const decoded = after.decoded - before.decoded;
  const dropped = after.lost - before.lost;
  const lost = Math.max(generated - decoded, dropped, 0);
  const shed = after.shed - before.shed;
  return plain(
    rowName,
    'events',
    lost,
    { text: '0', pass: lost === 0 },
    `${generated.toLocaleString('en')} generated at ${Math.round(generated / seconds).toLocaleString('en')}/s; sensor output shed ${shed}`,
  );
}

const shedBy = ({ publishers }: StatusLine): number =>
  publishers.reduce((sum, { lost }) => sum + lost.total, 0);

type Counts = { decoded: number; lost: number; shed: number };
const none: Counts = { decoded: 0, lost: 0, shed: 0 };

async function* burstRows(generator: Generator, state: StateFolder): AsyncGenerator<Row> {
  const agent = await RunningAgent.start('full', state);
  try {
    for (const [rowName, className, args] of [
      ['burst exec lost', 'process_start', ['exec', 20_000]],
      ['burst open lost', 'file_open', ['opens', 5, 2, generator.file]],
    ] as const) {
      const before = await agent.settled();
      const { count, ns } = generator.run(...args);
      await sleep(2000);
      const after = await agent.settled();
      yield lostRow(
        rowName,
        count,
        before.sensor.stats?.classes[className] ?? none,
        after.sensor.stats?.classes[className] ?? none,
        ns / 1e9,
      );
      const shed = shedBy(after) - shedBy(before);
      yield plain(`${rowName.replace(' lost', '')} shed by queues`, 'events', shed, null);
    }
  } finally {
    await agent.stop();
  }
}

async function* standingRows(generator: Generator, state: StateFolder): AsyncGenerator<Row> {
  const agent = await RunningAgent.start('core', state);
  try {
    await sleep(8000); // past its own start and that of the spare
    const before = cpuSeconds(agent.pid);
    await sleep(15_000);
    const idle = ((cpuSeconds(agent.pid) - before) / 15) * 100;
    yield plain(
      'idle cpu',
      '% of a core',
      idle,
      { text: '≤ 1', pass: idle <= 1 },
      'all processes, over 15 s',
    );
    for (const use of processTree(agent.pid))
      yield plain(`memory ${use.name}`, 'MB', use.rssBytes / 1e6, null, 'resident');

    const busy = cpuSeconds(agent.pid);
    generator.run('exec', 5000);
    await sleep(3000);
    const ours = ((cpuSeconds(agent.pid) - busy) / 15_000) * 100_000; // each is a start, an exit and a fork
    yield plain(
      'cpu',
      's per 100,000 events',
      ours,
      null,
      'fork, exec and exit of 5,000 processes, all processes of the agent, rules included',
    );
  } finally {
    await agent.stop();
  }
  yield await peerCpu(generator);
}

async function peerCpu(generator: Generator): Promise<Row> {
  const rowName = 'cpu bpftrace';
  try {
    const subject = await bpftrace(
      `${probes.exec} tracepoint:sched:sched_process_fork { printf("%d\\n", pid); } tracepoint:sched:sched_process_exit { printf("%d\\n", pid); }`,
    );
    const before = cpuSeconds(subject.child.pid as number);
    generator.run('exec', 5000);
    await sleep(2000);
    const used = ((cpuSeconds(subject.child.pid as number) - before) / 15_000) * 100_000;
    await subject.stop();
    return plain(rowName, 's per 100,000 events', used, null, 'prints pid and name, no rules');
  } catch (error) {
    return unmeasured(
      rowName,
      's per 100,000 events',
      `bpftrace did not run here: ${(error as Error).message.split('\n')[0]}`,
    );
  }
}

export async function* run({ long, progress }: BenchOptions): AsyncGenerator<Row> {
  if (process.getuid?.() !== 0) {
    yield unmeasured('sensor', '', 'the probes need root');
    return;
  }
  using generator = new Generator();
  using state = new StateFolder();
  yield* tierRows(generator, state, { count: long ? 36 : 12, progress });
  yield* burstRows(generator, state);
  const drain = drainNs(generator);
  yield plain(
    'drain',
    'ns',
    drain,
    { text: '≤ 30', pass: drain <= 30 },
    'one ring record, median of 9 drains',
  );
  const decode = decodeNs();
  yield plain(
    'decode',
    'ns',
    decode,
    { text: '≤ 500', pass: decode <= 500 },
    'header and two string fields of a process start',
  );
  yield* standingRows(generator, state);
  yield* peerRows(generator, progress);
}
