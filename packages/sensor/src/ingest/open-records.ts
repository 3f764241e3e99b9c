/** Opens: the most frequent record by far, so written without a call more than needed. */
import { classId, fieldSlot } from '@ringfence/events';
import type { EventEncoder } from '../encode/event-encoder.ts';
import { offsetOf } from '../encode/slots.ts';
import { Actors } from './actors.ts';
import type { RecordHandler } from './record-handler.ts';

const ID = classId('file_open');
const SLOT = fieldSlot('file_open', 'file.path');
const probe = (field: string): number => offsetOf('file_open', field, 'probe');
const event = (field: string): number => offsetOf('file_open', field);
/** As 32-bit words of a record. */
const From = {
  FLAGS_AND_CLASS: 1,
  TIME: 2,
  TRUNCATED: 6,
  PID: probe('process.pid') >> 2,
  START: probe('process.start_time') >> 2,
  PATH: probe('file.path') >> 2,
  FLAGS: probe('file.flags') >> 2,
  RESULT: probe('result') >> 2,
  WRITE: probe('file.write') >> 2,
} as const;
const To = {
  PATH: event('file.path'),
  FLAGS: event('file.flags'),
  RESULT: event('result'),
  WRITE: event('file.write'),
} as const;

/** @param words the same memory as the bytes that the handler gets */
export function openRecords(
  encoder: EventEncoder,
  actors: Actors,
  wanted: Uint8Array,
  words: Int32Array,
): RecordHandler {
  return (bytes, base) => {
    if (wanted[ID] === 0) return;
    const at = base >> 2;
    const timeLow = (words[at + From.TIME] as number) >>> 0;
    const timeHigh = (words[at + From.TIME + 1] as number) >>> 0;
    const process = actors.find(
      (words[at + From.PID] as number) >>> 0,
      (words[at + From.START] as number) >>> 0,
      (words[at + From.START + 1] as number) >>> 0,
    );
    const image = process.previous === undefined ? process.image : Actors.imageAt(process, timeLow, timeHigh);
    if (!encoder.begin(ID, process, image)) return;
    encoder.u32(To.FLAGS, words[at + From.FLAGS] as number);
    encoder.u32(To.RESULT, words[at + From.RESULT] as number);
    encoder.u8(To.WRITE, words[at + From.WRITE] as number);
    const path = words[at + From.PATH] as number;
    encoder.text(To.PATH, SLOT, bytes, base + (path & 0xffff), path >>> 16);
    if ((words[at + From.TRUNCATED] as number) !== 0) encoder.cut(SLOT);
    encoder.end(timeLow, timeHigh);
  };
}
