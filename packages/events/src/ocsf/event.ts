import { eventClass } from '../classes.ts';
import type { Event } from '../generated/types.ts';
import { mapFields } from './attributes.ts';
import { device, metadata, type OcsfContext, type OcsfObject } from './context.ts';

interface OcsfClass {
  readonly name: string;
  readonly category: number;
  readonly categoryName: string;
  /** Captions of the activities that our classes use. */
  readonly activities: Readonly<Record<number, string>>;
}

const system = { category: 1, categoryName: 'System Activity' } as const;
const classes: Readonly<Record<number, OcsfClass>> = {
  1001: {
    ...system,
    name: 'File System Activity',
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Rename',
      6: 'Set Attributes',
      12: 'Mount',
      14: 'Open',
    },
  },
  1002: { ...system, name: 'Kernel Extension Activity', activities: { 1: 'Load' } },
  1007: {
    ...system,
    name: 'Process Activity',
    activities: { 1: 'Launch', 2: 'Terminate', 3: 'Open', 5: 'Set User ID' },
  },
  4001: {
    category: 4,
    categoryName: 'Network Activity',
    name: 'Network Activity',
    activities: { 1: 'Open', 7: 'Listen' },
  },
};

const PROCESS_ACTIVITY = 1007;
const LAUNCH = 1;
const LAUNCH_TYPE_EXEC = 3;
const INFORMATIONAL = 1;

/** The event as an object of its OCSF 1.8 class; `undefined` for a class that OCSF has nothing for. */
export function toOcsf(event: Event, context: OcsfContext): OcsfObject | undefined {
  const declared = eventClass(event.class).ocsf;
  const ocsfClass = declared && classes[declared.class_uid];
  if (!declared || !ocsfClass) return undefined;
  const { class_uid, activity_id } = declared;
  const { attributes, unmapped } = mapFields(event);
  const activity = ocsfClass.activities[activity_id] ?? 'Other';
  if (event.flags.length > 0) unmapped['flags'] = event.flags;
  if (event.truncated.length > 0) unmapped['truncated'] = event.truncated;
  const sequence = Number(event.sequence);
  return {
    ...attributes,
    ...requiredByClass(event, attributes),
    activity_id,
    activity_name: activity,
    category_uid: ocsfClass.category,
    category_name: ocsfClass.categoryName,
    class_uid,
    class_name: ocsfClass.name,
    type_uid: class_uid * 100 + activity_id,
    type_name: `${ocsfClass.name}: ${activity}`,
    severity_id: INFORMATIONAL,
    severity: 'Informational',
    time: Date.parse(event.time),
    device: device(context),
    metadata: {
      ...metadata(context),
      ...(Number.isSafeInteger(sequence) && { sequence }),
      ...(event.truncated.length > 0 && { is_truncated: true }),
    },
    ...(Object.keys(unmapped).length > 0 && { unmapped }),
  };
}

/** What the class requires and the fields do not say by themselves. */
export function requiredByClass(event: Event, attributes: OcsfObject): OcsfObject {
  switch (event.class) {
    case 'process_start':
    case 'memory_exec':
      return { actor: launcher(attributes), launch_type_id: LAUNCH_TYPE_EXEC, launch_type: 'Exec' };
    case 'process_exit':
    case 'credential_change':
      return { actor: { process: attributes['process'] } };
    case 'file_create':
    case 'file_open':
    case 'file_write':
    case 'file_rename':
    case 'file_delete':
    case 'file_change':
    case 'secret_read':
      return { file: file(attributes) };
    case 'file_link':
      // A target means a symbolic link (type 7).
      return { file: { ...file(attributes), ...(event['file.link_target'] !== '' && { type_id: 7 }) } };
    case 'mount':
      return { file: { ...file(attributes), type_id: 2 } };
    case 'module_load':
      return { driver: attributes['driver'] ?? { file: file({}) } };
    case 'network_connect':
    case 'network_accept':
    case 'network_listen':
      return connection(event, attributes);
    case 'ptrace':
    case 'capability_check':
    case 'io_uring_request':
    case 'bpf_load':
    case 'memory_file':
      return {};
  }
}

/** The file, which OCSF requires even where its path could not be told. */
const file = (attributes: OcsfObject): OcsfObject => ({
  name: '',
  type_id: 0,
  ...(attributes['file'] as OcsfObject | undefined),
});

/** Who started the process: its parent, or itself where the parent is not known. */
function launcher(attributes: OcsfObject): OcsfObject {
  const process = attributes['process'] as OcsfObject;
  return { process: process['parent_process'] ?? process };
}

const directions = {
  network_connect: { direction_id: 2, direction: 'Outbound' },
  network_accept: { direction_id: 1, direction: 'Inbound' },
  network_listen: { direction_id: 0, direction: 'Unknown' },
} as const;
const protocols: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };

function connection(
  event: Extract<Event, { class: 'network_connect' | 'network_accept' | 'network_listen' }>,
  attributes: OcsfObject,
): OcsfObject {
  const name = protocols[event['net.protocol']];
  const version = event['net.source_ip'].includes(':') ? 6 : 4;
  return {
    // A class of this kind has one endpoint at least.
    src_endpoint: attributes['src_endpoint'] ?? { ip: event['net.source_ip'] },
    connection_info: {
      ...(attributes['connection_info'] as OcsfObject | undefined),
      ...directions[event.class],
      protocol_ver_id: version,
      ...(name !== undefined && { protocol_name: name }),
    },
  };
}

/** Is this event the launch of the process that it names? Then OCSF's actor is the parent. */
export const isLaunch = (event: Event): boolean => {
  const ocsf = eventClass(event.class).ocsf;
  return ocsf?.class_uid === PROCESS_ACTIVITY && ocsf.activity_id === LAUNCH;
};
