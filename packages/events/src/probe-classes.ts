/**
 * Records that probes send to the sensor and that never leave it. They keep its process table right;
 * their probe form is the only one. Append here and run `npm run generate`.
 */
import type { RecordClass } from './schema-types.ts';

export const probeClasses: readonly RecordClass[] = [
  {
    id: 0x8001,
    name: 'process_fork',
    description: 'A process was forked; a new thread is none',
    fields: [
      {
        name: 'process.pid',
        type: 'u32',
        by: 'probe',
        since: 1,
        description: 'Process id of the child',
      },
      {
        name: 'parent.pid',
        type: 'u32',
        by: 'probe',
        since: 1,
        description: 'Process id of the parent',
      },
      {
        name: 'process.start_time',
        type: 'u64',
        unit: 'ns',
        by: 'probe',
        since: 1,
        description: 'When the child was forked',
      },
      {
        name: 'parent.start_time',
        type: 'u64',
        unit: 'ns',
        by: 'probe',
        since: 1,
        description: 'When the parent was forked',
      },
    ],
  },
];
