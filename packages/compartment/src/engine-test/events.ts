import { classId, EventWriter, eventClasses, type Field, MAX_RECORD_BYTES } from '@ringfence/events';

/** Records of one batch. */
export interface Records {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Texts that real hosts have and that programs stumble over. */
const texts = ['/usr/bin/curl', '', '/tmp/ä "quoted" \\ path', '/dev/shm/\u0001\u001b[31m', 'x'.repeat(4000)];

/** One plausible record of every given class, or of all. */
export function ordinary(names: readonly string[] = eventClasses.map(({ name }) => name)): Records {
  const writer = new EventWriter();
  for (const name of names) write(writer, name, (_, slot) => `/usr/bin/program-${slot}`);
  return take(writer);
}

/** Every class with texts that are odd, raw bytes that are not UTF-8, and fields marked as cut. */
export function odd(): Records {
  const writer = new EventWriter();
  for (const { name } of eventClasses) {
    for (const [i] of texts.entries())
      write(writer, name, (_, slot) => texts[(i + slot) % texts.length] ?? '');
    write(writer, name, () => Buffer.from([0xff, 0xfe, 0x80, 0x2f]));
  }
  return take(writer);
}

/** As many records of `process_start` as fit into one frame, up to 1 MiB. */
export function full(): Records {
  const writer = new EventWriter();
  while (writer.fits(classId('process_start')))
    write(writer, 'process_start', (_, slot) => `/opt/program-${slot}`);
  return take(writer);
}

/** A record of a class that this version does not have, between two that it has. */
export function newer(): Records {
  const record = Buffer.alloc(64);
  record.writeUInt32LE(64, 0);
  record.writeUInt16LE(0x7ff0, 4);
  const known = ordinary(['process_start']);
  return { count: 3, bytes: Buffer.concat([known.bytes, record, known.bytes]) };
}

/** Bytes that are no records: what a broken or hostile sensor would send. */
export function garbage(): Records[] {
  const known = Buffer.from(ordinary(['process_start']).bytes);
  const record = (size: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    bytes.writeUInt32LE(size, 0);
    bytes.writeUInt16LE(classId('process_start'), 4);
    return bytes;
  };
  const wild = Buffer.from(known);
  for (let at = 32; at < 256; at++) wild[at] = 0xff;
  return [
    { count: 1, bytes: record(0, 64) },
    { count: 1, bytes: record(0xffff_fff8, 64) },
    { count: 1, bytes: record(33, 64) },
    { count: 1, bytes: record(MAX_RECORD_BYTES, 64) },
    { count: 1, bytes: record(32, 32) },
    { count: 1000, bytes: known },
    { count: 0xffff_ffff, bytes: new Uint8Array(0) },
    { count: 1, bytes: known.subarray(0, known.length - 8) },
    { count: 1, bytes: wild },
  ];
}

function write(
  writer: EventWriter,
  name: string,
  text: (field: Field, slot: number) => string | Uint8Array,
): void {
  const found = eventClasses.find((one) => one.name === name);
  if (found === undefined) return;
  writer.begin(found.id, BigInt(Date.now()) * 1_000_000n);
  found.fields.forEach((field, slot) => {
    if (field.type === 'string' || field.type === 'strings') {
      const value = text(field, slot);
      if (typeof value === 'string') writer.string(slot, value);
      else writer.bytes(slot, value, 0, value.length, true);
    } else if (field.type === 'u8') writer.u8(slot, 1);
    else if (field.type === 'u16') writer.u16(slot, 443);
    else if (field.type === 'u32') writer.u32(slot, 1000 + slot);
    else if (field.type === 'i32') writer.i32(slot, -13);
    else if (field.type === 'u64') writer.u64(slot, 1_700_000_000_000_000_000n);
    else writer.ip(slot, new Uint8Array(16).fill(1));
  });
  writer.end();
}

function take(writer: EventWriter): Records {
  return { count: writer.count, bytes: Uint8Array.from(writer.batch()) };
}
