/** fanotify(7): numbers, and the records that reading a group gives. */

export const Init = {
  CLOEXEC: 0x1,
  NONBLOCK: 0x2,
  REPORT_FID: 0x200,
  REPORT_DIR_FID: 0x400,
  REPORT_NAME: 0x800,
  /** Since 5.17. */
  REPORT_TARGET_FID: 0x1000,
} as const;

export const Mark = { ADD: 0x1, REMOVE: 0x2, FILESYSTEM: 0x100 } as const;

/** Bits of an event's mask, all in the low 32. */
export const Fan = {
  ACCESS: 0x1,
  ATTRIB: 0x4,
  CLOSE_WRITE: 0x8,
  OPEN: 0x20,
  MOVED_FROM: 0x40,
  MOVED_TO: 0x80,
  CREATE: 0x100,
  DELETE: 0x200,
  OVERFLOW: 0x4000,
  /** Since 5.17: both names in one event. */
  RENAME: 0x1000_0000,
  ONDIR: 0x4000_0000,
} as const;

const METADATA = 24;
const VERSION = 3;
const InfoType = { FID: 1, DFID_NAME: 2, DFID: 3, OLD_DFID_NAME: 10, NEW_DFID_NAME: 12 } as const;

/** Where a folder (or file) handle and a name lie in the buffer. */
export class Place {
  /** Start of `fsid, file_handle`; -1: the event has none. */
  start = -1;
  /** End of the handle, start of the name. */
  handleEnd = 0;
  nameEnd = 0;

  clear(): void {
    this.start = -1;
  }
}

/** One event; the same object for all of them. */
export class FileEvent {
  mask = 0;
  pid = 0;
  /** Folder and name; the old ones of a rename. */
  readonly place: Place = new Place();
  /** The new folder and name of a rename. */
  readonly target: Place = new Place();
  /** The file itself, where the kernel reports it. */
  readonly self: Place = new Place();
}

/**
 * Walks what a read of a group gave. A record that breaks the format ends the walk: the kernel writes these, so a
 * break means another version of the format.
 * @returns whether all of it was understood
 */
export function forEachFileEvent(
  buffer: Buffer,
  length: number,
  event: FileEvent,
  callback: (event: FileEvent) => void,
): boolean {
  let at = 0;
  while (at + METADATA <= length) {
    const size = buffer.readUInt32LE(at);
    const header = buffer.readUInt16LE(at + 6);
    if (size < METADATA || header < METADATA || header > size || at + size > length) return false;
    if (buffer.readUInt8(at + 4) !== VERSION) return false;
    event.mask = buffer.readUInt32LE(at + 8);
    event.pid = buffer.readInt32LE(at + 20);
    event.place.clear();
    event.target.clear();
    event.self.clear();
    if (!readInfo(buffer, at + header, at + size, event)) return false;
    callback(event);
    at += size;
  }
  return at === length;
}

/** The information records behind the metadata: `u8 type | u8 pad | u16 length`, fsid (8), file_handle, name. */
function readInfo(buffer: Buffer, start: number, end: number, event: FileEvent): boolean {
  let at = start;
  while (at + 4 <= end) {
    const type = buffer.readUInt8(at);
    const length = buffer.readUInt16LE(at + 2);
    if (length < 4 || at + length > end) return false;
    const place = placeFor(type, event);
    if (place) {
      if (length < 20) return false;
      const handleEnd = at + 20 + buffer.readUInt32LE(at + 12);
      if (handleEnd > at + length) return false;
      place.start = at + 4;
      place.handleEnd = handleEnd;
      place.nameEnd = handleEnd;
      if (type !== InfoType.FID && type !== InfoType.DFID) {
        const zero = buffer.indexOf(0, handleEnd);
        place.nameEnd = zero < 0 || zero > at + length ? at + length : zero;
      }
    }
    at += length;
  }
  return true;
}

function placeFor(type: number, event: FileEvent): Place | undefined {
  switch (type) {
    case InfoType.DFID_NAME:
    case InfoType.DFID:
    case InfoType.OLD_DFID_NAME:
      return event.place;
    case InfoType.NEW_DFID_NAME:
      return event.target;
    case InfoType.FID:
      return event.self;
    default:
      return undefined;
  }
}
