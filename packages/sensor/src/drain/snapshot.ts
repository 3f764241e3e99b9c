/** The processes that run now, as process_start events with the flag EXISTING. */
import { RecordFlag } from '@ringfence/events';
import { BATCH_HEADER, BatchPool } from '../encode/batch-pool.ts';
import { Counts, MAX_CLASSES } from '../encode/counts.ts';
import { EventEncoder } from '../encode/event-encoder.ts';
import { ProcessRecords } from '../ingest/process-records.ts';
import type { State } from './state.ts';

/** Records, from `BATCH_HEADER` to `used`. */
export interface Records {
  readonly buffer: ArrayBuffer;
  readonly used: number;
}

/** Parents before their children. */
export function encodeSnapshot(state: State): Records[] {
  const parts: Records[] = [];
  const { table, actors, users, containers, clock } = state;
  // Whatever the agent subscribed to.
  const wanted = new Uint8Array(MAX_CLASSES).fill(1);
  const encoder = new EventEncoder(new BatchPool({ queued: 0 }), new Counts(), clock, (buffer, used) => {
    parts.push({ buffer, used });
  });
  const records = new ProcessRecords(table, actors, encoder, users, containers, wanted);
  const byStart = [...table.living()].sort((a, b) => a.startHigh - b.startHigh || a.startLow - b.startLow);
  for (const process of byStart)
    records.encodeStart(process, process.startLow, process.startHigh, RecordFlag.EXISTING);
  encoder.flush();
  return parts.length > 0 ? parts : [{ buffer: new ArrayBuffer(BATCH_HEADER), used: BATCH_HEADER }];
}
