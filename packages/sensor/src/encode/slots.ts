/** Offsets of fields in event and probe records, looked up once by name, so that a typing error fails at start. */
import { classId, fieldSlot, findLayout, type RecordForm, type RecordLayout } from '@ringfence/events';

/** The layout of a class. @throws {RangeError} when this form of the class does not exist */
export function layoutOf(name: string, form: RecordForm): RecordLayout {
  const layout = findLayout(form, classId(name));
  if (!layout) throw new RangeError(`no ${form} record ${name}`);
  return layout;
}

/** Byte offset of a field in a record. @throws {RangeError} when the form lacks it */
export function offsetOf(name: string, field: string, form: RecordForm = 'event'): number {
  const offset = layoutOf(name, form).offsets[fieldSlot(name, field)];
  if (!offset) throw new RangeError(`${form} record ${name} has no ${field}`);
  return offset;
}

type ActorText = 'PATH' | 'ARGV' | 'PARENT_PATH' | 'PARENT_ARGV';
type ActorField =
  | ActorText
  | 'PID'
  | 'PPID'
  | 'START_TIME'
  | 'UID'
  | 'GID'
  | 'EUID'
  | 'LOGIN_UID'
  | 'SESSION'
  | 'USER'
  | 'CONTAINER';

/** The actor block, which opens every event class with the same offsets. */
export const Actor: Readonly<Record<ActorField, number>> = {
  PID: offsetOf('process_start', 'process.pid'),
  PPID: offsetOf('process_start', 'process.ppid'),
  START_TIME: offsetOf('process_start', 'process.start_time'),
  UID: offsetOf('process_start', 'process.uid'),
  GID: offsetOf('process_start', 'process.gid'),
  EUID: offsetOf('process_start', 'process.euid'),
  LOGIN_UID: offsetOf('process_start', 'process.login_uid'),
  SESSION: offsetOf('process_start', 'process.session'),
  PATH: offsetOf('process_start', 'process.path'),
  ARGV: offsetOf('process_start', 'process.argv'),
  USER: offsetOf('process_start', 'process.user'),
  CONTAINER: offsetOf('process_start', 'process.container'),
  PARENT_PATH: offsetOf('process_start', 'parent.path'),
  PARENT_ARGV: offsetOf('process_start', 'parent.argv'),
};

/** Slots of the actor's texts: their bits in a record's `truncated`. */
export const ActorSlot: Readonly<Record<ActorText, number>> = {
  PATH: fieldSlot('process_start', 'process.path'),
  ARGV: fieldSlot('process_start', 'process.argv'),
  PARENT_PATH: fieldSlot('process_start', 'parent.path'),
  PARENT_ARGV: fieldSlot('process_start', 'parent.argv'),
};

export const PARENT_ARGV_MAX = layoutOf('process_start', 'event').maxes[ActorSlot.PARENT_ARGV] as number;
