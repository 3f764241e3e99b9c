import { Collection, RingBufferReader } from '@ringfence/ebpf';
import { objectInfo } from '../../src/linux/bpf.ts';
import { loadSpec } from './fixtures.ts';

/** Holds an attached program until it is killed; prints the program's id. */
const collection = Collection.load(loadSpec('sensor'), { only: ({ name }) => name === 'on_exec' });
const program = collection.program('on_exec');
const links = [program.attach()];
const reader = new RingBufferReader(collection.map('events'));
console.log(objectInfo(program.fd, 64, 'program info').getUint32(4, true));
setInterval(() => {
  reader.drain(() => {});
  if (links.length === 0) throw new Error('the link is gone');
}, 10);
