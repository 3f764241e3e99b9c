import type { Bound } from './pacing.ts';

/** Names a decision for good: the same log gives the same stamps, and a stamp is acknowledged once. */
export interface Stamp {
  readonly release: string;
  /** Rises with each halt and each approval: an offer of an older epoch is void. */
  readonly epoch: number;
  readonly sequence: number;
}

/** What a halt rests on. */
export interface HaltEvidence {
  readonly n: number;
  readonly S: number;
  /** ln of the combined e-value; the halt comes at ln(1/α). */
  readonly logE: number;
  /** The label value that contributed the most, where one stands out from the fleet. */
  readonly stratum: string | null;
}

export type Decision = Stamp &
  (
    | {
        readonly type: 'offer';
        readonly hosts: Uint32Array;
        /** Not to be delivered at or after this time: the host then counts as absent and is replaced. */
        readonly expires: number;
        readonly stage: number;
        readonly bound: Bound;
      }
    | { readonly type: 'wait'; readonly until: number | null; readonly why: WaitReason }
    | { readonly type: 'ask'; readonly why: string }
    /** `to` is the number of the stage that begins, or `complete`. */
    | { readonly type: 'promote'; readonly to: number | 'complete' }
    | { readonly type: 'halt'; readonly why: string; readonly evidence: HaltEvidence }
    | { readonly type: 'revert'; readonly to: string; readonly hosts: Uint32Array }
    | { readonly type: 'safe-mode'; readonly hosts: Uint32Array }
  );

/** What the release waits for; `until` is null where only hosts can end the wait. */
export type WaitReason =
  | 'batch'
  | 'load-proof'
  | 'soak'
  | 'absent'
  | 'settle'
  | 'hosts'
  | 'paused'
  | 'frozen'
  | 'server-outage'
  | 'stragglers';
