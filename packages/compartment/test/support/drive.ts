import { type Compartment, type Exit, type LaunchOptions, launch } from '../../src/index.ts';
import { EngineHost, type EngineMessage } from '../../src/protocol/index.ts';

/** An engine behind the wall that gets one line of text as a batch and answers with one finding. */
export class Driven {
  readonly compartment: Compartment;
  readonly #host: EngineHost;
  #next = 1n;
  #waiting: ((message: EngineMessage | Exit) => void) | undefined;

  private constructor(compartment: Compartment) {
    this.compartment = compartment;
    this.#host = new EngineHost((message) => {
      if (message.type === 'ready' || message.type === 'finding') this.#waiting?.(message);
    });
    compartment.channel.on('data', (chunk: Buffer) => this.#host.receive(chunk));
    void compartment.exited.then((exit) => this.#waiting?.(exit));
  }

  static async start(options: LaunchOptions): Promise<Driven> {
    const driven = new Driven(await launch(options));
    const answer = driven.#answer();
    const { channel, releaseDir } = driven.compartment;
    channel.write(
      driven.#host.hello({
        protocol: 1,
        publisher: options.publisher,
        release: { name: 'test', version: '1.0.0' },
        releaseDir,
        tuning: null,
        limits: { maxFrameBytes: 1_048_576, maxFindingsPerSecond: 100, batchDeadlineMs: 5000 },
        schema: 1,
        tier: 'core',
      }),
    );
    const first = await answer;
    if (!('type' in first)) throw new Error(`the engine ended: ${first.cause} ${first.stderr}`);
    channel.write(driven.#host.start());
    return driven;
  }

  /** The finding's only matched value, or how the engine ended. */
  async ask(line: string): Promise<string | Exit> {
    const bytes = Buffer.from(line);
    const answer = this.#answer();
    this.compartment.channel.write(this.#host.batch(this.#next++, 1, bytes.length));
    this.compartment.channel.write(bytes);
    const message = await answer;
    if (!('type' in message)) return message;
    if (message.type !== 'finding') throw new Error(`unexpected ${message.type}`);
    // The acknowledgement follows at once; the next batch may go out before it.
    return String(Object.values(message.finding.matched)[0]);
  }

  async stop(): Promise<Exit> {
    this.compartment.kill('stop');
    return await this.compartment.exited;
  }

  #answer(): Promise<EngineMessage | Exit> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}
