/** Frames between the agent and the sensor process: types and JSON payloads. */
import type { ClassStats } from './encode/counts.ts';
import type { Tier } from './options.ts';

/** Sensor to agent. */
export const ToAgent = {
  HELLO: 0x01,
  EVENTS: 0x02,
  STATS: 0x03,
  REPLY: 0x04,
  FATAL: 0x05,
  SNAPSHOT: 0x06,
} as const;
/** Agent to sensor. */
export const ToSensor = { SUBSCRIBE: 0x81, REQUEST: 0x82, STOP: 0x83 } as const;

export const toAgentTypes: ReadonlySet<number> = new Set(Object.values(ToAgent));
export const toSensorTypes: ReadonlySet<number> = new Set(Object.values(ToSensor));

/** Something that this host lacks. */
export interface Missing {
  readonly what: string;
  /** What is not seen, or not done, because of it. */
  readonly effect: string;
  readonly cure: string;
}

export interface ProbeState {
  readonly name: string;
  readonly state: 'active' | 'unavailable' | 'off';
  readonly reason?: string;
  /** Event classes that it feeds. */
  readonly classes: readonly string[];
}

export interface Hello {
  readonly mode: 'kernel' | 'procfs';
  readonly tier: Tier;
  /** Why this mode, in one line. */
  readonly reason: string;
  readonly missing: readonly Missing[];
  readonly probes: readonly ProbeState[];
  readonly kernel: string;
  readonly pid: number;
}

export interface Stats {
  /** Counts since the start, by class. */
  readonly classes: Readonly<Record<string, ClassStats>>;
  /** Bytes in the fullest ring, and its size. */
  readonly ring: { readonly fill: number; readonly size: number };
  /** How often fanotify's queue overflowed; the number of events lost each time is unknown. */
  readonly overflows: number;
  /** Fork records that found no room: processes whose parent may be unknown. */
  readonly forksLost: number;
  /** Processor time of the sensor process. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Living processes in the table. */
  readonly processes: number;
}

export interface Ancestor {
  readonly pid: number;
  /** Unix ns as decimal text. */
  readonly startTime: string;
  readonly path: string;
  readonly commandLine: string;
  readonly user: string;
}

export interface Description {
  /** The process itself first, then its parent, and so on. */
  readonly ancestors: readonly Ancestor[];
  readonly path: string;
  /** SHA-256 of the executable, lower-case hex; absent when the file was gone, changed, too large or too slow. */
  readonly sha256?: string;
}

export interface HashResult {
  readonly path: string;
  readonly sha256: string;
}

export interface Fatal {
  readonly message: string;
  readonly cure: string;
}

export type Request =
  | { readonly id: number; readonly op: 'describe'; readonly pid: number; readonly startTime: string }
  | { readonly id: number; readonly op: 'hash'; readonly path: string; readonly pid?: number }
  | { readonly id: number; readonly op: 'snapshot' };

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };
