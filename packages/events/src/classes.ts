/** Tables over the schema: classes by number and by name, their layouts, slots by field name. */
import { EventError } from './errors.ts';
import type { ClassName, FieldName } from './generated/types.ts';
import { layout, type RecordForm, type RecordLayout } from './layout.ts';
import { probeClasses } from './probe-classes.ts';
import { eventClasses } from './schema.ts';
import type { EventClass, RecordClass } from './schema-types.ts';

/** Class ids from here on are the sensor's internal probe records. */
export const FIRST_PROBE_CLASS_ID = 0x8000;

const recordClasses: readonly RecordClass[] = [...eventClasses, ...probeClasses];
const eventByName = new Map(eventClasses.map((eventClass) => [eventClass.name, eventClass]));
const recordByName = new Map(recordClasses.map((recordClass) => [recordClass.name, recordClass]));
const slotsByClass = new Map(
  recordClasses.map(({ name, fields }) => [name, new Map(fields.map((field, slot) => [field.name, slot]))]),
);

type LayoutTable = readonly (RecordLayout | undefined)[];

/** Layouts by class id, counted from `first`; an array without holes, so that a lookup is one load. */
function layoutTable(classes: readonly RecordClass[], form: RecordForm, first: number): LayoutTable {
  const table: (RecordLayout | undefined)[] = [];
  for (const recordClass of classes) table[recordClass.id - first] = layout(recordClass, form);
  return Array.from(table);
}

const eventLayouts = layoutTable(eventClasses, 'event', 0);
const probeLayouts = layoutTable(eventClasses, 'probe', 0);
const internalLayouts = layoutTable(probeClasses, 'probe', FIRST_PROBE_CLASS_ID);

/** The layout of a class in a form, or `undefined` for a number that this version does not know. */
export function findLayout(form: RecordForm, classId: number): RecordLayout | undefined {
  if (form === 'event') return eventLayouts[classId];
  return classId < FIRST_PROBE_CLASS_ID
    ? probeLayouts[classId]
    : internalLayouts[classId - FIRST_PROBE_CLASS_ID];
}

/** The place of the classes that have no bit of their own in a set of classes. */
export const OTHER_CLASSES = 31;

/** A class in a set of classes, 32 bits: each of those below 31 has its own bit, all others share the highest. */
export function classBit(classId: number): number {
  return 1 << Math.min(classId, OTHER_CLASSES);
}

/** The declaration of an event class. @throws {EventError} `unknown-class` */
export function eventClass(name: ClassName | (string & {})): EventClass {
  const found = eventByName.get(name);
  if (!found) throw new EventError('unknown-class', `no event class is named ${name}`, name);
  return found;
}

/** The number of a class, internal probe records included. @throws {EventError} `unknown-class` */
export function classId(name: ClassName | (string & {})): number {
  const found = recordByName.get(name);
  if (!found) throw new EventError('unknown-class', `no class is named ${name}`, name);
  return found.id;
}

/** The slot of a field, the number that `EventView` and `EventWriter` take. @throws {EventError} `unknown-class`, `unknown-field` */
export function fieldSlot<C extends ClassName>(className: C, field: FieldName<C>): number;
export function fieldSlot(className: string, field: string): number;
export function fieldSlot(className: string, field: string): number {
  const slots = slotsByClass.get(className);
  if (!slots) throw new EventError('unknown-class', `no class is named ${className}`, className);
  const slot = slots.get(field);
  if (slot === undefined)
    throw new EventError('unknown-field', `class ${className} has no field ${field}`, field);
  return slot;
}
