import { classBit, classId, EventWriter, fieldSlot } from '@ringfence/events';
import { expect, test } from 'vitest';
import { Chunk, wantedOf } from '../src/publisher/cut.ts';

const path = fieldSlot('process_start', 'process.path');

function chunk(text: string): Chunk {
  const writer = new EventWriter();
  for (let i = 0; i < 300; i++) {
    writer.begin(classId('process_start'), BigInt(i));
    writer.string(path, text);
    writer.end();
  }
  return new Chunk(writer.batch().slice(), 0);
}

test('memory of a projection is used again after its last user, and not before', () => {
  const wanted = wantedOf([{ class: 'process_start', fields: ['process.path'] }]);
  const first = chunk('/bin/first').cut(wanted);
  // A publisher that waits for an acknowledgement, and a channel that still writes.
  first.retain();
  first.retain();
  const bytes = first.project(wanted).bytes;
  const before = Buffer.from(bytes);

  first.release();
  const second = chunk('/bin/other').cut(wanted);
  expect(second.project(wanted).bytes.buffer).not.toBe(bytes.buffer);
  expect(before.equals(bytes)).toBe(true);

  first.release();
  const third = chunk('/bin/third').cut(wanted);
  expect(third.project(wanted).bytes.buffer).toBe(bytes.buffer);
  expect(before.equals(bytes)).toBe(false);
  // Who comes late gets a projection of its own.
  expect(before.equals(first.project(wanted).bytes)).toBe(true);
});

/** Five process starts and three exits. */
function mixed(): { bytes: Uint8Array; classes: number } {
  const writer = new EventWriter();
  for (const name of [...Array(5).fill('process_start'), ...Array(3).fill('process_exit')] as string[]) {
    writer.begin(classId(name), 1n);
    writer.end();
  }
  const classes = classBit(classId('process_start')) | classBit(classId('process_exit'));
  return { bytes: writer.batch().slice(), classes };
}
const both = wantedOf([{ class: 'process_start' }, { class: 'process_exit' }]);
const starts = wantedOf([{ class: 'process_start' }]);
const mounts = wantedOf([{ class: 'mount' }]);

test.each([true, false])('the cut is the same whether the sensor says the classes or not (%s)', (says) => {
  const { bytes, classes } = mixed();
  const one = new Chunk(bytes, 0, { count: 8, classes: says ? classes : 0 });
  expect(one.cut(both)).toMatchObject({ bytes, count: 8 });
  expect([...one.cut(both).byClass().values()]).toEqual([5, 3]);
  expect(one.cut(starts)).toMatchObject({ count: 5 });
  expect(one.cut(starts).project(starts).count).toBe(5);
  expect(one.cut(mounts).count).toBe(0);
});

test('what a sensor says wrongly gives nobody what it did not ask for', () => {
  const { bytes } = mixed();
  const one = new Chunk(bytes, 0, { count: 8, classes: classBit(classId('process_start')) });
  const { count, sources } = one.cut(starts).project(starts);
  expect(count).toBe(5);
  expect(sources).toHaveLength(5);
});

test('damaged records are refused at the latest when they are projected, and those before are counted', () => {
  const { bytes, classes } = mixed();
  const damaged = bytes.slice();
  const view = new DataView(damaged.buffer);
  // The second record.
  view.setUint32(view.getUint32(0, true), 7, true);
  const one = new Chunk(damaged, 0, { count: 8, classes });
  const cut = one.cut(both);
  expect(() => cut.project(both)).toThrow(/record size/);
  expect([...cut.byClass().values()]).toEqual([1]);
  expect(() => one.cut(starts)).toThrow(/record size/);
});
