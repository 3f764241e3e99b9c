import { forEachRecord as forEachRingRecord, RingBufferReader } from '@ringfence/ebpf';
import { classId, EventView, EventWriter, fieldSlot, forEachRecord } from '@ringfence/events';
import { probeList } from '@ringfence/sensor';
import { COPY_BYTES } from '../../packages/sensor/src/drain/ring-copy.ts';
import { loadProbes } from '../../packages/sensor/src/kernel/load.ts';
import { SyscallHook } from '../../packages/sensor/src/kernel/syscall-hook.ts';
import { resolveOptions } from '../../packages/sensor/src/options.ts';
import { median } from '../stats.ts';
import type { Generator } from './generator.ts';

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

/** Opens for each measured drain: some ten megabytes of records. */
const OPENS = 100_000;

/**
 * Nanoseconds a record to take the sensor's own ring of system calls, filled by real opens: one copy frees its room,
 * then each record is visited and its size read, as the drain thread does it.
 */
export function drainNs(generator: Generator): number {
  const others = probeList.filter(({ name }) => name !== 'open').map(({ name }) => [name, false] as const);
  using loaded = loadProbes(resolveOptions({ tier: 'full', probes: Object.fromEntries(others) }));
  using hook = new SyscallHook(loaded.collection, loaded.syscallProbes);
  const wanted = new Uint8Array(loaded.collection.variables.bytes('wanted').length);
  wanted[classId('file_open')] = 1;
  loaded.collection.variables.set('wanted', wanted);
  hook.subscribe(wanted);
  using reader = new RingBufferReader(loaded.collection.map('calls'));
  const target = Buffer.alloc(COPY_BYTES);
  const view = new DataView(target.buffer);
  const runs: number[] = [];
  for (let run = 0; run < 11; run++) {
    generator.run('open', OPENS, generator.file);
    let records = 0;
    let bytes = 0;
    const before = process.hrtime.bigint();
    for (let length = reader.copyAvailable(target); length > 0; length = reader.copyAvailable(target)) {
      forEachRingRecord(target, length, (offset) => {
        bytes += view.getUint32(offset, true);
        records++;
      });
    }
    const ns = Number(process.hrtime.bigint() - before);
    if (records < OPENS || bytes === 0) throw new Error(`the ring held ${records} records of ${OPENS} opens`);
    runs.push(ns / records);
  }
  return median(runs.slice(2));
}
