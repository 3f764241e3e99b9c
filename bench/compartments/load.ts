/** The highest rate at which nothing is lost and nothing piles up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from './rig.ts';

const PROBE_MS = 1500;
/** A backlog of more than this part of what was given means that it would grow without end. */
const BACKLOG = 0.04;
const START = 10_000;

/** Events a second to each publisher, by doubling and then halving the gap. */
export async function highestRate(rig: Rig): Promise<number> {
  let good = 0;
  let bad = START;
  while (await holds(rig, bad)) {
    good = bad;
    bad *= 2;
  }
  while ((bad - good) / bad > 0.06) {
    const middle = (good + bad) / 2;
    if (await holds(rig, middle)) good = middle;
    else bad = middle;
  }
  if (good === 0) throw new Error(`not even ${bad} events a second are dealt with`);
  return good;
}

async function holds(rig: Rig, perSecond: number): Promise<boolean> {
  const before = rig.status().reduce((sum, { lost }) => sum + lost.total, 0);
  const emitted = rig.sensor.emitted;
  rig.sensor.load(perSecond);
  await sleep(PROBE_MS);
  rig.sensor.load(0);
  const status = rig.status();
  const given = rig.sensor.emitted - emitted;
  const waiting = Math.max(...status.map(({ queue }) => queue.events));
  const lost = status.reduce((sum, publisher) => sum + publisher.lost.total, 0) - before;
  await rig.settle();
  return lost === 0 && waiting <= given * BACKLOG && given >= 0.97 * perSecond * (PROBE_MS / 1000);
}
