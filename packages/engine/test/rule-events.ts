import { readFileSync } from 'node:fs';
import { classId, EventWriter, eventClass, parseIp, sigmaField } from '@ringfence/events';

/** An event as the files in testdata/ write it: its class, and its fields by their Sigma names. */
export interface TestEvent {
  readonly class: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

export interface RuleEvents {
  readonly match: readonly TestEvent[];
  readonly ignore: readonly TestEvent[];
}

export function readTestdata<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'utf8')) as T;
}

/** Encodes events as the sensor does, so that rules meet them in the form that they will have on a host. */
export function encodeEvents(events: readonly TestEvent[]): Uint8Array {
  const writer = new EventWriter();
  for (const event of events) {
    writer.begin(classId(event.class), 1n);
    const written = new Set<number>();
    for (const [name, value] of Object.entries(event.fields)) {
      const field = sigmaField(event.class, name);
      if (field === undefined) throw new Error(`${event.class} has no field ${name}`);
      if ('fixed' in field) throw new Error(`${name} is fixed by the class ${event.class}`);
      if (written.has(field.slot)) continue;
      written.add(field.slot);
      write(writer, event.class, field.slot, value);
    }
    writer.end();
  }
  return writer.batch().slice();
}

function write(writer: EventWriter, className: string, slot: number, value: string | number): void {
  const type = eventClass(className).fields[slot]!.type;
  switch (type) {
    case 'string':
      return writer.string(slot, String(value));
    case 'strings':
      // Arguments are compared joined by spaces: one argument with the whole line is the same.
      return writer.strings(slot, [String(value)]);
    case 'ip':
      return writer.ip(slot, parseIp(String(value)));
    case 'u64':
      return writer.u64(slot, BigInt(value));
    case 'u8':
    case 'u16':
    case 'u32':
    case 'i32':
      return writer[type](slot, Number(value));
  }
}
