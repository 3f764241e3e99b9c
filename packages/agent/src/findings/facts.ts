/** What the agent itself reads of a record that an engine reported, from its own copy. */
import { createHash } from 'node:crypto';
import { type Event, EventView, toObject } from '@ringfence/events';

export interface RecordFacts {
  readonly event: Event;
  readonly pid: number;
  /** 0 when it is not known. */
  readonly ppid: number;
  /** Unix nanoseconds. */
  readonly startTime: bigint;
  readonly path: string;
  readonly user: string;
  readonly parent: string;
  readonly commandLine: string;
  /** The file that the event is about, or empty. */
  readonly file: string;
}

/** @throws EventError for a record that cannot be read */
export function readFacts(record: Uint8Array): RecordFacts {
  const event = toObject(new EventView().reset(record));
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : '';
  };
  return {
    event,
    pid: Number(fields['process.pid'] ?? 0),
    ppid: Number(fields['process.ppid'] ?? 0),
    startTime: BigInt(text('process.start_time') || 0),
    path: text('process.path'),
    user: text('process.user'),
    parent: text('parent.path'),
    commandLine: text('process.argv'),
    file: text('file.path'),
  };
}

/** Names a finding: the same publisher, rule and record give the same, whoever reports it again. */
export function findingUid(publisher: string, rule: string, record: Uint8Array): string {
  const hash = createHash('sha256');
  for (const part of [publisher, rule]) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.update(record).digest('hex').slice(0, 32);
}
