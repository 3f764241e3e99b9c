/** From the fields of an event to the attributes that the schema's OCSF paths name. */
import { basename } from 'node:path/posix';
import { eventClass } from '../classes.ts';
import type { Event } from '../generated/types.ts';
import type { Field } from '../schema-types.ts';
import type { OcsfObject } from './context.ts';

export interface MappedFields {
  /** Attributes of the class, nested. */
  readonly attributes: OcsfObject;
  /** Fields for which OCSF has no place, under their own names. */
  readonly unmapped: OcsfObject;
}

type Value = string | number | null | readonly string[];
/** The value of `login_uid` for "nobody logged in" (AUDIT_UID_UNSET). */
const NO_LOGIN = 0xffff_ffff;

/** Sorts the fields that say something into OCSF attributes and the rest, and adds what OCSF requires beside them. */
export function mapFields(event: Event): MappedFields {
  const attributes: OcsfObject = {};
  const unmapped: OcsfObject = {};
  const values = event as unknown as Readonly<Record<string, Value>>;
  for (const field of eventClass(event.class).fields) {
    const value = values[field.name] ?? null;
    if (isEmpty(field, value)) continue;
    if (field.ocsf === undefined) unmapped[field.name] = value;
    else set(attributes, field.ocsf.split('.'), convert(field, value));
  }
  complete(attributes);
  return { attributes, unmapped };
}

function isEmpty(field: Field, value: Value): boolean {
  if (value === null || value === '') return true;
  if (typeof value === 'object') return value.length === 0;
  if (field.name === 'process.login_uid') return value === NO_LOGIN;
  // Times, session, parent and port 0 mean "not known".
  if (field.unit === 'ns') return value === '0';
  return /(\.session|\.ppid|_port)$/.test(field.name) && value === 0;
}

function convert(field: Field, value: Value): unknown {
  if (Array.isArray(value)) return value.join(' ');
  if (field.unit === 'ns') return milliseconds(String(value));
  // OCSF ids and status codes are strings.
  return /(^|\.)(uid|status_code)$/.test(field.ocsf ?? '') ? String(value) : value;
}

/** OCSF timestamps are milliseconds. */
export const milliseconds = (nanoseconds: string | number | bigint): number =>
  Number(BigInt(nanoseconds) / 1_000_000n);

function set(target: OcsfObject, path: readonly string[], value: unknown): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  target[head] ??= {};
  set(target[head] as OcsfObject, rest, value);
}

/** Names and types that OCSF requires of files and processes, and the shape of addresses and connections. */
function complete(attributes: OcsfObject): void {
  const { process, actor, file, file_result, driver } = attributes as Record<string, OcsfObject | undefined>;
  completeProcess(process);
  completeProcess(actor?.['process'] as OcsfObject | undefined);
  completeFile(file);
  completeFile(file_result);
  completeFile(driver?.['file'] as OcsfObject | undefined);
  for (const side of ['src_endpoint', 'dst_endpoint']) {
    const endpoint = attributes[side] as OcsfObject | undefined;
    if (endpoint && isAny(endpoint['ip']) && endpoint['port'] === undefined) delete attributes[side];
  }
  const code = attributes['status_code'];
  if (code !== undefined) attributes['status_id'] = Number(code) >= 0 ? 1 : 2;
}

const isAny = (ip: unknown): boolean => ip === '::' || ip === '0.0.0.0';

function completeProcess(process: OcsfObject | undefined): void {
  if (!process) return;
  const file = process['file'] as OcsfObject | undefined;
  completeFile(file, 1);
  if (file?.['name'] !== undefined) process['name'] = file['name'];
  const parent = process['parent_process'] as OcsfObject | undefined;
  // Without its pid OCSF knows no process.
  if (parent && parent['pid'] === undefined) delete process['parent_process'];
  else completeProcess(parent);
}

function completeFile(file: OcsfObject | undefined, type = 0): void {
  if (!file) return;
  const path = file['path'];
  file['name'] = typeof path === 'string' ? basename(path) || path : '';
  file['type_id'] = type;
}
