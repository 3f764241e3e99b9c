/** Why the agent ended a compartment. */
export type KillReason = 'hang' | 'memory' | 'cpu' | 'flood' | 'protocol' | 'stop';

/** Why a compartment ended. */
export type Cause =
  /** By itself, with exit status 0. */
  | 'exit'
  /** By itself, with another status or by a fault's signal. */
  | 'crash'
  /** Over its memory limit: killed by the kernel, or by the agent that watched it. */
  | 'oom'
  /** V8 gave up: its heap is full. */
  | 'heap-limit'
  | 'hang-killed'
  | 'cpu'
  | 'flood'
  | 'protocol'
  /** The agent asked it to stop. */
  | 'stopped'
  /** SIGKILL, and neither the agent nor a limit sent it. */
  | 'killed'
  /** The launcher did not get as far as the engine. */
  | 'launch-failed';

export interface Evidence {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the agent did, if it ended the compartment. */
  readonly killed: KillReason | undefined;
  readonly oomKills: number;
  readonly stderr: string;
}

const killCauses: Record<KillReason, Cause> = {
  hang: 'hang-killed',
  memory: 'oom',
  cpu: 'cpu',
  flood: 'flood',
  protocol: 'protocol',
  stop: 'stopped',
};

/** V8's last words when its heap is full, at the start of a line. */
const HEAP_LIMIT =
  /^(?:<--- Last few GCs --->|FATAL ERROR: .*(?:heap out of memory|Reached heap limit|invalid array length Allocation failed))/m;

/**
 * What unshare(1) of util-linux says when its child was killed by SIGKILL: it tries to die of the same signal,
 * for which it unblocks it first, and SIGKILL cannot be unblocked. Its exit status is then 1.
 */
const UNSHARE_SIGKILL = /^unshare: sigprocmask unblock failed/m;

/**
 * Derives the cause. The exit status comes last: behind a PID namespace it is that of unshare(1), which turns
 * an out-of-memory kill into exit 1 and V8's abort into SIGSEGV. The kernel's counter comes first, for a
 * compartment that the kernel killed may look hung to the agent by then.
 */
export function deriveCause({ code, signal, killed, oomKills, stderr }: Evidence): Cause {
  if (oomKills > 0) return 'oom';
  if (killed !== undefined) return killCauses[killed];
  if (HEAP_LIMIT.test(stderr)) return 'heap-limit';
  if (code === 125 && /^ringfence-launcher: /m.test(stderr)) return 'launch-failed';
  if (code === 0) return 'exit';
  if (signal === 'SIGKILL' || UNSHARE_SIGKILL.test(stderr)) return 'killed';
  return 'crash';
}
