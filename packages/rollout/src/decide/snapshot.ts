import { createHash } from 'node:crypto';
import { RolloutError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { rebuildWheel } from './deadlines.ts';
import type { Decision } from './decisions.ts';
import { refreshEvidence } from './evidence.ts';
import { DERIVED, REVERT_DUE, REVERT_SENT, REVERTED, TALKING } from './phases.ts';
import {
  createState,
  type HostTable,
  type Place,
  type RolloutState,
  type Run,
  recount,
  stratumId,
} from './state.ts';

export const SNAPSHOT_VERSION = 1;
const MAGIC = 'RFROLL';
const HASH_BYTES = 32;

/** The columns that a snapshot holds; the rest follows from them. */
const COLUMNS = ['phase', 'flags', 'class', 'labels', 'group', 'since', 'delivered', 'has', 'base'] as const;
type Column = HostTable[(typeof COLUMNS)[number]];

interface Header {
  readonly plan: Plan;
  readonly now: number;
  readonly hosts: number;
  readonly strata: readonly (readonly [
    label: number,
    value: string,
    excluded: 0 | 1,
    fell: number,
    fellSince: number,
    failures: number,
  ])[];
  readonly groups: readonly string[];
  readonly releases: readonly string[];
  readonly run: Run | null;
  readonly pending: readonly Decision[];
  readonly outages: RolloutState['outages'];
  readonly strays: number;
  readonly relabels: readonly (readonly [number, Place])[];
}

/** The state as bytes: the same state gives the same bytes, and integers only, so nothing is lost. */
export function snapshot(state: RolloutState): Uint8Array {
  const { hosts, strata } = state;
  const labels: [number, string][] = [];
  strata.ids.forEach((ids, label) => {
    for (const [value, id] of ids) labels[id] = [label, value];
  });
  const header: Header = {
    plan: state.plan,
    now: state.now,
    hosts: hosts.count,
    strata: labels.map(([label, value], k) => [
      label,
      value,
      strata.excluded[k] === true ? 1 : 0,
      strata.fell[k] as number,
      strata.fellSince[k] as number,
      strata.siteFailures[k] as number,
    ]),
    groups: state.groups.names,
    releases: state.releases,
    run: state.run,
    pending: state.pending,
    outages: state.outages,
    strays: state.strays,
    relabels: [...state.relabels],
  };
  const json = Buffer.from(
    JSON.stringify(header, (_key, value: unknown) =>
      value instanceof Uint32Array ? { u32: [...value] } : value,
    ),
  );
  const prefix = Buffer.alloc(MAGIC.length + 2 + 4);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt16LE(SNAPSHOT_VERSION, MAGIC.length);
  prefix.writeUInt32LE(json.length, MAGIC.length + 2);
  const parts: Uint8Array[] = [prefix, json];
  for (const key of COLUMNS) {
    let column: Column = hosts[key].subarray(0, hosts.count * widthOf(key, state.plan));
    if (key === 'flags') column = (column as Uint16Array).map((flags) => flags & ~DERIVED);
    parts.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  parts.push(hash.digest());
  return Buffer.concat(parts);
}

/**
 * The state of a snapshot, and the decisions that nobody has acknowledged, to be carried out again.
 * @throws RolloutError `snapshot-version`, `snapshot-damaged`
 */
export function restore(bytes: Uint8Array): { state: RolloutState; decisions: readonly Decision[] } {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = MAGIC.length + 6;
  if (data.length < start + HASH_BYTES || data.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new RolloutError(
      'snapshot-damaged',
      'this is no snapshot of a rollout, or its beginning is missing',
    );
  }
  const version = data.readUInt16LE(MAGIC.length);
  if (version !== SNAPSHOT_VERSION) {
    throw new RolloutError(
      'snapshot-version',
      `this snapshot has version ${version}, this library reads version ${SNAPSHOT_VERSION}: replay the event log`,
      { received: version },
    );
  }
  const body = data.subarray(0, data.length - HASH_BYTES);
  if (
    !createHash('sha256')
      .update(body)
      .digest()
      .equals(data.subarray(data.length - HASH_BYTES))
  ) {
    throw new RolloutError(
      'snapshot-damaged',
      'the snapshot is truncated or altered: its checksum does not fit; replay the event log',
    );
  }
  const json = data.toString('utf8', start, start + data.readUInt32LE(MAGIC.length + 2));
  // The checksum has been verified, so the header is one that `snapshot` wrote.
  const header = JSON.parse(json, (_key, value: unknown) => revive(value)) as Header;
  const state = createState(header.plan);
  fill(state, header, body, start + Buffer.byteLength(json));
  return { state, decisions: [...state.pending] };
}

function revive(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'u32' in value && Array.isArray(value.u32))
    return Uint32Array.from(value.u32 as number[]);
  return value;
}

function widthOf(key: (typeof COLUMNS)[number], plan: Plan): number {
  return key === 'labels' ? plan.labels.length : 1;
}

function fill(state: RolloutState, header: Header, body: Buffer, offset: number): void {
  const { hosts, strata, groups, derived } = state;
  let at = offset;
  for (const key of COLUMNS) {
    const sample = hosts[key];
    const column = new (sample.constructor as new (n: number) => Column)(
      header.hosts * widthOf(key, header.plan),
    );
    body.copy(new Uint8Array(column.buffer), 0, at, at + column.byteLength);
    at += column.byteLength;
    (hosts as unknown as Record<string, Column>)[key] = column;
  }
  hosts.next = new Int32Array(header.hosts);
  hosts.count = header.hosts;
  state.now = header.now;
  header.strata.forEach(([label, value, excluded, fell, fellSince, failures]) => {
    const k = stratumId(state, label, value);
    strata.excluded[k] = excluded === 1;
    strata.fell[k] = fell;
    strata.fellSince[k] = fellSince;
    strata.siteFailures[k] = failures;
  });
  groups.names.splice(0, groups.names.length, ...header.groups);
  header.groups.forEach((name, id) => {
    if (id > 0) groups.ids.set(name, id);
  });
  for (const key of ['size', 'busy', 'open'] as const)
    groups[key] = new Int32Array(Math.max(64, header.groups.length));
  state.releases.splice(0, state.releases.length, ...header.releases);
  state.run = header.run;
  state.pending = [...header.pending];
  state.outages = header.outages;
  state.strays = header.strays;
  for (const [host, to] of header.relabels) state.relabels.set(host, to);
  recount(state);
  rebuildWheel(state);
  refreshEvidence(state);
  const due = REVERT_DUE | TALKING;
  for (let host = 0; host < hosts.count; host++) {
    if (((hosts.flags[host] as number) & (due | REVERTED | REVERT_SENT)) === due)
      derived.revertQueue.push(host);
  }
}
