/** What the wall costs in CPU: an engine in its compartment, and the same one in the agent's process. */
import { setTimeout as sleep } from 'node:timers/promises';
import { InjectedSensor } from './injected-sensor.ts';
import { highestRate } from './load.ts';
import { Rig } from './rig.ts';

export interface Cost {
  /** Events a second that both got. */
  readonly perSecond: number;
  /** Nanoseconds of CPU an event, all processes. */
  readonly walled: number;
  readonly inProcess: number;
}

export interface EngineInProcess {
  onBatch(records: Uint8Array): void;
}

/**
 * Runs both in turn at the same open-loop rate.
 * @param options `load`: part of the highest rate that the walled engine keeps up with. An idle processor's wake-ups cost
 *   the same at any rate, so at a low one they hide what an event costs
 * @yields each pair
 */
export async function* measureCost(
  engine: string,
  inProcess: EngineInProcess,
  options: { readonly load: number; readonly seconds: number; readonly pairs: number },
): AsyncGenerator<Cost> {
  const { load, seconds, pairs } = options;
  await using rig = await Rig.start({ publishers: 1, engine });
  if (rig.gap !== null) throw new Error(`the wall is not whole: ${rig.gap}`);
  const perSecond = (await highestRate(rig)) * load;
  const walled = async (): Promise<number> => {
    const lostBefore = lostOf(rig);
    const [engines, own, events] = [rig.engineCpuSeconds, process.cpuUsage(), rig.sensor.emitted];
    rig.sensor.load(perSecond);
    await sleep(seconds * 1000);
    rig.sensor.load(0);
    await rig.settle();
    const { user, system } = process.cpuUsage(own);
    const lost = lostOf(rig) - lostBefore;
    if (lost > 0) throw new Error(`${lost} events were lost: the rate is too high`);
    return ((rig.engineCpuSeconds - engines) * 1e9 + (user + system) * 1000) / (rig.sensor.emitted - events);
  };
  const plain = async (): Promise<number> => {
    const sensor = new InjectedSensor();
    sensor.onEvents((records) => inProcess.onBatch(records));
    const own = process.cpuUsage();
    sensor.load(perSecond);
    await sleep(seconds * 1000);
    sensor.load(0);
    const { user, system } = process.cpuUsage(own);
    return ((user + system) * 1000) / sensor.emitted;
  };
  await walled();
  await plain();
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) yield { perSecond, walled: await walled(), inProcess: await plain() };
    else {
      const first = await plain();
      yield { perSecond, walled: await walled(), inProcess: first };
    }
  }
}

const lostOf = (rig: Rig): number => rig.status()[0]?.lost.total ?? 0;
