/** Faults in engines under load: how soon the agent knows, how soon content runs again, what the others lose. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureCause } from '@ringfence/agent';
import { type Rig, ready } from './rig.ts';

const READY_MS = 30_000;
const FAULT_MS = 20_000;

/** Waits until each publisher under load has its spare: one that still starts would be a second fault to deal with. */
async function steady(rig: Rig): Promise<void> {
  const all = (): boolean => rig.names.every((name) => ready(rig.publisher(name)));
  await rig.until(all, READY_MS);
}

/** What the trials of one kind gave, milliseconds. */
export interface Trials {
  readonly ms: number[];
  /** Bytes of memory of the engine when it failed. */
  readonly memory: number[];
}

/** The moment at which the agent said that a publisher's engine ended, and why. */
class Verdicts implements Disposable {
  readonly #rig: Rig;
  readonly #seen: Map<string, { at: bigint; text: string }> = new Map();
  readonly #stop: () => void;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#stop = rig.agent.onNotice(({ text }) => {
      const name = /^(\S+): the engine of /.exec(text)?.[1];
      if (name !== undefined) this.#seen.set(name, { at: process.hrtime.bigint(), text });
    });
  }

  /** @throws Error when another cause was found, or none in time */
  async of(name: string, cause: FailureCause): Promise<bigint> {
    await this.#rig.until(() => this.#seen.has(name), FAULT_MS);
    const { at, text } = this.#seen.get(name) as { at: bigint; text: string };
    this.#seen.delete(name);
    if (!text.includes(`(${cause})`)) throw new Error(`expected ${cause}, the agent said: ${text}`);
    return at;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

export interface Crashes {
  readonly recovery: number[];
  readonly second: number[];
  /** Events that publishers lost while another one's engine crashed. */
  othersLost: number;
  /** Events that the one with the crashes lost. */
  ownLost: number;
}

/**
 * Crashes one engine of three after the other, each twice in a row: the first has a spare that is ready, the second
 * has none. The load goes on through both and a while longer; then all catch up before the next trial, because a host
 * at full load has little left to start engines one after the other.
 */
export async function crashTwice(
  rig: Rig,
  options: { readonly trials: number; readonly perSecond: number },
  into: Crashes,
): Promise<void> {
  for (let trial = 0; trial < options.trials; trial++) {
    const name = rig.names[trial % rig.names.length] as string;
    await rig.settle();
    await steady(rig);
    const lostBefore = lostOf(rig);
    rig.sensor.load(options.perSecond);
    await sleep(300 + Math.random() * 100);
    into.recovery.push(await crash(rig, name));
    if (rig.publisher(name).spare === 'ready') throw new Error(`${name} has a spare so soon`);
    into.second.push(await crash(rig, name));
    await sleep(200);
    rig.sensor.load(0);
    await rig.settle();
    for (const [publisher, lost] of lostOf(rig)) {
      const more = lost - (lostBefore.get(publisher) ?? 0);
      if (publisher === name) into.ownLost += more;
      else into.othersLost += more;
    }
    await rig.pardon(name);
  }
}

/** Milliseconds from a crash until the next engine has worked on events. */
async function crash(rig: Rig, name: string): Promise<number> {
  const given = process.hrtime.bigint();
  rig.sensor.command('crash', name);
  await rig.until(() => rig.mark(name, 'crash', given) !== undefined, FAULT_MS);
  const crashed = rig.mark(name, 'crash', given) as bigint;
  await rig.until(() => rig.mark(name, 'runs', crashed) !== undefined, FAULT_MS);
  return ms(crashed, rig.mark(name, 'runs', crashed) as bigint);
}

const lostOf = (rig: Rig): Map<string, number> =>
  new Map(rig.status().map(({ name, lost }) => [name, lost.total]));

/** From the moment before the crash until the agent has found out why. */
export async function detectCrash(rig: Rig, trials: number): Promise<Trials> {
  const result: Trials = { ms: [], memory: [] };
  using verdicts = new Verdicts(rig);
  for (let trial = 0; trial < trials; trial++) {
    const name = rig.names[trial % rig.names.length] as string;
    await steady(rig);
    await sleep(Math.random() * 20);
    result.memory.push(rig.publisher(name).memoryBytes);
    const given = process.hrtime.bigint();
    rig.sensor.command('crash', name);
    const known = await verdicts.of(name, 'crash');
    result.ms.push(ms(rig.mark(name, 'crash', given) ?? given, known));
    await rig.pardon(name);
  }
  return result;
}

/** From the moment at which an engine stands still; several at a time, which get no load. */
export async function detectHang(rig: Rig, trials: number): Promise<Trials> {
  const result: Trials = { ms: [], memory: [] };
  using verdicts = new Verdicts(rig);
  let left = trials;
  const one = async (name: string): Promise<void> => {
    let known = 0n;
    while (left-- > 0) {
      // An engine that has not begun yet would take the command for one that its predecessor was given.
      await rig.until(() => rig.mark(name, 'fed', known) !== undefined, READY_MS);
      await sleep(Math.random() * 200);
      const given = process.hrtime.bigint();
      rig.sensor.command('hang', name);
      known = await verdicts.of(name, 'hang');
      result.ms.push(ms(rig.mark(name, 'hang', given) ?? given, known));
      await rig.pardon(name);
    }
  };
  await Promise.all(rig.patients.map(one));
  return result;
}

/** From the last moment before the limit was reached. */
export async function detectMemory(rig: Rig, trials: number): Promise<Trials> {
  const result: Trials = { ms: [], memory: [] };
  using verdicts = new Verdicts(rig);
  for (let trial = 0; trial < trials; trial++) {
    const name = rig.names[trial % rig.names.length] as string;
    await steady(rig);
    rig.sensor.command('bloat', name);
    const known = await verdicts.of(name, 'memory');
    const { evidence } = rig.publisher(name).restarts.last.at(-1) ?? {};
    const { stderr } = JSON.parse(readFileSync(evidence ?? '', 'utf8')) as { stderr: string };
    const last = stderr.match(/bloat (\d+)\n/g)?.at(-1);
    if (last === undefined) throw new Error('the engine did not tell how it grew');
    result.ms.push(ms(BigInt(last.slice(6)), known));
    await rig.pardon(name);
  }
  return result;
}

const ms = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
