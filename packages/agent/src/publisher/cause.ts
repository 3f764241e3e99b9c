/** Why an engine failed, in the agent's words. */
import type { Cause, KillReason } from '@ringfence/compartment';

export type FailureCause =
  /** It died by itself. */
  | 'crash'
  /** It missed the deadline of a batch or of a ping. */
  | 'hang'
  /** It used more memory than its limit. */
  | 'memory'
  /** It used its whole CPU limit without getting on with its events. */
  | 'cpu'
  /** It sent more findings, or more bytes, than its limits. */
  | 'flood'
  /** It broke the protocol. */
  | 'protocol'
  /** It was not ready in time. */
  | 'start'
  /** It could not be started: the wall refused, or the host had no room. No fault of the release. */
  | 'launch'
  /** Its release is not in the store, or not what its hash says. */
  | 'damaged';

/** The agent's own decision to end an engine. */
export interface Verdict {
  readonly cause: FailureCause;
  readonly detail: string;
}

/**
 * The cause of an end, and one line that says how it was derived. The compartment has looked at the kernel's counters
 * and at standard error first: behind a PID namespace the exit status alone misleads.
 */
export function failureOf(
  exit: { readonly cause: Cause; readonly code: number | null; readonly signal: string | null },
  killed: Verdict | null,
  ready: boolean,
): Verdict {
  const how = exit.signal !== null ? `signal ${exit.signal}` : `exit status ${exit.code ?? 'unknown'}`;
  switch (exit.cause) {
    // The kernel's count goes before the agent's own verdict: what it killed for memory looks hung by then.
    case 'oom':
      return {
        cause: 'memory',
        detail: killed?.cause === 'memory' ? killed.detail : 'the kernel ended it at its memory limit',
      };
    case 'heap-limit':
      return killed ?? { cause: 'memory', detail: `its JavaScript heap was full, ${how}` };
    case 'launch-failed':
      return killed ?? { cause: 'launch', detail: `the launcher failed, ${how}` };
    case 'hang-killed':
    case 'cpu':
    case 'flood':
    case 'protocol':
    case 'stopped':
    case 'exit':
    case 'crash':
    case 'killed':
      return (
        killed ?? {
          cause: 'crash',
          detail: `${ready ? 'it ended by itself' : 'it ended before it was ready'}, ${how}`,
        }
      );
  }
}

/** What the wall is told. */
export function killReason(cause: FailureCause): KillReason {
  switch (cause) {
    case 'hang':
    case 'memory':
    case 'cpu':
    case 'flood':
    case 'protocol':
      return cause;
    case 'start':
      return 'hang';
    case 'crash':
    case 'launch':
    case 'damaged':
      return 'stop';
  }
}
