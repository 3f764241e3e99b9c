/** The wall on this kernel, and its cgroup v2 limits: each holds, and without the cgroup layer nothing stops the engine. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Compartment, type LayerName, type Limits, launch, UID_RANGE } from '@ringfence/compartment';
import { expected } from '../expected.ts';
import { report } from '../report.ts';

const MIB = 2 ** 20;
const entry = new URL(`../misbehave${import.meta.url.slice(-3)}`, import.meta.url).pathname;
const releaseDir = mkdtempSync('/root/release-');
writeFileSync(`${releaseDir}/release.json`, '{"publisher":"guest","name":"guest","version":"1"}');
let instances = 0;

interface Outcome {
  readonly compartment: Compartment;
  /** What the engine answered before it ended. */
  readonly answer: { mib?: number; threads?: number; refused?: string; cpu?: number };
  readonly exit: Awaited<Compartment['exited']>;
  /** Times that a fork or a new thread was refused by the pids limit. */
  readonly pidsRefused: number;
}

async function run(
  tasks: string,
  limits: Partial<Limits>,
  layers: Partial<Record<LayerName, boolean>> = {},
): Promise<Outcome> {
  const uid = UID_RANGE.first + instances++;
  const engine = { kind: 'node', entry } as const;
  const compartment = await launch({ publisher: 'guest', uid, gid: uid, engine, releaseDir, limits, layers });
  const cgroup = readFileSync(`/proc/${compartment.pid}/cgroup`, 'utf8')
    .trim()
    .replace('0::', '/sys/fs/cgroup');
  const answer: Outcome['answer'] = {};
  let pidsRefused = 0;
  const lines = createInterface({ input: compartment.channel });
  lines.on('error', () => {}); // a reset: the exit tells more
  lines.on('line', (line) => {
    Object.assign(answer, JSON.parse(line));
    if (cgroup !== '/sys/fs/cgroup/') {
      pidsRefused = Number(readFileSync(`${cgroup}/pids.events`, 'utf8').replace('max ', ''));
    }
  });
  compartment.channel.write(`${tasks}\n`);
  const exit = await compartment.exited;
  return { compartment, answer, exit, pidsRefused };
}

function describe({ answer, exit }: Outcome): string {
  const { oomKills, throttledSeconds } = exit.usage;
  const counters = `${oomKills} oom kills, throttled ${throttledSeconds.toFixed(1)} s`;
  return `${exit.cause}, answered ${JSON.stringify(answer)}, ${counters}${exit.stderr === '' ? '' : `, ${exit.stderr}`}`;
}

const limits = { memoryBytes: 256 * MIB, cpuPercent: 50, pids: 16 };

const walled = await run('memory 16,cpu', limits);
const { missingLayers } = expected();
const missing = walled.compartment.layers.filter(({ applied }) => !applied);
report(
  'wall',
  walled.answer.mib === 16 &&
    walled.exit.cause === 'exit' &&
    missing.map(({ layer }) => layer).join() === missingLayers.join(),
  `not applied: ${missing.map(({ layer, reason }) => `${layer} (${reason})`).join(', ') || 'none'}; ${describe(walled)}`,
);
const { throttledSeconds } = walled.exit.usage;
report('cpu limit throttles', Number(walled.answer.cpu) < 0.65 && throttledSeconds > 0.5, describe(walled));

const bloated = await run('memory 400', { ...limits, cpuPercent: 100 });
report('memory limit kills', bloated.exit.cause === 'oom' && !('mib' in bloated.answer), describe(bloated));

// RLIMIT_NPROC bounds threads too: off, so that what is seen is the cgroup's.
// Node's own are four, so that sixteen more are over the limit.
const many = await run(`threads ${limits.pids}`, { ...limits, cpuPercent: 100 }, { rlimits: false });
const pidsHeld = Number(many.answer.threads) < limits.pids && many.pidsRefused > 0;
report('pids limit refuses', pidsHeld, `${many.pidsRefused} refused; ${describe(many)}`);

const free = await run('cpu,threads 12,memory 400', limits, { cgroup: false, rlimits: false });
const { cpu, threads, mib } = free.answer;
report(
  'without the cgroup nothing holds it',
  Number(cpu) > 0.7 && threads === 12 && mib === 400,
  describe(free),
);
