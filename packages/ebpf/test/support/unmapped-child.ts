import { Mapping } from '../../src/linux/memory.ts';
import { native } from '../../src/linux/native.ts';
import { syscallNumbers } from '../../src/linux/syscalls.ts';

/** Reads memory after it was unmapped: `guarded` by Mapping's dispose, or behind its back. */
const mapping = Mapping.anonymous(1 << 20);
const bytes = new Uint8Array(mapping.buffer);
bytes[5] = 42;
if (process.argv[2] === 'guarded') mapping[Symbol.dispose]();
else native().syscall(syscallNumbers().munmap, mapping.address, mapping.length);
console.log(`read ${bytes[5]}`);
