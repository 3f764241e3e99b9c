import { Collection } from '@ringfence/ebpf';
import { loadSpec } from './fixtures.ts';

/** Runs without capabilities: prints what a load gives then. */
using collection = Collection.load(loadSpec('sensor'), { programs: 'skip-unsupported' });
const codes = new Set(collection.skipped.map(({ code }) => code));
let thrown = '';
try {
  Collection.load(loadSpec('sensor'));
} catch (error) {
  thrown = error instanceof Error ? `${error.name} ${error.message}` : 'no error';
}
console.log(JSON.stringify({ loaded: collection.programs.size, codes: [...codes].sort(), thrown }));
