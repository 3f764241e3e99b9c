/** Version of the protocol of PROTOCOL.md. Both sides state it; they must be equal. */
export const PROTOCOL_VERSION = 1;

/** Frames from the agent to an engine. */
export const ToEngine = {
  HELLO: 0x01,
  STATE: 0x02,
  SNAPSHOT: 0x03,
  START: 0x04,
  BATCH: 0x05,
  PING: 0x06,
  HASH_RESULT: 0x07,
  STOP: 0x08,
} as const;

/** Frames from an engine to the agent. */
export const FromEngine = {
  READY: 0x81,
  ACK: 0x82,
  FINDING: 0x83,
  PONG: 0x84,
  STATE: 0x85,
  HASH_REQUEST: 0x86,
  LOG: 0x87,
} as const;

/** Bounds that hold for every engine; a C engine needs no buffer beyond them. */
export const Bound = {
  /** Payload of any frame, bytes. Also the largest state that an engine may save. */
  FRAME_BYTES: 1_048_576,
  /** JSON of a finding, bytes. */
  FINDING_BYTES: 65_536,
  /** JSON of a log line, bytes. */
  LOG_BYTES: 8192,
  /** Batches sent and not yet acknowledged. */
  WINDOW: 4,
  /** Hash requests that may be open at a time. */
  OPEN_HASHES: 32,
  /** Pings that may be unanswered at a time. */
  OPEN_PINGS: 16,
} as const;

export interface Hello {
  readonly protocol: number;
  readonly publisher: string;
  readonly release: { readonly name: string; readonly version: string };
  /** Where the release's files are, as the engine sees them. */
  readonly releaseDir: string;
  /** The administrator's settings for the content; null when there are none. Any JSON. */
  readonly tuning: unknown;
  readonly limits: {
    readonly maxFrameBytes: number;
    readonly maxFindingsPerSecond: number;
    readonly batchDeadlineMs: number;
  };
  /** Version of the event schema of the records. */
  readonly schema: number;
  /** What the sensor delivers: `core`, `full`, or `none` in reduced mode. */
  readonly tier: string;
}

export interface Subscription {
  /** Name of an event class, such as `process_start`. */
  readonly class: string;
  /** Fields that the engine reads; without it, all of them. */
  readonly fields?: readonly string[];
}

export interface Ready {
  readonly protocol: number;
  readonly engine: string;
  readonly version: string;
  readonly subscriptions: readonly Subscription[];
  readonly rules: {
    readonly loaded: number;
    readonly skipped: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
    /** Loaded, but no event of this sensor can match them. */
    readonly unfed: readonly { readonly rule: string; readonly reason: string }[];
  };
}

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

export interface Finding {
  readonly rule: {
    readonly id: string;
    readonly title: string;
    readonly level: Level;
    readonly tags: readonly string[];
    readonly author?: string;
    readonly description?: string;
  };
  /** The fields that matched and their values. */
  readonly matched: Readonly<Record<string, string | number | boolean>>;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Which file of the record to hash: 0 the process's executable, 1 the record's file. */
export type HashTarget = 0 | 1;

export interface HashResult {
  readonly request: number;
  /** 64 lower-case hexadecimal digits, or null with `error`. */
  readonly sha256: string | null;
  readonly error?: string;
}

/** What an engine said, decoded and checked. */
export type EngineMessage =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'ack'; readonly batch: bigint; readonly findings: number }
  | { readonly type: 'finding'; readonly batch: bigint; readonly index: number; readonly finding: Finding }
  | { readonly type: 'pong'; readonly nonce: bigint }
  | { readonly type: 'state'; readonly state: Uint8Array }
  | {
      readonly type: 'hash';
      readonly request: number;
      readonly target: HashTarget;
      readonly batch: bigint;
      readonly index: number;
    }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string };
