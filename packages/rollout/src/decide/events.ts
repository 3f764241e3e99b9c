/** Why a host failed, as its agent, its neighbour or the server says. */
export const FAILURE_KINDS = [
  'crash',
  'boot-loop',
  'hang',
  'budget',
  'flood',
  'action-spike',
  'self-report',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Host handles are small integers that the caller assigns, from 0 upwards, and does not use again. */
interface OfHost {
  readonly host: number;
}

interface OfRelease extends OfHost {
  /** The release that the report is about; reports about another than the moving one close nothing. */
  readonly release: string;
}

/**
 * Everything that `step` can be told. None carries a time: what happens, happens at the last `clock`. All are
 * idempotent, so a duplicate is harmless.
 */
export type RolloutEvent =
  | { readonly type: 'clock'; readonly at: number }
  | {
      readonly type: 'host-added' | 'host-relabelled';
      readonly host: number;
      /** One value for each of the plan's `labels`, in that order. */
      readonly labels: readonly string[];
      /** One of the plan's `classes`. */
      readonly class: string;
      /** Redundancy group: a cluster, a ward, an airport's desks. */
      readonly group?: string | null;
      /** The release that the host has now; revert goes back to it. */
      readonly content?: string;
    }
  | ({ readonly type: 'host-removed' | 'talking' | 'silent' | 'goodbye' } & OfHost)
  | ({ readonly type: 'delivered' } & OfRelease)
  /** `holds` is the release that the host proves to have kept; without that proof it stays counted. */
  | ({ readonly type: 'refused' | 'download-failed'; readonly holds?: string } & OfRelease)
  | ({ readonly type: 'healthy'; readonly after: 'load' | 'soak' | 'reboot' } & OfRelease)
  | ({ readonly type: 'failed'; readonly kind: FailureKind } & OfRelease)
  /** The host proves that it is back on its base. */
  | ({ readonly type: 'reverted' } & OfRelease)
  /** The server's own outage, declared: deadlines move by it and nothing is attributed to hosts. */
  | { readonly type: 'server-outage'; readonly from: number; readonly until: number }
  | { readonly type: 'release-started'; readonly release: string }
  | { readonly type: 'lane'; readonly lane: 'standard' | 'emergency' }
  | { readonly type: 'pause' | 'resume' | 'promote' | 'revert' | 'approve' }
  | { readonly type: 'exclude'; readonly label: string; readonly value: string }
  | {
      readonly type: 'acknowledged';
      readonly release: string;
      readonly epoch: number;
      readonly sequence: number;
    };
