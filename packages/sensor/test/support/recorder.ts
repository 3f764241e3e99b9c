import { setTimeout as sleep } from 'node:timers/promises';
import { classBit, forEachRecord, toObject } from '@ringfence/events';
import { onTestFinished } from 'vitest';
import {
  type Hello,
  type SensorOptions,
  type SensorProcess,
  type Stats,
  startSensor,
} from '../../src/index.ts';

/** An event as an object; the fields of all classes. */
export type Seen = Readonly<Record<string, unknown>> & { readonly class: string };

/** A running sensor, and the events that it delivered. */
export class Recorder {
  readonly events: Seen[] = [];
  readonly sensor: SensorProcess;
  hello!: Hello;
  #stats: Stats | undefined;

  private constructor(options: SensorOptions) {
    this.sensor = startSensor(options);
    this.sensor.onEvents((records, count, classes) => {
      const before = this.events.length;
      let found = 0;
      forEachRecord(records, (view) => {
        found |= classBit(view.class.id);
        this.events.push(toObject(view) as unknown as Seen);
      });
      if (this.events.length - before !== count) throw new Error(`a batch of ${count} has other records`);
      if (found !== classes) throw new Error(`a batch says classes ${classes} and has ${found}`);
    });
    this.sensor.onStats((stats) => {
      this.#stats = stats;
    });
  }

  static async start(options: SensorOptions = {}): Promise<Recorder> {
    const recorder = new Recorder(options);
    recorder.hello = await recorder.sensor.hello;
    return recorder;
  }

  /** As `start`, for one test: stopped at its end. */
  static async forTest(options: SensorOptions = {}): Promise<Recorder> {
    const recorder = await Recorder.start(options);
    onTestFinished(() => recorder.stop());
    return recorder;
  }

  /** The first event of a class that matches, waited for. */
  async find(name: string, matches: (event: Seen) => boolean, timeoutMs = 5000): Promise<Seen> {
    for (const end = performance.now() + timeoutMs; ; await sleep(20)) {
      const found = this.events.find((event) => event.class === name && matches(event));
      if (found) return found;
      if (performance.now() > end) {
        const near = this.events.filter((event) => event.class === name).slice(-5);
        throw new Error(
          `no such ${name} in ${this.events.length} events; the last are ${JSON.stringify(near)}`,
        );
      }
    }
  }

  filter(name: string, matches: (event: Seen) => boolean): Seen[] {
    return this.events.filter((event) => event.class === name && matches(event));
  }

  /** Counts that are younger than now. */
  async freshStats(): Promise<Stats> {
    let stats: Stats | undefined;
    // The first may have been under way.
    for (let round = 0; round < 2; round++) {
      this.#stats = undefined;
      for (stats = undefined; stats === undefined; stats = this.#stats) await sleep(20);
    }
    return stats as Stats;
  }

  stop(): Promise<void> {
    return this.sensor.stop();
  }
}
