/** The settings as the agent uses them, every default filled in. What each means stands in schema.ts. */
import type { Level } from '@ringfence/compartment/protocol';

export interface Limits {
  readonly memoryBytes: number;
  readonly cpuPercent: number;
  readonly pids: number;
  readonly files: number;
  readonly queueBytes: number;
  readonly queueEvents: number;
  readonly batchDeadlineMs: number;
  readonly heartbeatDeadlineMs: number;
  readonly startDeadlineMs: number;
  readonly findingsPerSecond: number;
  readonly cpuOverBudgetMs: number;
}

export interface Recovery {
  readonly windowSeconds: number;
  readonly failures: number;
  readonly failuresWithFallback: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  readonly probationSeconds: number;
  readonly probationEvents: number;
}

export interface FindingSettings {
  readonly fileMaxBytes: number;
  readonly journalMax: number;
  readonly journalMaxBytes: number;
  readonly collapseSeconds: number;
  readonly collapseVariants: number;
  readonly syslog: boolean | string;
}

export interface SensorSettings {
  readonly tier: 'core' | 'full';
  readonly mode: 'auto' | 'kernel' | 'procfs';
}

export interface PublisherConfig {
  readonly enabled: boolean;
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined } | undefined;
  readonly requireLayers: readonly string[];
}

export interface Exception {
  readonly path?: string | undefined;
  readonly user?: string | undefined;
  readonly parent?: string | undefined;
  readonly commandLine?: string | undefined;
  readonly file?: string | undefined;
}

export interface RuleTuning {
  readonly disable?: boolean | undefined;
  readonly level?: Level | undefined;
  readonly exceptions?: readonly Exception[] | undefined;
}

export type Tuning = Readonly<Record<string, RuleTuning>>;

export interface Settings {
  readonly sensor: SensorSettings;
  readonly content: readonly string[];
  readonly publishers: Readonly<Record<string, PublisherConfig>>;
  readonly limits: Limits;
  readonly recovery: Recovery;
  readonly findings: FindingSettings;
  readonly tuning: Tuning;
  readonly uidRange: readonly [number, number];
}

type Part<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The settings as they are written: everything may be left out. */
export interface SettingsInput {
  readonly sensor?: Part<SensorSettings> | undefined;
  readonly content?: string[] | undefined;
  readonly publishers?:
    | Readonly<
        Record<
          string,
          {
            readonly enabled?: boolean | undefined;
            readonly limits?: Part<Limits> | undefined;
            readonly requireLayers?: string[] | undefined;
          }
        >
      >
    | undefined;
  readonly limits?: Part<Limits> | undefined;
  readonly recovery?: Part<Recovery> | undefined;
  readonly findings?: Part<FindingSettings> | undefined;
  readonly tuning?:
    | Record<
        string,
        { disable?: boolean | undefined; level?: Level | undefined; exceptions?: Exception[] | undefined }
      >
    | undefined;
  readonly uidRange?: [number, number] | undefined;
}
