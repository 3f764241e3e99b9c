import { needsActor } from '../known.ts';
import type { EventClass, FieldType } from '../schema-types.ts';

const tsTypes: Readonly<Record<FieldType, string>> = {
  u8: 'number',
  u16: 'number',
  u32: 'number',
  i32: 'number',
  u64: 'string',
  string: 'string',
  strings: 'readonly string[]',
  ip: 'string',
};

const pascal = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

function eventInterface({ name, description, fields }: EventClass): string {
  const lines = fields.flatMap((field) => [
    `  /** ${field.description}${field.unit ? ` (${field.unit})` : ''} */`,
    `  readonly '${field.name}': ${tsTypes[field.type]}${needsActor(field) ? ' | null' : ''};`,
  ]);
  return `/** ${description}. */\nexport interface ${pascal(name)}Event extends EventHeader {\n  readonly class: '${name}';\n${lines.join('\n')}\n}`;
}

/** The TypeScript types of events as objects: 64-bit numbers are decimal strings, as in the JSON of proto3. */
export function typeDeclarations(events: readonly EventClass[]): string {
  return `// Made from src/schema.ts by \`npm run generate\`: do not edit.

export interface EventHeader {
  /** Unix time, RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly sequence: string;
  /** Names of the \`RecordFlag\` bits that are set. */
  readonly flags: readonly string[];
  /** Names of fields that were cut. */
  readonly truncated: readonly string[];
}

${events.map(eventInterface).join('\n\n')}

/** An event as an object; \`class\` tells which. 64-bit numbers are decimal strings. */
export type Event =
${events.map(({ name }) => `  | ${pascal(name)}Event`).join('\n')};

export type ClassName = Event['class'];
export type EventOf<C extends ClassName> = Extract<Event, { readonly class: C }>;
/** Names of the fields of a class. */
export type FieldName<C extends ClassName> = Exclude<keyof EventOf<C>, keyof EventHeader | 'class'>;
`;
}
