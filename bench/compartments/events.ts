/** Events to feed engines with: plain process starts that no rule has anything to say about. */
import { classId, EventWriter, fieldSlot } from '@ringfence/events';

const START = classId('process_start');
const pid = fieldSlot('process_start', 'process.pid');
const started = fieldSlot('process_start', 'process.start_time');
const uid = fieldSlot('process_start', 'process.uid');
const path = fieldSlot('process_start', 'process.path');
const argv = fieldSlot('process_start', 'process.argv');

/** Fixed part of a process start (136 bytes) and 63 of text, aligned. */
export const RECORD_BYTES = 200;

/** Texts are made before anything is measured: what is measured begins with their encoding. */
const texts = Array.from({ length: 1009 }, (_, i) => {
  const tool = 10 + (i % 89);
  const texts = [
    `/usr/lib/pkg${tool}/bin/tool${tool}`,
    `tool${tool}\0--jobs\0${tool}\0/srv/build/${100_000 + i}.obj`,
  ];
  return texts.map((text) => Buffer.from(text).toString('latin1')) as [string, string];
});

/** Encodes process starts of 200 bytes each, one after the other. */
export class EventSource {
  readonly #writer = new EventWriter();
  #next = 0;

  /** A batch of its own memory, encoded now. */
  batch(count: number): Uint8Array {
    const writer = this.#writer;
    writer.clear();
    const time = BigInt(Date.now()) * 1_000_000n;
    const low = Number(BigInt.asUintN(32, time));
    const high = Number(time >> 32n);
    for (let i = 0; i < count; i++) {
      const number = this.#next++;
      const [program, words] = texts[number % texts.length] as [string, string];
      writer.begin(START, time);
      writer.u32(pid, 1000 + (number % 30_000));
      writer.u64Halves(started, low, high);
      writer.u32(uid, 1000);
      writer.string(path, program);
      writer.string(argv, words);
      writer.end();
    }
    return writer.batch().slice();
  }
}
