/** An engine without rules: reads the header and one text of each record, and says at its end what it read. */
import { runEngine } from '@ringfence/compartment/protocol';
import { Reader } from './reader.ts';

const reader = new Reader();

await runEngine({
  onHello: () => ({
    engine: 'reading',
    version: '1',
    subscriptions: [{ class: 'process_start', fields: ['process.pid', 'process.path', 'process.argv'] }],
    rules: { loaded: 0, skipped: [], unfed: [] },
  }),
  onBatch: ({ records }) => reader.onBatch(records),
  onStop: (context) => {
    const { records, characters, newest } = reader;
    context.log('info', JSON.stringify({ records, characters, newest }));
  },
});
