/** Runs the sensor, performs effects in the guest, and reports for each whether its event came. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachRecord, toObject } from '@ringfence/events';
import { probeList, startSensor, type Tier } from '@ringfence/sensor';
import { expected } from './expected.ts';
import { report } from './report.ts';

type Seen = Readonly<Record<string, unknown>>;

export interface Effect {
  /** The class of the event that must come. */
  readonly class: string;
  /** What is executed: packages/sensor/testdata/act.c is /usr/bin/act here. */
  readonly command: readonly string[];
  /** What the event must say. */
  readonly fields: Seen;
  /** True when the acting process is a child of the command, so that its pid is not known. */
  readonly byChild?: boolean;
}

/** From the end of an effect; under emulation the reader gets little time. */
const EVENT_WAIT_MS = 10_000;

/** Starts a tier; all its probes must be active but those that the kernel lacks, and each effect must be seen. */
export async function watch(tier: Tier, effects: readonly Effect[]): Promise<void> {
  const started = performance.now();
  await using sensor = startSensor({ tier });
  const seen: Seen[] = [];
  sensor.onEvents((records) => {
    forEachRecord(records, (view) => {
      seen.push(toObject(view) as unknown as Seen);
    });
  });
  const hello = await sensor.hello;
  const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const absent = new Set(expected().missingProbes);
  const unlike = hello.probes.filter(({ name, state }) => {
    const off = tier === 'core' && probeList.some((probe) => probe.name === name && probe.tier === 'full');
    return state !== (off ? 'off' : absent.has(name) ? 'unavailable' : 'active');
  });
  const unavailable = hello.probes.filter(({ state }) => state === 'unavailable');
  report(
    `${tier}: probes`,
    hello.mode === 'kernel' && unlike.length === 0,
    `${hello.mode} mode (${hello.reason}) after ${took}; ${unavailable
      .map(({ name, reason }) => `no ${name}: ${reason}`)
      .join('; ')}`,
  );
  const waiting: { effect: Effect; pid: number }[] = [];
  for (const effect of effects) {
    const { status, pid, stderr } = spawnSync(effect.command[0] ?? '', effect.command.slice(1), {
      encoding: 'utf8',
    });
    if (status === 0) waiting.push({ effect, pid });
    else report(name(tier, effect), false, `${effect.command.join(' ')}: exit ${status} ${stderr}`);
  }
  const end = performance.now() + EVENT_WAIT_MS;
  for (const { effect, pid } of waiting) {
    const fits = (event: Seen): boolean =>
      event['class'] === effect.class &&
      (effect.byChild === true || event['process.pid'] === pid) &&
      Object.entries(effect.fields).every(([field, value]) => String(event[field]) === String(value));
    while (!seen.some(fits) && performance.now() < end) await sleep(20);
    const found = seen.find(fits);
    const near = seen.filter((event) => event['class'] === effect.class).slice(-3);
    report(
      name(tier, effect),
      found !== undefined,
      found === undefined
        ? `not seen; ${near.length === 0 ? 'nothing of this class' : JSON.stringify(near)}`
        : `by ${String(found['process.path'])} ${JSON.stringify(effect.fields)}`,
    );
  }
}

function name(tier: Tier, effect: Effect): string {
  return `${tier}: ${effect.class} (${effect.command.at(-1)})`;
}
