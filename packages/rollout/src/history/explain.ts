import type { Decision } from '../decide/decisions.ts';
import type { RolloutEvent } from '../decide/events.ts';
import { combinedLogE } from '../decide/evidence.ts';
import { needsHands } from '../decide/revert.ts';
import { createState, type RolloutState } from '../decide/state.ts';
import { step } from '../decide/step.ts';
import type { Plan } from '../plan/plan.ts';
import { formatCount, formatDuration } from '../plan/units.ts';
import { upperBound } from '../statistics/upper-bound.ts';

/** One decision with the evidence at its time. */
export interface Explanation {
  readonly at: number;
  readonly decision: Decision;
  readonly n: number;
  readonly S: number;
  readonly resolved: number;
  readonly soaked: number;
  /** Upper end of the 95 % confidence sequence of the rate. */
  readonly upper: number;
  /** ln of the combined e-value; the halt comes at ln(1/α). */
  readonly logE: number;
}

/** Replays events and says what was decided on what evidence: the product's own `step`, so it cannot tell another story. */
export class Explainer {
  readonly state: RolloutState;

  constructor(plan: Plan) {
    this.state = createState(plan);
  }

  /** @throws RolloutError of `step`, for an event that does not belong into this log */
  take(event: RolloutEvent): Explanation[] {
    const decisions = step(this.state, event);
    return decisions.map((decision) => {
      const { run } = this.state;
      const n = run?.n ?? 0;
      const S = run?.S ?? 0;
      const resolved = n - (run?.unresolved ?? 0);
      return {
        at: this.state.now,
        decision,
        n,
        S,
        resolved,
        soaked: run?.closed ?? 0,
        upper: upperBound(resolved, Math.min(S, resolved)),
        logE: run === null ? 0 : combinedLogE(this.state, run),
      };
    });
  }

  needsHands(): Uint32Array {
    return needsHands(this.state);
  }
}

/** An explanation as a line; `start` is when the release began. */
export function explainLine(e: Explanation, start: number, plan: Plan): string {
  const when = formatDuration(e.at - start).padEnd(12);
  const d = e.decision;
  const stamp = `${d.release} ${d.epoch}.${d.sequence}`;
  const evidence = `${formatCount(e.S)} of ${formatCount(e.n)} failed, rate below ${percent(e.upper)}, evidence e^${e.logE.toFixed(1)} of e^${Math.log(1 / plan.alpha).toFixed(1)}`;
  return `${when} [${stamp}] ${sentence(d, start)}  (${evidence})`;
}

function percent(x: number): string {
  return `${(x * 100).toPrecision(2)} %`;
}

function sentence(d: Decision, start: number): string {
  switch (d.type) {
    case 'offer':
      return `offered to ${formatCount(d.hosts.length)} hosts in stage ${d.stage + 1}, as many as the ${d.bound} bound allows`;
    case 'wait':
      return `waits for ${d.why}${d.until === null ? '' : ` until ${formatDuration(d.until - start)}`}`;
    case 'ask':
      return `asks: ${d.why}`;
    case 'promote':
      return d.to === 'complete' ? 'is complete' : `stage ${d.to + 1} begins`;
    case 'halt':
      return `HALT: ${d.why}`;
    case 'revert':
      return `reverts ${formatCount(d.hosts.length)} hosts to ${d.to === '' ? 'their old content' : d.to}`;
    case 'safe-mode':
      return `advises safe mode to ${formatCount(d.hosts.length)} hosts`;
  }
}
