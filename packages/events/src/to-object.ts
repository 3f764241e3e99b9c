import type { Event } from './generated/types.ts';
import { needsActor } from './known.ts';
import { RecordFlag } from './schema.ts';
import type { Field } from './schema-types.ts';
import { formatTime } from './time.ts';
import type { EventView } from './view.ts';

/** Names of the flags that are set. */
function flagNames(flags: number): string[] {
  return Object.entries(RecordFlag)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name);
}

/** Names of the fields that were cut. */
function truncatedNames(view: EventView): string[] {
  return view.class.fields.flatMap((field, slot) => (view.isTruncated(slot) ? [field.name] : []));
}

/**
 * The event under the view as an object that JSON can carry: 64-bit numbers are decimal strings, what is
 * not known is null. @throws {EventError} `bad-reference`
 */
export function toObject(view: EventView): Event {
  const object: Record<string, unknown> = {
    class: view.class.name,
    time: formatTime(view.time),
    sequence: String(view.sequence),
    flags: flagNames(view.flags),
    truncated: truncatedNames(view),
  };
  const actorUnknown = (view.flags & RecordFlag.ACTOR_UNKNOWN) !== 0;
  view.class.fields.forEach((field, slot) => {
    object[field.name] = actorUnknown && needsActor(field) ? null : fieldValue(view, field, slot);
  });
  return object as unknown as Event;
}

function fieldValue(view: EventView, field: Field, slot: number): unknown {
  switch (field.type) {
    case 'u8':
      return view.u8(slot);
    case 'u16':
      return view.u16(slot);
    case 'u32':
      return view.u32(slot);
    case 'i32':
      return view.i32(slot);
    case 'u64':
      return String(view.u64(slot));
    case 'string':
      return view.string(slot);
    case 'strings':
      return view.strings(slot);
    case 'ip':
      return view.ip(slot);
  }
}
