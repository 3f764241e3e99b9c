/** Records of system calls (tier full) other than opens. */
import { classId, fieldSlot } from '@ringfence/events';
import type { EventEncoder } from '../encode/event-encoder.ts';
import { layoutOf, offsetOf } from '../encode/slots.ts';
import type { Users } from '../facts/users.ts';
import { syscallNames } from '../kernel/syscall-numbers.ts';
import { parseStatus } from '../procfs/parse.ts';
import { readSmall } from '../procfs/read-file.ts';
import { Actors } from './actors.ts';
import { beginEvent, endEvent } from './begin-event.ts';
import { Probe, type RecordHandler } from './record-handler.ts';

/** Classes whose probe fields go into the event one by one as they are. */
const plain = ['bpf_load', 'mount', 'module_load', 'memory_file'];

/** Handlers by class name. */
export function callRecords(
  encoder: EventEncoder,
  actors: Actors,
  users: Users,
  wanted: Uint8Array,
): ReadonlyMap<string, RecordHandler> {
  const handlers = new Map<string, RecordHandler>();
  for (const name of plain) handlers.set(name, plainHandler(name, encoder, actors, wanted));

  const ptrace = {
    id: classId('ptrace'),
    request: offsetOf('ptrace', 'ptrace.request', 'probe'),
    target: offsetOf('ptrace', 'target.pid', 'probe'),
    result: offsetOf('ptrace', 'result', 'probe'),
    toRequest: offsetOf('ptrace', 'ptrace.request'),
    toTarget: offsetOf('ptrace', 'target.pid'),
    toPath: offsetOf('ptrace', 'target.path'),
    pathSlot: fieldSlot('ptrace', 'target.path'),
    toResult: offsetOf('ptrace', 'result'),
  };
  handlers.set('ptrace', (bytes, base) => {
    if (!wanted[ptrace.id]) return;
    const target = processOfThread(bytes.readUInt32LE(base + ptrace.target));
    const image = actors.newest(target)?.image;
    if (!beginEvent(encoder, actors, ptrace.id, bytes, base)) return;
    encoder.raw(ptrace.toRequest, bytes, base + ptrace.request, 4);
    encoder.u32(ptrace.toTarget, target);
    if (image) encoder.text(ptrace.toPath, ptrace.pathSlot, image.path);
    encoder.raw(ptrace.toResult, bytes, base + ptrace.result, 4);
    endEvent(encoder, bytes, base);
  });

  const credential = {
    id: classId('credential_change'),
    syscall: offsetOf('credential_change', 'credential.syscall', 'probe'),
    realUid: offsetOf('credential_change', 'credential.old_uid', 'probe'),
    newUid: offsetOf('credential_change', 'credential.new_uid', 'probe'),
    result: offsetOf('credential_change', 'result', 'probe'),
    toCall: offsetOf('credential_change', 'credential.call'),
    callSlot: fieldSlot('credential_change', 'credential.call'),
    toSyscall: offsetOf('credential_change', 'credential.syscall'),
    toOld: offsetOf('credential_change', 'credential.old_uid'),
    toNew: offsetOf('credential_change', 'credential.new_uid'),
    toResult: offsetOf('credential_change', 'result'),
  };
  handlers.set('credential_change', (bytes, base) => {
    const u32 = (offset: number): number => bytes.readUInt32LE(base + offset);
    const process = actors.find(u32(Probe.PID), u32(Probe.START_TIME), u32(Probe.START_TIME + 4));
    const image = Actors.imageAt(process, u32(Probe.TIME), u32(Probe.TIME + 4));
    const number = u32(credential.syscall);
    const euid = u32(credential.newUid);
    if (wanted[credential.id] && encoder.begin(credential.id, process, image)) {
      encoder.text(
        credential.toCall,
        credential.callSlot,
        Buffer.from(syscallNames[number] ?? String(number)),
      );
      encoder.u32(credential.toSyscall, number);
      encoder.u32(credential.toOld, image.euid);
      encoder.u32(credential.toNew, euid);
      encoder.raw(credential.toResult, bytes, base + credential.result, 4);
      endEvent(encoder, bytes, base);
    }
    // The probe puts the real id where the event has the old effective one.
    const uid = u32(credential.realUid);
    if (image === process.image && (uid !== image.uid || euid !== image.euid))
      process.changeImage({ ...image, uid, euid, user: users.name(uid) });
  });
  return handlers;
}

function plainHandler(
  name: string,
  encoder: EventEncoder,
  actors: Actors,
  wanted: Uint8Array,
): RecordHandler {
  const id = classId(name);
  const probe = layoutOf(name, 'probe');
  const event = layoutOf(name, 'event');
  const own = probe.fields.filter(({ field }) => !field.name.startsWith('process.'));
  const sizes: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, ip: 16 };
  const numbers = own
    .filter(({ field }) => field.type !== 'string')
    .map(({ field, slot, offset }) => ({
      from: offset,
      to: event.offsets[slot] as number,
      bytes: sizes[field.type] as number,
    }));
  const texts = own
    .filter(({ field }) => field.type === 'string')
    .map(({ slot, offset }) => ({ from: offset, to: event.offsets[slot] as number, slot }));
  return (bytes, base) => {
    if (!wanted[id] || !beginEvent(encoder, actors, id, bytes, base)) return;
    for (const { from, to, bytes: size } of numbers) encoder.raw(to, bytes, base + from, size);
    for (const { from, to, slot } of texts)
      encoder.text(
        to,
        slot,
        bytes,
        base + bytes.readUInt16LE(base + from),
        bytes.readUInt16LE(base + from + 2),
      );
    endEvent(encoder, bytes, base);
  };
}

/** ptrace names threads; the process of one is what /proc says while it lives. */
function processOfThread(tid: number): number {
  const bytes = readSmall(`/proc/${tid}/status`);
  return (bytes && parseStatus(bytes)?.tgid) ?? tid;
}
