/** How many events a second reach each of three compartments at once, encoding included. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compartment, launch, UID_RANGE } from '@ringfence/compartment';
import { EngineHost, type EngineMessage } from '@ringfence/compartment/protocol';
import { EventSource, RECORD_BYTES } from './events.ts';
import { benchEngine, benchHello, wallGap } from './walled.ts';

const ENGINES = 3;
/** Events in a batch: about the 256 KiB at which the agent cuts. */
const BATCH = Math.floor((256 * 1024) / RECORD_BYTES);
/** Batches that may wait for an engine before the sender stops encoding. */
const QUEUE = 4;

export interface Transport {
  /** Events a second of each engine. */
  readonly rates: readonly number[];
  readonly gap: string | null;
}

/** One engine behind the wall that is fed as fast as it takes. */
class Reader {
  readonly #compartment: Compartment;
  readonly #host: EngineHost;
  readonly #waiting: Uint8Array[] = [];
  readonly ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly said: PromiseWithResolvers<{ records: number }> = Promise.withResolvers();
  #batch = 0n;
  acknowledged = 0;

  constructor(compartment: Compartment, onRoom: () => void) {
    this.#compartment = compartment;
    this.#host = new EngineHost((message) => this.#hear(message, onRoom));
    compartment.channel.on('data', (chunk: Buffer) => this.#host.receive(chunk));
    compartment.channel.write(this.#host.hello(benchHello(compartment.releaseDir)));
  }

  get room(): boolean {
    return this.#waiting.length < QUEUE;
  }

  push(records: Uint8Array): void {
    this.#waiting.push(records);
    this.#pump();
  }

  /** Stops it and checks that it has read all that it acknowledged. */
  async finish(): Promise<void> {
    this.#compartment.channel.write(this.#host.stop());
    const { records } = await this.said.promise;
    if (records < this.acknowledged)
      throw new Error(`${records} records read, ${this.acknowledged} acknowledged`);
    await this.#compartment.exited;
  }

  #hear(message: EngineMessage, onRoom: () => void): void {
    switch (message.type) {
      case 'ready':
        this.#compartment.channel.write(this.#host.start());
        return this.ready.resolve();
      case 'ack':
        this.acknowledged += BATCH;
        this.#pump();
        return onRoom();
      case 'log':
        return this.said.resolve(JSON.parse(message.message) as { records: number });
      case 'finding':
      case 'hash':
      case 'pong':
      case 'state':
        throw new Error(`unexpected ${message.type}`);
    }
  }

  #pump(): void {
    while (this.#host.windowOpen) {
      const records = this.#waiting.shift();
      if (records === undefined) return;
      const { channel } = this.#compartment;
      channel.cork();
      channel.write(this.#host.batch(++this.#batch, BATCH, records.length));
      channel.write(records);
      channel.uncork();
    }
  }
}

/** Feeds three engines for some seconds after a warm-up. */
export async function measureTransport(seconds: number): Promise<Transport> {
  const release = mkdtempSync(join(tmpdir(), 'ringfence-bench-'));
  using compartments = new DisposableStack();
  try {
    const source = new EventSource();
    const readers: Reader[] = [];
    let running = true;
    // Encoded once for all three: they subscribe to the same. The slowest sets the pace.
    const feed = (): void => {
      while (running && readers.every((reader) => reader.room)) {
        const records = source.batch(BATCH);
        for (const reader of readers) reader.push(records);
      }
    };
    const launched = await Promise.all(
      Array.from({ length: ENGINES }, (_, i) => {
        const uid = UID_RANGE.last - i;
        return launch({
          publisher: `bench-${i}`,
          uid,
          gid: uid,
          engine: benchEngine('reading-engine.ts'),
          releaseDir: release,
        });
      }),
    );
    for (const compartment of launched) compartments.use(compartment);
    readers.push(...launched.map((compartment) => new Reader(compartment, feed)));
    await Promise.all(readers.map((reader) => reader.ready.promise));
    feed();
    await pause(1000);
    const before = readers.map((reader) => reader.acknowledged);
    const started = performance.now();
    await pause(seconds * 1000);
    const elapsed = (performance.now() - started) / 1000;
    const rates = readers.map((reader, i) => (reader.acknowledged - (before[i] as number)) / elapsed);
    running = false;
    await Promise.all(readers.map((reader) => reader.finish()));
    return { rates, gap: wallGap(launched[0]?.layers ?? []) };
  } finally {
    rmSync(release, { recursive: true, force: true });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
