import { EventView, fieldSlot, forEachRecord } from '@ringfence/events';

const path = fieldSlot('process_start', 'process.path');

/** Reads the header and one text of each record: the least that an engine does. */
export class Reader {
  readonly #view = new EventView();
  records = 0;
  characters = 0;
  newest = 0;

  onBatch(records: Uint8Array): void {
    const read = forEachRecord(
      records,
      (record) => {
        if (record.flags === 0 && record.timeMs > this.newest) this.newest = record.timeMs;
        this.characters += record.string(path).length;
      },
      this.#view,
    );
    this.records += read.records;
  }
}
