/** A sensor whose events the test makes: the records are real, their origin is not. */
import { classBit, classId, EventWriter, fieldSlot } from '@ringfence/events';
import type { OnEvents, SensorProcess } from '@ringfence/sensor';

const ARGV = fieldSlot('process_start', 'process.argv');
const PATH = fieldSlot('process_start', 'process.path');
const USER = fieldSlot('process_start', 'process.user');
const PPID = fieldSlot('process_start', 'process.ppid');
const PID = fieldSlot('process_start', 'process.pid');

export class FakeSensor implements SensorProcess {
  readonly pid = 1;
  readonly hello: SensorProcess['hello'] = Promise.resolve({
    mode: 'kernel',
    tier: 'core',
    reason: 'test',
    missing: [],
    probes: [],
    kernel: 'test',
    pid: 1,
  });
  #onEvents: OnEvents = () => undefined;
  #onExit: Parameters<SensorProcess['onExit']>[0] = () => undefined;
  readonly #writer = new EventWriter();
  classes: readonly string[] = [];
  snapshots = 0;
  /** Set: describe never answers. */
  mute = false;

  /** Sends process starts with these command lines in one batch. */
  starts(...commandLines: string[]): void {
    this.emit('process_start', ...commandLines);
  }

  /** Parent of the processes in the events to come. */
  ppid = 1;

  emit(className: string, ...commandLines: string[]): void {
    this.#writer.clear();
    for (const line of commandLines) {
      this.#writer.begin(classId(className), BigInt(Date.now()) * 1_000_000n);
      this.#writer.u32(PID, 4242);
      this.#writer.u32(PPID, this.ppid);
      this.#writer.strings(ARGV, line.split(' '));
      this.#writer.string(PATH, `/usr/bin/${line.split(' ')[0]}`);
      this.#writer.string(USER, 'tester');
      this.#writer.end();
    }
    this.#onEvents(this.#writer.batch().slice(), commandLines.length, classBit(classId(className)));
  }
  raw(bytes: Uint8Array, count: number, classes = 0): void {
    this.#onEvents(bytes, count, classes);
  }
  die(): void {
    this.#onExit({ code: 1, signal: null, reason: 'told to' });
  }

  onEvents(callback: OnEvents): void {
    this.#onEvents = callback;
  }
  onStats(): void {}
  onExit(callback: Parameters<SensorProcess['onExit']>[0]): void {
    this.#onExit = callback;
  }
  subscribe(classes: readonly string[]): void {
    this.classes = classes;
  }
  describe(pid: number): ReturnType<SensorProcess['describe']> {
    if (this.mute) return new Promise(() => undefined);
    const one = (n: number, path: string) => ({
      pid: n,
      startTime: '1',
      path,
      commandLine: path,
      user: 'root',
    });
    return Promise.resolve({
      path: '/usr/bin/x',
      ancestors: [one(pid, '/usr/bin/x'), one(7, '/bin/parent')],
    });
  }
  hash(path: string): ReturnType<SensorProcess['hash']> {
    return Promise.resolve({ path, sha256: 'ab'.repeat(32) });
  }
  snapshot(): Promise<Uint8Array[]> {
    this.snapshots++;
    return Promise.resolve([]);
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
