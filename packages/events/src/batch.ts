import { EventView } from './view.ts';

export interface BatchCount {
  /** Records in the batch. */
  readonly records: number;
  /** Of these, records of a class that this version does not know; they were skipped. */
  readonly unknown: number;
}

/**
 * Calls `callback` for each record. `index` is its place in the batch (skipped ones count); the view is the
 * same one every time and valid only during the call.
 * @throws {EventError} `bad-record` at the first record whose size cannot be trusted
 */
export function forEachRecord(
  batch: Uint8Array,
  callback: (view: EventView, index: number) => void,
  view: EventView = new EventView(),
): BatchCount {
  let index = 0;
  let unknown = 0;
  for (let offset = 0; offset < batch.length; index++) {
    const known = view.seek(batch, offset);
    offset += view.size;
    if (known) callback(view, index);
    else unknown++;
  }
  return { records: index, unknown };
}
