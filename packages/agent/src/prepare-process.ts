import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** As the sensor's threads, but for the one that empties the rings; compartments weigh as much together. */
const NICE = 5;
/**
 * The heap may grow fourfold before all of it is looked at, as V8 allows while that is slow. Batches come by the megabyte
 * and go at once, beside a heap of some 15 MB: at V8's own choice of 1.2 it would be looked at ten times a second.
 */
const HEAP_GROWING = '--heap-growing-percent=300';

/** Makes the process that runs an agent fit for it. For the program's own start, since it concerns the whole process. */
export function prepareProcess(): void {
  lowerPriority();
  setFlagsFromString(HEAP_GROWING);
}

/**
 * Lowers this process, and what it starts, below the host's own work: where CPU time is short, events wait in the agent's
 * bounded queues instead. Nice values are per thread on Linux (sched(7)), and V8 has started some by now.
 */
function lowerPriority(): void {
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      if (getPriority(Number(thread)) < NICE) setPriority(Number(thread), NICE);
    } catch {
      // The thread has ended since.
    }
  }
}
