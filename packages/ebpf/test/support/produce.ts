import { Collection } from '@ringfence/ebpf';
import { loadSpec } from './fixtures.ts';

/** A collection whose program `produce` puts numbered records of 20 bytes into `events`, and a discarded one of 24 before each 7th. */
export function loadProducer(ringBytes: number): {
  collection: Collection;
  produce: (count: number) => number;
  advance: (megabytes: number) => void;
} {
  const spec = loadSpec('sensor');
  const events = spec.maps.get('events');
  if (events !== undefined) events.maxEntries = ringBytes;
  const collection = Collection.load(spec, { only: ({ name }) => name === 'produce' || name === 'advance' });
  const program = collection.program('produce');
  const context = new Uint8Array(16);
  return {
    collection,
    // Returns the number of the next record: records beyond the ring's room are not made.
    produce(count) {
      new DataView(context.buffer).setUint32(0, count, true);
      return program.testRun({ context }).returnValue;
    },
    // Moves the ring on by discarded records of 1 MiB.
    advance(megabytes) {
      new DataView(context.buffer).setUint32(0, megabytes, true);
      collection.program('advance').testRun({ context });
    },
  };
}
