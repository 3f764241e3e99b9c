import { classId, EventView, EventWriter, fieldSlot, forEachRecord } from '@ringfence/events';
import { median } from '../stats.ts';

/** Nanoseconds to read the header and two string fields of a process start, over a batch of a thousand. */
export function decodeNs(): number {
  const start = classId('process_start');
  const path = fieldSlot('process_start', 'process.path');
  const argv = fieldSlot('process_start', 'process.argv');
  const writer = new EventWriter();
  for (let index = 0; index < 1000; index++) {
    writer.begin(start, BigInt(index));
    writer.string(path, `/usr/lib/package-${index % 37}/bin/tool-${index % 101}`);
    writer.strings(argv, [`tool-${index % 101}`, '--output', `/tmp/result-${index}.json`, '--level', 'high']);
    writer.end();
  }
  const batch = writer.batch();
  const view = new EventView();
  let characters = 0;
  const runs: number[] = [];
  for (let run = 0; run < 60; run++) {
    const before = process.hrtime.bigint();
    forEachRecord(
      batch,
      (record) => {
        characters += record.timeMs > 0 ? record.string(path).length + record.joined(argv).length : 0;
      },
      view,
    );
    runs.push(Number(process.hrtime.bigint() - before) / 1000);
  }
  if (characters === 0) throw new Error('nothing was decoded');
  return median(runs.slice(20));
}
