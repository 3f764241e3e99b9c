/** Records whose own fields go into the event as they are: network, capabilities, io_uring. */
import { classId, fieldSlot } from '@ringfence/events';
import type { EventEncoder } from '../encode/event-encoder.ts';
import { offsetOf } from '../encode/slots.ts';
import { capabilityNames } from '../facts/capabilities.ts';
import { operationName } from '../facts/io-uring.ts';
import type { Actors } from './actors.ts';
import { beginEvent, endEvent } from './begin-event.ts';
import type { RecordHandler } from './record-handler.ts';

const networkFields = [
  ['net.protocol', 1],
  ['net.source_port', 2],
  ['net.destination_port', 2],
  ['net.source_ip', 16],
  ['net.destination_ip', 16],
] as const;

/** Handlers by class name. */
export function copiedRecords(
  encoder: EventEncoder,
  actors: Actors,
  wanted: Uint8Array,
): ReadonlyMap<string, RecordHandler> {
  const handlers = new Map<string, RecordHandler>();

  for (const name of ['network_connect', 'network_accept', 'network_listen']) {
    const id = classId(name);
    const fields = networkFields.map(([field, bytes]) => ({
      from: offsetOf(name, field, 'probe'),
      to: offsetOf(name, field),
      bytes,
    }));
    handlers.set(name, (bytes, base) => {
      if (!wanted[id] || !beginEvent(encoder, actors, id, bytes, base)) return;
      for (const field of fields) encoder.raw(field.to, bytes, base + field.from, field.bytes);
      endEvent(encoder, bytes, base);
    });
  }

  const capability = {
    id: classId('capability_check'),
    from: offsetOf('capability_check', 'capability.number', 'probe'),
    number: offsetOf('capability_check', 'capability.number'),
    name: offsetOf('capability_check', 'capability.name'),
    slot: fieldSlot('capability_check', 'capability.name'),
  };
  const names = capabilityNames.map((name) => Buffer.from(name));
  handlers.set('capability_check', (bytes, base) => {
    if (!wanted[capability.id] || !beginEvent(encoder, actors, capability.id, bytes, base)) return;
    const number = bytes.readUInt32LE(base + capability.from);
    encoder.u32(capability.number, number);
    encoder.text(capability.name, capability.slot, names[number] ?? Buffer.from(String(number)));
    endEvent(encoder, bytes, base);
  });

  const request = {
    id: classId('io_uring_request'),
    from: offsetOf('io_uring_request', 'io_uring.opcode', 'probe'),
    opcode: offsetOf('io_uring_request', 'io_uring.opcode'),
    operation: offsetOf('io_uring_request', 'io_uring.operation'),
    slot: fieldSlot('io_uring_request', 'io_uring.operation'),
  };
  const operations = Array.from({ length: 256 }, (_, opcode) => Buffer.from(operationName(opcode)));
  handlers.set('io_uring_request', (bytes, base) => {
    if (!wanted[request.id] || !beginEvent(encoder, actors, request.id, bytes, base)) return;
    const opcode = bytes.readUInt8(base + request.from);
    encoder.u8(request.opcode, opcode);
    encoder.text(request.operation, request.slot, operations[opcode] as Buffer);
    endEvent(encoder, bytes, base);
  });
  return handlers;
}
