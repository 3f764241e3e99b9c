import { spawnSync } from 'node:child_process';
import { Collection } from '@ringfence/ebpf';
import { loadSpec } from './fixtures.ts';

/** Attaches to a tracepoint, lets a process exit, and prints whether the program ran. */
using collection = Collection.load(loadSpec('sensor'), { only: ({ name }) => name === 'on_exit_tracepoint' });
using link = collection.program('on_exit_tracepoint').attach();
spawnSync('/bin/true');
const ran = link.fd > 2 && collection.map('counts').get(3) !== undefined;
console.log(`counted ${ran ? 1 : 0}`);
