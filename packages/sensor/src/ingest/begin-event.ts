import type { EventEncoder } from '../encode/event-encoder.ts';
import { Actors } from './actors.ts';
import { Probe } from './record-handler.ts';

/**
 * Begins the event of a probe record: finds who acted, with the image of that time. False: the event was shed, or is
 * not wanted.
 */
export function beginEvent(
  encoder: EventEncoder,
  actors: Actors,
  classId: number,
  bytes: Buffer,
  base: number,
): boolean {
  const pid = bytes.readUInt32LE(base + Probe.PID);
  if (pid === 0) return encoder.beginUnknown(classId, 0);
  const process = actors.find(
    pid,
    bytes.readUInt32LE(base + Probe.START_TIME),
    bytes.readUInt32LE(base + Probe.START_TIME + 4),
  );
  const image = Actors.imageAt(
    process,
    bytes.readUInt32LE(base + Probe.TIME),
    bytes.readUInt32LE(base + Probe.TIME + 4),
  );
  return encoder.begin(classId, process, image);
}

/** Finishes it with the record's time. */
export function endEvent(encoder: EventEncoder, bytes: Buffer, base: number): void {
  encoder.end(bytes.readUInt32LE(base + Probe.TIME), bytes.readUInt32LE(base + Probe.TIME + 4));
}
