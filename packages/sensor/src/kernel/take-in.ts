/** Takes in the processes that already run, from the task iterator, or from /proc where the kernel has none. */
import type { Collection } from '@ringfence/ebpf';
import type { State } from '../drain/state.ts';
import { ProcessRecords } from '../ingest/process-records.ts';
import { listPids, readArgv } from '../procfs/read-process.ts';
import { Cut } from '../table/image.ts';
import type { Process } from '../table/process-table.ts';

/** How many processes were taken in. */
export function takeInRunning(state: State, collection: Collection): number {
  const program = collection.programs.get('running_tasks');
  if (!program) {
    for (const pid of listPids()) state.actors.adoptPid(pid);
    return state.table.live;
  }
  using link = program.attachIterator();
  const bytes = Buffer.from(link.read());
  const seen: { process: Process; parent: { pid: number; low: number; high: number } }[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32LE(at);
    if (size < 8 || at + size > bytes.length) break;
    seen.push({
      process: state.processes.start(bytes, at, true),
      parent: ProcessRecords.parentOf(bytes, at),
    });
    at += size;
  }
  for (const { process, parent } of seen) {
    if (process.image.path.length > 0) {
      const { argv, truncated } = readArgv(process.pid);
      process.image = {
        ...process.image,
        argv,
        truncated: process.image.truncated | (truncated ? Cut.ARGV : 0),
      };
    }
    if (parent.pid === 0) continue;
    // Takes a parent that the iterator left out from /proc, with the exact start time that its child told.
    state.table.link(process, state.actors.find(parent.pid, parent.low, parent.high));
  }
  // The iterator of 6.18 was seen to leave out pid 1.
  for (const pid of listPids()) if (!state.table.newest(pid)) state.actors.adoptPid(pid);
  // Once all have their arguments.
  for (const { process } of seen) if (process.parent) process.parentImage = process.parent.image;
  return state.table.live;
}
