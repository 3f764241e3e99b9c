/** An engine without rules: reads the header and one text of each record, and says at its end what it read. */
import { runEngine } from '@ringfence/compartment/protocol';
import { EventView, fieldSlot, forEachRecord } from '@ringfence/events';

const path = fieldSlot('process_start', 'process.path');
const view = new EventView();
let records = 0;
let characters = 0;
let newest = 0;

await runEngine({
  onHello: () => ({
    engine: 'reading',
    version: '1',
    subscriptions: [{ class: 'process_start' }],
    rules: { loaded: 0, skipped: [], unfed: [] },
  }),
  onBatch: (batch) => {
    const { records: read } = forEachRecord(
      batch.records,
      (record) => {
        if (record.flags === 0 && record.timeMs > newest) newest = record.timeMs;
        characters += record.string(path).length;
      },
      view,
    );
    records += read;
  },
  onStop: (context) => context.log('info', JSON.stringify({ records, characters, newest })),
});
