import { setTimeout as sleep } from 'node:timers/promises';
import { Collection, loadedPrograms } from '@ringfence/ebpf';
import { expect, test } from 'vitest';
import { objectInfo } from '../src/linux/bpf.ts';
import { loadSpec } from './support/fixtures.ts';
import { requireKernel } from './support/kernel.ts';

test('a program is listed while it is loaded, and not after it was disposed', async (context) => {
  requireKernel(context, 'tp_btf/sched_process_exec');
  let id: number;
  {
    using collection = Collection.load(loadSpec('sensor'), { only: ({ name }) => name === 'on_exec' });
    // bpf_prog_info.id; other tests load programs of the same name beside this one.
    id = objectInfo(collection.program('on_exec').fd, 80, 'BPF_OBJ_GET_INFO_BY_FD').getUint32(4, true);
    expect(loadedPrograms()).toContainEqual({ id, type: 26, name: 'on_exec' });
  }
  await sleep(1000);
  expect(loadedPrograms().map((program) => program.id)).not.toContain(id);
});
