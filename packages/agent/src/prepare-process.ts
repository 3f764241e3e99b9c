import { setFlagsFromString } from 'node:v8';

/**
 * The heap may grow fourfold before all of it is looked at, as V8 allows while that is slow. Batches come by the megabyte
 * and go at once, beside a heap of some 15 MB: at V8's own choice of 1.2 it would be looked at ten times a second.
 */
const HEAP_GROWING = '--heap-growing-percent=300';

/** Makes the process that runs an agent fit for it. For the program's own start, since it concerns the whole process. */
export function prepareProcess(): void {
  setFlagsFromString(HEAP_GROWING);
}
