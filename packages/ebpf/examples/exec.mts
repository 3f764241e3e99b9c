import { readFileSync } from 'node:fs';
import { Collection, CollectionSpec, RingBufferReader } from '@ringfence/ebpf';

const spec = CollectionSpec.fromElf(readFileSync(new URL('exec.bpf.o', import.meta.url)));
spec.variables.set('min_uid', 0);
using collection = Collection.load(spec);
using _link = collection.program('on_exec').attach();
using reader = new RingBufferReader(collection.map('events'));
console.log('tracing every exec; Ctrl-C ends');
for (;;) {
  reader.drain((view, at) => {
    const [pid, parent, uid] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true));
    const path = Buffer.from(reader.bytes.subarray(at + 12, at + 140));
    console.log(`pid ${pid} parent ${parent} uid ${uid} ${path.toString('utf8', 0, path.indexOf(0))}`);
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
}
