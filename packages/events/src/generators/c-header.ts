import { fieldStorage, layout, MAX_RECORD_BYTES, type RecordLayout } from '../layout.ts';
import type { FieldType, RecordClass } from '../schema-types.ts';

const cTypes: Readonly<Record<FieldType, string>> = {
  u8: '__u8',
  u16: '__u16',
  u32: '__u32',
  u64: '__u64',
  i32: '__s32',
  string: 'struct rf_string',
  strings: 'struct rf_string',
  ip: 'struct rf_ip',
};

const identifier = (name: string): string => name.replaceAll('.', '_');
const constant = (...names: string[]): string => names.map(identifier).join('_').toUpperCase();

function record({ recordClass, form, fields, fixedBytes, maxBytes }: RecordLayout): string {
  const name = `rf_${form}_${recordClass.name}`;
  const lines = [`/* ${recordClass.description}. */`, `struct ${name} {`, '\tstruct rf_header header;'];
  let end = 32;
  let pads = 0;
  const pad = (to: number): void => {
    if (to > end) lines.push(`\t__u8 pad${pads++}[${to - end}];`);
    end = to;
  };
  for (const { field, offset } of fields) {
    pad(offset);
    lines.push(`\t${cTypes[field.type]} ${identifier(field.name)};`);
    end = offset + fieldStorage[field.type].bytes;
  }
  pad(fixedBytes);
  lines.push('};');
  for (const { field, offset } of fields) lines.push(offsetAssert(name, field.name, offset));
  lines.push(`_Static_assert(sizeof(struct ${name}) == ${fixedBytes}, "${name}");`);
  lines.push(`#define ${constant(name, 'max_bytes')} ${maxBytes}`);
  return lines.join('\n');
}

const offsetAssert = (struct: string, field: string, offset: number): string =>
  `_Static_assert(__builtin_offsetof(struct ${struct}, ${identifier(field)}) == ${offset}, "${struct}.${identifier(field)}");`;

function numbers(recordClass: RecordClass): string {
  const { name, id, fields } = recordClass;
  const lines = [`#define ${constant('rf_class', name)} ${id}`];
  fields.forEach((field, slot) => {
    lines.push(`#define ${constant('rf_slot', name, field.name)} ${slot}`);
    if (field.max !== undefined) lines.push(`#define ${constant('rf_max', name, field.name)} ${field.max}`);
  });
  return lines.join('\n');
}

/**
 * The C header of all records: usable from BPF C (after vmlinux.h) and from plain C.
 * @param events classes with both forms; @param probes classes that only probes write
 */
export function cHeader(
  events: readonly RecordClass[],
  probes: readonly RecordClass[],
  flags: Readonly<Record<string, number>>,
  version: number,
): string {
  const probeLayouts = [...events, ...probes]
    .map((recordClass) => layout(recordClass, 'probe'))
    .filter(({ fields }) => fields.length > 0);
  return `/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Made from packages/events/src/schema.ts by \`npm run generate\`: do not edit. */
#ifndef RINGFENCE_EVENTS_H
#define RINGFENCE_EVENTS_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define RF_SCHEMA_VERSION ${version}
#define RF_MAX_RECORD_BYTES ${MAX_RECORD_BYTES}

/* Bits of rf_header.flags. */
${Object.entries(flags)
  .map(([name, value]) => `#define RF_FLAG_${name} ${value}`)
  .join('\n')}

/* All numbers are little endian. After the fixed part come the bytes of the strings. */
struct rf_header {
	__u32 size; /* bytes of the whole record, a multiple of 8 */
	__u16 class_id;
	__u16 flags;
	__u64 time; /* ns: CLOCK_BOOTTIME in a probe record, Unix time in an event */
	__u64 sequence;
	__u64 truncated; /* bit RF_SLOT_...: that field was cut */
};
${offsetAssert('rf_header', 'class_id', 4)}
${offsetAssert('rf_header', 'flags', 6)}
${offsetAssert('rf_header', 'time', 8)}
${offsetAssert('rf_header', 'sequence', 16)}
${offsetAssert('rf_header', 'truncated', 24)}
_Static_assert(sizeof(struct rf_header) == 32, "rf_header");

/* Bytes of a string in its record, no terminator; of a list, its members separated by NUL (none after the last). */
struct rf_string {
	__u16 offset; /* from the start of the record */
	__u16 length;
};

/* IPv4 as ::ffff:a.b.c.d */
struct rf_ip {
	__u8 bytes[16];
} __attribute__((aligned(4)));

/* Class numbers; slots of fields (index in the class, bit of \`truncated\`); most bytes of strings. */
${[...events, ...probes].map(numbers).join('\n\n')}

/* What probes write: only the fields that a probe fills. */

${probeLayouts.map(record).join('\n\n')}

/* Events: all fields. */

${events.map((eventClass) => record(layout(eventClass, 'event'))).join('\n\n')}

#endif
`;
}
