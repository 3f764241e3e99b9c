/** What the agent says of itself: plain JSON, the result of `status` on the control socket. */
import type { PipelineStatus } from './findings/pipeline.ts';
import type { JournalStatus } from './journal/journal.ts';
import type { PublisherStatus } from './publisher/status.ts';
import type { SensorStatus } from './sensor-link.ts';

export interface AgentStatus {
  readonly version: string;
  readonly pid: number;
  readonly uid: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly places: {
    readonly config: string;
    readonly state: string;
    readonly run: string;
    readonly findings: string;
  };
  readonly sensor: SensorStatus;
  readonly publishers: readonly PublisherStatus[];
  /** Content folders that gave no release, and why. */
  readonly refused: readonly { readonly dir: string; readonly reason: string }[];
  readonly findings: PipelineStatus;
  readonly journal: JournalStatus;
  /** Times in which the agent itself did not run: no deadline counts them. */
  readonly stalls: { readonly times: number; readonly ms: number };
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
  /** The newest notices, oldest first. */
  readonly notices: readonly Notice[];
}

export interface Notice {
  readonly at: string;
  readonly text: string;
}
