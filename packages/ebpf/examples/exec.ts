import { readFileSync } from 'node:fs';
import { Collection, CollectionSpec, RingBufferReader } from '@ringfence/ebpf';

const spec = CollectionSpec.fromElf(readFileSync(new URL('exec.bpf.o', import.meta.url)));
spec.variables.set('min_uid', 0);
using collection = Collection.load(spec);
using link = collection.program('on_exec').attach();
using reader = new RingBufferReader(collection.map('events'));
console.log(`tracing every exec (link ${link.fd}); Ctrl-C ends`);

const deadline = Date.now() + Number(process.argv[2] ?? 1e9) * 1000;
for (;;) {
  reader.drain((view, at) => {
    const path = Buffer.from(reader.bytes.subarray(at + 12, at + 140))
      .toString()
      .split('\0', 1)[0];
    const [pid, parent, uid] = [
      view.getUint32(at, true),
      view.getUint32(at + 4, true),
      view.getUint32(at + 8, true),
    ];
    console.log(`pid ${pid} parent ${parent} uid ${uid} ${path}`);
  });
  if (Date.now() > deadline) break;
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(`dropped ${collection.variables.get('dropped')}`);
