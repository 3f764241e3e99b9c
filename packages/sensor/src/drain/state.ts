/** What every source of events works on. */
import type { ClockOffset } from '@ringfence/events';
import { freezeClock } from '../clock.ts';
import { BatchPool, type OutputQueue } from '../encode/batch-pool.ts';
import { Counts, MAX_CLASSES } from '../encode/counts.ts';
import { type BatchSink, EventEncoder } from '../encode/event-encoder.ts';
import { Containers } from '../facts/container.ts';
import { Users } from '../facts/users.ts';
import { Actors } from '../ingest/actors.ts';
import { ProcessRecords } from '../ingest/process-records.ts';
import { type Native, native } from '../native.ts';
import type { ResolvedOptions } from '../options.ts';
import { ProcessTable } from '../table/process-table.ts';

export interface State {
  readonly options: ResolvedOptions;
  readonly native: Native;
  readonly clock: ClockOffset;
  readonly counts: Counts;
  readonly pool: BatchPool;
  readonly encoder: EventEncoder;
  readonly table: ProcessTable;
  readonly users: Users;
  readonly containers: Containers;
  readonly actors: Actors;
  readonly processes: ProcessRecords;
  /** 1 for each class id that the agent wants. */
  readonly wanted: Uint8Array;
}

/** @param queue where the batches wait that `sink` takes */
export function makeState(options: ResolvedOptions, queue: OutputQueue, sink: BatchSink): State {
  const lib = native();
  const clock = freezeClock(lib);
  const counts = new Counts();
  const pool = new BatchPool(queue);
  const encoder = new EventEncoder(pool, counts, clock, sink);
  const table = new ProcessTable();
  const users = new Users();
  users.refresh(performance.now());
  const containers = new Containers();
  const actors = new Actors(table, users, containers);
  const wanted = new Uint8Array(MAX_CLASSES);
  const processes = new ProcessRecords(table, actors, encoder, users, containers, wanted);
  return {
    options,
    native: lib,
    clock,
    counts,
    pool,
    encoder,
    table,
    users,
    containers,
    actors,
    processes,
    wanted,
  };
}
