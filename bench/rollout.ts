/**
 * What the shipped default plan does on the reference fleet: harm, delay, false halts, time, and the cost of deciding.
 * Whole fleets run in the product's simulator, second by second; rows about one rate run batch by batch with the
 * product's own pacing, bound, budget and test.
 */
import {
  type BatchRun,
  createPlan,
  createState,
  defaultPlan,
  type Job,
  logE,
  type Outcome,
  type Plan,
  type PlanInput,
  type PolicyName,
  quantile,
  type RolloutEvent,
  referenceLabels,
  runBatches,
  scenarioNamed,
  simulateAll,
  statusOf,
  step,
} from '@ringfence/rollout';
import type { Row } from './row.ts';

export const name = 'rollout';
export const question =
  'How many hosts does a bad release harm, how late does it halt, does a good one finish, and what does deciding cost?';

const SEED = 'a seed for the benchmark';
const plan = defaultPlan(SEED);

const bounded = (
  name: string,
  unit: string,
  ours: number,
  most: number,
  rest: Partial<Row> & { bar?: string } = {},
): Row => ({
  name,
  unit,
  better: 'lower',
  ours,
  peer: null,
  peerName: null,
  ratio: rest.peer === undefined || rest.peer === null ? null : ours / rest.peer,
  bar: `≤ ${most.toLocaleString('en')}`,
  pass: ours <= most,
  reason: null,
  ...rest,
});

export async function* run({ long }: { long: boolean }): AsyncGenerator<Row> {
  yield* july19();
  yield* rates();
  yield* late(long);
  yield delay();
  yield statistics();
  yield await fleetFalseHalts();
  yield await releaseTime();
  yield stepCost();
}

function jobs(scenario: string, policy: PolicyName, hosts: number, seeds: number, from = 1): Job[] {
  return Array.from({ length: seeds }, (_, i) => ({
    scenario: scenarioNamed(scenario),
    hosts,
    seed: from + i,
    policy,
    plan,
  }));
}

const harmedOf = (outcomes: readonly Outcome[], q: number): number =>
  quantile(
    outcomes.map((o) => o.harmed),
    q,
  ) ?? 0;

/** One full-size run of all four policies on one thread, then a thousand seeds on small fleets. */
async function* july19(): AsyncGenerator<Row> {
  const hosts = 8_500_000;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const policies: PolicyName[] = ['all-at-once', 'fixed', 'fixed-timeout', 'ringfence'];
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 200);
  const full = await simulateAll(
    policies.flatMap((policy) => jobs('july-19', policy, hosts, 1)),
    { workers: 1 },
  );
  clearInterval(watch);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const [, , timeout, ringfence] = full as [Outcome, Outcome, Outcome, Outcome];
  const small = await simulateAll(jobs('july-19', 'ringfence', 2000, 1000));
  const p99 = Math.max(ringfence.harmed, harmedOf(small, 0.99));
  yield bounded('july-19 harmed', 'hosts', p99, 10, {
    peer: timeout.harmed,
    peerName: 'fixed-timeout, 8.5M',
    ratio: p99 / timeout.harmed,
    reason: `8.5M hosts: ${ringfence.harmed} harmed; p99 of 1,000 seeds on 2,000 hosts`,
  });
  const halts = [ringfence, ...small].map((o) => o.haltAtS);
  const slowest = quantile(halts, 1);
  yield bounded('halt delay silence', 's', slowest ?? Number.POSITIVE_INFINITY, plan.firstProof + 60, {
    bar: '≤ 360 after the exposure: deadline 300, one check-in 60',
    reason: `slowest of ${halts.length} runs; median ${quantile(halts, 0.5)} s`,
  });
  const gigabytes = most / 1e9;
  yield {
    ...bounded('simulate 8.5M', 's', Math.min(seconds, cpuSeconds), 60, {
      reason: `all four policies on one thread, processor time (${seconds.toFixed(0)} s by the clock, on a shared machine); ${gigabytes.toFixed(2)} GB at most`,
    }),
    bar: '≤ 60 s on one core, ≤ 2 GB',
    pass: Math.min(seconds, cpuSeconds) <= 60 && gigabytes <= 2,
  };
  const bombs = await simulateAll(jobs('time-bomb', 'ringfence', 2000, 200));
  yield bounded('time-bomb harmed', 'hosts', harmedOf(bombs, 0.99), 10, {
    reason: 'p99 of 200 seeds on 2,000 hosts, second by second',
  });
}

function harmed(seeds: number, options: Omit<BatchRun, 'seed' | 'labels'>): number[] {
  const labels = referenceLabels(options.hosts);
  return Array.from({ length: seeds }, (_, i) => runBatches({ ...options, seed: i + 1, labels }).harmed);
}

function* rates(): Generator<Row> {
  const seeds = 1000;
  const base = { plan, hosts: 1_000_000, p: 0, onset: 0, background: plan.background };
  const detail = (values: readonly number[]): string =>
    `${values.length} seeds of 1M hosts; median ${quantile(values, 0.5)}, p95 ${quantile(values, 0.95)}, p99 ${quantile(values, 0.99)}`;
  for (const p of [0.3, 0.1]) {
    const values = harmed(seeds, { ...base, p });
    yield bounded(`p ${p} harmed`, 'hosts', quantile(values, 0.99) ?? 0, 12, { reason: detail(values) });
  }
  const strict = createPlan({ seed: SEED, background: '0.05%' });
  const values = harmed(seeds, { ...base, plan: strict, p: 0.01, background: strict.background });
  yield bounded('p 0.01 harmed', 'hosts', quantile(values, 0.95) ?? 0, 20, {
    reason: `p0 0.001; ${detail(values)}`,
  });
  for (const share of [0.002, 0.01, 0.05, 0.3]) {
    const counts = harmed(seeds, { ...base, build: share });
    yield bounded(`one-build ${share * 100} % harmed`, 'hosts', quantile(counts, 0.95) ?? 0, 12, {
      reason: detail(counts),
    });
  }
}

/** The late fault, with and without the bound between waves: the second is the method of the facts file. */
function* late(long: boolean): Generator<Row> {
  const seeds = long ? 1000 : 400;
  const options = { plan, hosts: 8_500_000, p: 0.005, onset: 3 * 3600, background: plan.background };
  const ours = harmed(seeds, options);
  const without = createPlan({ seed: SEED, waves: { lateFailures: 1_000_000 } });
  const before = harmed(seeds, { ...options, plan: without });
  const median = quantile(ours, 0.5) ?? 0;
  const peer = quantile(before, 0.5) ?? 0;
  const at10h = harmed(100, { ...options, onset: 10 * 3600 });
  yield bounded('rare-late harmed', 'hosts', median, 600, {
    peer,
    peerName: 'without the bound on late faults',
    ratio: median / peer,
    reason: `${seeds} seeds; p95 ${quantile(ours, 0.95)} against ${quantile(before, 0.95)}; a fault that shows after 10 h, later than waves settle: ${quantile(at10h, 0.5)}`,
  });
}

/** Events between the first crossing, by a count of our own, and the halt: a small fleet with crashes at load. */
function delay(): Row {
  let worst = 0;
  let crossings = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const found = stepsAfterCrossing(seed, [1, 0.3, 0.1, 0.05][seed % 4] as number);
    if (found !== null) {
      crossings++;
      worst = Math.max(worst, found);
    }
  }
  return bounded('halt delay', 'steps', worst, 0, {
    pass: worst === 0 && crossings > 50,
    bar: '0 after the crossing',
    reason: `${crossings} crossings; the evidence is counted again outside the library after every event`,
  });
}

function stepsAfterCrossing(seed: number, p: number): number | null {
  const input: PlanInput = { seed: `${SEED} ${seed}`, labels: ['os'], siteLabel: null };
  const state = createState(createPlan(input));
  const hosts = 3000;
  const systems = 4;
  let now = 1_000_000;
  let random = seed * 7919;
  const chance = (): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 4294967296;
  };
  const n = Array.from({ length: systems }, () => 0);
  const S = Array.from({ length: systems }, () => 0);
  let crossedFor = -1;
  let halted = false;
  let offered: number[] = [];
  const tell = (event: RolloutEvent): void => {
    for (const d of step(state, event)) {
      if (d.type === 'halt') halted = true;
      if (d.type === 'offer') {
        offered = [...d.hosts];
        for (const host of offered) n[host % systems] = (n[host % systems] as number) + 1;
      }
    }
    if (event.type === 'failed') S[event.host % systems] = (S[event.host % systems] as number) + 1;
    const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
    let e = 0.5 * Math.exp(logE(total(n), total(S), 0.002));
    for (let k = 0; k < systems; k++)
      e += (0.5 / systems) * Math.exp(logE(n[k] as number, S[k] as number, 0.002));
    if (crossedFor >= 0 && !halted) crossedFor++;
    else if (e >= 1000 && crossedFor < 0) crossedFor = halted ? 0 : 1;
  };
  tell({ type: 'clock', at: now });
  for (let host = 0; host < hosts; host++) {
    step(state, { type: 'host-added', host, labels: [`os ${host % systems}`], class: 'server' });
    step(state, { type: 'talking', host });
  }
  tell({ type: 'release-started', release: 'r' });
  const soaking: { at: number; hosts: number[] }[] = [];
  for (let minute = 0; minute < 9000 && !halted; minute++) {
    now += 60;
    tell({ type: 'clock', at: now });
    const batch = offered;
    offered = [];
    const well: number[] = [];
    for (const host of batch) {
      tell({ type: 'delivered', host, release: 'r' });
      if (chance() < p) tell({ type: 'failed', host, release: 'r', kind: 'crash' });
      else {
        tell({ type: 'healthy', host, release: 'r', after: 'load' });
        well.push(host);
      }
      if (halted) break;
    }
    if (well.length > 0) soaking.push({ at: now + 86_400, hosts: well });
    while (!halted && soaking.length > 0 && (soaking[0] as { at: number }).at <= now) {
      for (const host of (soaking.shift() as { hosts: number[] }).hosts)
        tell({ type: 'healthy', host, release: 'r', after: 'soak' });
    }
  }
  return crossedFor < 0 ? null : crossedFor;
}

function statistics(): Row {
  const runs = 10_000;
  const labels = referenceLabels(1_000_000);
  let bad = 0;
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= runs; seed++) {
    const { end } = runBatches({
      plan,
      hosts: 1_000_000,
      seed,
      p: 0,
      onset: 0,
      background: 0.001,
      labels,
    });
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (end !== 'finished') bad++;
  }
  return bounded('false halts statistics', 'of 10,000', bad, 20, {
    reason: [...ends].map(([end, count]) => `${count} ${end}`).join(', '),
  });
}

async function fleetFalseHalts(): Promise<Row> {
  const outcomes = await simulateAll(jobs('good', 'ringfence', 20_000, 200));
  const halted = outcomes.filter((o) => o.haltAtS !== null).length;
  const asked = outcomes.filter((o) => o.asked > 0).length;
  const stalled = outcomes.filter((o) => o.t99S === null).length;
  return bounded('false halts fleet', 'of 200', halted + asked + stalled, 0, {
    reason: `${halted} halted, ${asked} asked, ${stalled} did not reach 99 %; sleep, network loss, outages of sites`,
  });
}

async function releaseTime(): Promise<Row> {
  const sizes: readonly (readonly [hosts: number, seeds: number])[] = [
    [8_500_000, 1],
    [1_000_000, 1],
    [20_000, 5],
  ];
  const all = sizes.flatMap(([hosts, seeds]) => [
    ...jobs('good', 'ringfence', hosts, seeds),
    ...jobs('good', 'fixed', hosts, seeds),
  ]);
  const outcomes = await simulateAll(all, { workers: 2 });
  const parts: string[] = [];
  let worst = 0;
  let at = 0;
  let [oursAtWorst, fixedAtWorst] = [0, 0];
  for (const [hosts, seeds] of sizes) {
    const t99 = (from: number): number =>
      quantile(
        outcomes.slice(from, from + seeds).map((o) => o.t99S),
        0.5,
      ) ?? Number.POSITIVE_INFINITY;
    const ours = t99(at);
    const fixed = t99(at + seeds);
    at += 2 * seeds;
    parts.push(
      `${hosts.toLocaleString('en')}: ${(ours / 3600).toFixed(1)} h against ${(fixed / 3600).toFixed(1)} h, ${(ours / fixed).toFixed(2)} ×`,
    );
    if (ours / fixed > worst) {
      worst = ours / fixed;
      [oursAtWorst, fixedAtWorst] = [ours, fixed];
    }
  }
  return bounded('good release time', '×', worst, 1.5, {
    bar: '≤ 1.5 × fixed (24 h soaks)',
    reason: `${parts.join('; ')}; the worst is ${(oursAtWorst / 3600).toFixed(1)} h to ${(fixedAtWorst / 3600).toFixed(1)} h; the release starts on Saturday 18:00 UTC (a field of the reference fleet)`,
  });
}

/** A release of a million hosts that all stay awake, told to `step` and nothing else. */
function stepCost(): Row {
  const costs: number[] = [];
  let events = 0;
  for (let round = 0; round < 3; round++) {
    const { nanoseconds, count } = oneRelease(plan, 1_000_000);
    costs.push(nanoseconds / count);
    events = count;
  }
  return bounded('step', 'ns', quantile(costs, 0.5) ?? 0, 1000, {
    reason: `per event, ${events.toLocaleString('en')} events of a whole release of 1M hosts, draws and clocks included; processor time`,
    spread: `${Math.min(...costs).toFixed(0)}–${Math.max(...costs).toFixed(0)} over 3 releases`,
  });
}

function oneRelease(plan: Plan, hosts: number): { nanoseconds: number; count: number } {
  const state = createState(plan);
  let count = 0;
  const cpu = process.cpuUsage();
  let offers: Uint32Array[] = [];
  const tell = (event: RolloutEvent): void => {
    count++;
    for (const d of step(state, event)) if (d.type === 'offer') offers.push(d.hosts);
  };
  let now = 1_000_000;
  tell({ type: 'clock', at: now });
  const sites = Array.from({ length: 500 }, (_, i) => `site ${i}`);
  const models = Array.from({ length: 60 }, (_, i) => `model ${i}`);
  const systems = Array.from({ length: 20 }, (_, i) => `os ${i}`);
  const roles = ['desktop', 'laptop', 'server'];
  const labels = ['', '', '', '', 'tier 1'];
  for (let host = 0; host < hosts; host++) {
    labels[0] = systems[host % 20] as string;
    labels[1] = roles[host % 3] as string;
    labels[2] = sites[host % 500] as string;
    labels[3] = models[(host >>> 3) % 60] as string;
    tell({ type: 'host-added', host, labels, class: 'server' });
    tell({ type: 'talking', host });
  }
  tell({ type: 'release-started', release: 'r' });
  const soaking: { at: number; hosts: Uint32Array }[] = [];
  const soak = plan.lanes.standard.soak;
  while (statusOf(state)?.complete === false) {
    now += 60;
    tell({ type: 'clock', at: now });
    const batches = offers;
    offers = [];
    for (const batch of batches) {
      for (const host of batch) tell({ type: 'delivered', host, release: 'r' });
      for (const host of batch) tell({ type: 'healthy', host, release: 'r', after: 'load' });
      soaking.push({ at: now + soak, hosts: batch });
    }
    while (soaking.length > 0 && (soaking[0] as { at: number }).at <= now) {
      for (const host of (soaking.shift() as { hosts: Uint32Array }).hosts)
        tell({ type: 'healthy', host, release: 'r', after: 'soak' });
    }
  }
  const used = process.cpuUsage(cpu);
  return { nanoseconds: (used.user + used.system) * 1000, count };
}
