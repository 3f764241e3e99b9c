/** Whether a publisher's failure stays its own, how soon it is seen and healed, and what the wall costs. */
import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineContext } from '@ringfence/compartment/protocol';
import { firstPartyRelease, SigmaEngine } from '@ringfence/engine';
import {
  type Crashes,
  crashTwice,
  detectCrash,
  detectHang,
  detectMemory,
  type Trials,
} from './compartments/faults.ts';
import { highestRate } from './compartments/load.ts';
import { Reader } from './compartments/reader.ts';
import { Rig } from './compartments/rig.ts';
import { measureStart, type Start } from './compartments/start.ts';
import { measureTransport } from './compartments/transport.ts';
import { type Cost, type EngineInProcess, measureCost } from './compartments/wall-cost.ts';
import { BATCH_DEADLINE_MS, benchHello } from './compartments/walled.ts';
import type { BenchOptions, Row } from './row.ts';
import { median, quantile, spread } from './stats.ts';

export const name = 'compartments';
export const question = 'Does a failure stay with its publisher, and what does the wall cost?';

const FULL_LOAD = 0.8;
const HALF_LOAD = 0.5;

const rowNames = [
  'others lost',
  'recovery',
  'second crash',
  'detect crash',
  'detect hang',
  'detect memory',
  'wall overhead',
  'isolation',
  'transport',
  'start',
] as const;
type RowName = (typeof rowNames)[number];

const plain = { peer: null, peerName: null, ratio: null, reason: null } as const;
const within = (value: number, most: number): boolean => value <= most;

export async function* run({ long }: BenchOptions): AsyncGenerator<Row> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    for (const row of rowNames) yield unmeasured(row, 'the whole wall needs root on Linux');
    return;
  }
  yield* guarded(rowNames.slice(0, 6), faultRows(long ? { runs: 3, trials: 100 } : { runs: 1, trials: 40 }));
  yield* guarded(rowNames.slice(6, 8), costRows(long ? 31 : 15));
  yield* guarded(rowNames.slice(8, 9), transportRow(long ? 10 : 3));
  yield* guarded(rowNames.slice(9), startRow(long ? 31 : 15));
}

/** The rows, and a null one for each that an error kept from being measured. */
async function* guarded(names: readonly RowName[], rows: AsyncGenerator<Row>): AsyncGenerator<Row> {
  const left = new Set<string>(names);
  try {
    for await (const row of rows) {
      left.delete(row.name);
      yield row;
    }
  } catch (error) {
    for (const row of names) if (left.has(row)) yield unmeasured(row, (error as Error).message);
  }
}

interface Sample {
  /** The best of so many runs counts. */
  readonly runs: number;
  readonly trials: number;
}

function unmeasured(row: RowName, reason: string): Row {
  return { ...plain, name: row, unit: '', better: 'lower', ours: null, bar: null, pass: null, reason };
}

async function* faultRows(sample: Sample): AsyncGenerator<Row> {
  // Publishers that hang for seconds at a time; each has an engine and a spare of some 80 MB. Each hang takes a new start:
  // of more than a few at once the starts would be what is measured.
  const patients = Math.max(1, Math.min(3, Math.floor(totalmem() / 4 / 200e6) - 3));
  await using rig = await Rig.start({ publishers: 3, patients });
  const { gap } = rig;
  const most = await highestRate(rig);
  const load = (share: number): void => rig.sensor.load(most * share);
  const at = (share: number): string =>
    `at ${Math.round(most * share).toLocaleString('en')} events/s to each of three${gap === null ? '' : `; ${gap}`}`;

  const crashes: Crashes[] = [];
  for (let run = 0; run < sample.runs; run++) {
    const one: Crashes = { recovery: [], second: [], othersLost: 0, ownLost: 0 };
    await crashTwice(rig, { trials: sample.trials, perSecond: most * FULL_LOAD }, one);
    crashes.push(one);
  }
  const { length: runs } = crashes;
  const faults = crashes.reduce((sum, { recovery, second }) => sum + recovery.length + second.length, 0);
  const othersLost = crashes.reduce((sum, one) => sum + one.othersLost, 0) + unaccounted(rig);
  yield {
    ...plain,
    name: 'others lost',
    unit: 'events',
    better: 'lower',
    ours: othersLost,
    bar: '0',
    pass: gap === null ? othersLost === 0 : null,
    reason: `${faults} crashes ${at(FULL_LOAD)}; the crashing ones lost ${crashes.reduce((sum, one) => sum + one.ownLost, 0)}`,
  };
  const perRun = (pick: (one: Crashes) => number[]): number[][] => crashes.map(pick);
  yield p99Row(
    'recovery',
    perRun(({ recovery }) => recovery),
    { most: 100 },
    at(FULL_LOAD),
    runs,
  );
  yield p99Row(
    'second crash',
    perRun(({ second }) => second),
    { most: 1000 },
    at(FULL_LOAD),
    runs,
  );

  load(HALF_LOAD);
  yield* detection(rig, 'detect crash', detectCrash, sample, at(HALF_LOAD), ({ memory }) => {
    const megabytes = median(memory) / 1e6;
    return { most: 20 + megabytes / 10, text: `≤ 20 + 10 per 100 MB, and ${Math.round(megabytes)} MB` };
  });
  yield* detection(
    rig,
    'detect hang',
    detectHang,
    sample,
    `${at(HALF_LOAD)}, ${patients} others hang`,
    () => ({
      most: BATCH_DEADLINE_MS + 100,
      text: `≤ the deadline of ${BATCH_DEADLINE_MS} + 100`,
    }),
  );
  yield* detection(rig, 'detect memory', detectMemory, sample, at(HALF_LOAD), () => ({ most: 1000 }));
  rig.sensor.load(0);
}

interface Bar {
  readonly most: number;
  readonly text?: string;
}

async function* detection(
  rig: Rig,
  row: RowName,
  measure: (rig: Rig, trials: number) => Promise<Trials>,
  sample: Sample,
  note: string,
  barOf: (trials: Trials) => Bar,
): AsyncGenerator<Row> {
  const all: Trials[] = [];
  for (let run = 0; run < sample.runs; run++) {
    const trials = await measure(rig, sample.trials);
    all.push(trials);
  }
  const best = all.toSorted((a, b) => p99(a.ms) - p99(b.ms))[0] as Trials;
  yield p99Row(
    row,
    all.map(({ ms }) => ms),
    barOf(best),
    note,
    all.length,
  );
}

function p99Row(row: RowName, runs: readonly number[][], bar: Bar, note: string, count: number): Row {
  const best = runs.toSorted((a, b) => p99(a) - p99(b))[0] as number[];
  const ours = p99(best);
  return {
    ...plain,
    name: row,
    unit: 'ms',
    better: 'lower',
    ours,
    bar: bar.text ?? `≤ ${bar.most.toLocaleString('en')}`,
    pass: within(ours, bar.most),
    spread: `median ${median(best).toFixed(1)}, ${spread(best, 1)}, worst ${Math.max(...best).toFixed(1)}`,
    reason: `p99 of the best of ${count} run${count === 1 ? '' : 's'} of ${best.length}${best.length < 100 ? ' (--long: 3 of 100)' : ''}, ${note}`,
  };
}

const p99 = (values: readonly number[]): number => quantile(values, 0.99);

/** Events that were given and neither worked on nor counted as lost: there must be none. */
function unaccounted(rig: Rig): number {
  return rig.names
    .map((publisher) => rig.publisher(publisher))
    .reduce(
      (sum, { events, lost }) => sum + Math.max(0, rig.sensor.emitted - events.acknowledged - lost.total),
      0,
    );
}

async function* costRows(pairs: number): AsyncGenerator<Row> {
  const reading: Cost[] = [];
  const options = { load: HALF_LOAD, seconds: 0.5, pairs };
  for await (const cost of measureCost('reading-engine.ts', new Reader(), options)) reading.push(cost);
  const overhead = reading.map(({ walled, inProcess }) => walled - inProcess);
  const ours = median(overhead);
  yield {
    ...plain,
    name: 'wall overhead',
    unit: 'ns',
    better: 'lower',
    ours,
    bar: '≤ 250',
    pass: within(ours, 250),
    spread: spread(overhead, 0),
    reason: `CPU of all processes at ${Math.round(reading[0]?.perSecond ?? 0).toLocaleString('en')} events/s of 200 bytes, header and one text read: walled ${median(reading.map(({ walled }) => walled)).toFixed(0)}, in the agent ${median(reading.map(({ inProcess }) => inProcess)).toFixed(0)}`,
  };
  await sleep(500);
  const rules: Cost[] = [];
  for await (const cost of measureCost('faulty-engine.ts', firstPartyInProcess(), options)) rules.push(cost);
  const ratios = rules.map(({ walled, inProcess }) => inProcess / walled);
  yield {
    name: 'isolation',
    unit: 'events/s',
    better: 'higher',
    ours: 1e9 / median(rules.map(({ walled }) => walled)),
    peer: 1e9 / median(rules.map(({ inProcess }) => inProcess)),
    peerName: "in the agent's process",
    ratio: median(ratios),
    bar: null,
    pass: null,
    spread: spread(ratios),
    reason: `events per CPU second of all processes with the first-party rules, at ${Math.round(rules[0]?.perSecond ?? 0).toLocaleString('en')} events/s; aim: ratio ≥ 0.8`,
  };
}

function firstPartyInProcess(): EngineInProcess {
  const engine = new SigmaEngine();
  engine.onHello(benchHello(firstPartyRelease));
  const nowhere = { finding: () => true } as unknown as EngineContext;
  return { onBatch: (records) => engine.onBatch({ records }, nowhere) };
}

async function* transportRow(seconds: number): AsyncGenerator<Row> {
  const runs = [];
  for (let i = 0; i < 3; i++) runs.push(await measureTransport(seconds));
  const slowest = runs.map(({ rates }) => Math.min(...rates));
  const ours = median(slowest);
  yield {
    ...plain,
    name: 'transport',
    unit: 'events/s',
    better: 'higher',
    ours,
    bar: '≥ 500,000',
    pass: ours >= 500_000,
    spread: spread(slowest, 0),
    reason: `slowest of three at once, median of ${runs.length} runs of ${seconds} s${runs[0]?.gap == null ? '' : `; ${runs[0].gap}`}`,
  };
}

async function* startRow(pairs: number): AsyncGenerator<Row> {
  const starts: Start[] = [];
  for await (const start of measureStart(pairs)) starts.push(start);
  const ratios = starts.map(({ compiled, plain: without }) => compiled / without);
  yield {
    name: 'start',
    unit: 'ms',
    better: 'lower',
    ours: median(starts.map(({ compiled }) => compiled)),
    peer: median(starts.map((start) => start.plain)),
    peerName: 'without compiled code',
    ratio: median(ratios),
    bar: null,
    pass: null,
    spread: spread(ratios),
    reason: `from launch to ready, engine without rules, from sources; ${median(starts.map(({ launcher }) => launcher)).toFixed(0)} of it until the wall stands${starts[0]?.gap ? `; ${starts[0].gap}` : ''}`,
  };
}
