import { classId, EventWriter, fieldSlot } from '@ringfence/events';
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
