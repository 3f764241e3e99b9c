import type { RolloutEvent } from '../decide/events.ts';
import type { Plan } from '../plan/plan.ts';
import { formatCount, formatDuration } from '../plan/units.ts';

/** What a fleet's history says about one class of hosts. */
export interface ClassBaseline {
  readonly name: string;
  readonly hosts: number;
  /** Seconds of talking that were observed, and how often it ended without a goodbye. */
  readonly talked: number;
  readonly silences: number;
  /** The gap that a host exceeds with probability ≤ p0/10, in seconds; null with too little history. */
  readonly gap: number | null;
}

export interface Baseline {
  readonly hostDays: number;
  readonly failures: number;
  /** Share of hosts that fail within one trial (soak) for reasons of their own. */
  readonly background: number;
  /** Share that would miss the first proof or, with the gaps below, the soak proof. */
  readonly falseSilence: number;
  readonly classes: readonly ClassBaseline[];
}

interface HostHistory {
  class: string;
  /** Since when it talks, or null. */
  since: number | null;
  /** Since when it is silent without a goodbye, or null. */
  silentSince: number | null;
}

const MIN_GAP = 600;
/** With fewer failures or silences than this an estimate is a guess, and is said to be one. */
const FEW = 20;

/** Estimates the background rate, the gaps and the false silence from a fleet's event log. */
export class BaselineEstimator {
  readonly #plan: Plan;
  readonly #hosts = new Map<number, HostHistory>();
  readonly #talked = new Map<string, number>();
  readonly #silences = new Map<string, number[]>();
  readonly #failed = new Set<string>();
  #now = 0;
  #failures = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  take(event: RolloutEvent): void {
    if (event.type === 'clock') this.#now = Math.max(this.#now, event.at);
    else if (event.type === 'talking') this.#talks(event.host);
    else if (event.type === 'silent' || event.type === 'goodbye' || event.type === 'host-removed')
      this.#stops(event.host, event.type === 'silent');
    else if (event.type === 'host-added') {
      if (!this.#hosts.has(event.host))
        this.#hosts.set(event.host, { class: event.class, since: null, silentSince: null });
    } else if (event.type === 'failed') {
      const key = `${event.host} ${event.release}`;
      if (!this.#failed.has(key)) this.#failures++;
      this.#failed.add(key);
    }
  }

  #talks(host: number): void {
    const history = this.#hosts.get(host);
    if (history === undefined || history.since !== null) return;
    if (history.silentSince !== null) this.#noteSilence(history, this.#now);
    history.since = this.#now;
    history.silentSince = null;
  }

  #stops(host: number, unannounced: boolean): void {
    const history = this.#hosts.get(host);
    if (history === undefined || history.since === null) return;
    this.#talked.set(history.class, (this.#talked.get(history.class) ?? 0) + this.#now - history.since);
    history.since = null;
    history.silentSince = unannounced ? this.#now : null;
  }

  #noteSilence(history: HostHistory, until: number): void {
    const list = this.#silences.get(history.class) ?? [];
    list.push(until - (history.silentSince as number));
    this.#silences.set(history.class, list);
  }

  finish(): Baseline {
    for (const history of this.#hosts.values()) {
      if (history.since !== null)
        this.#talked.set(history.class, (this.#talked.get(history.class) ?? 0) + this.#now - history.since);
      // Still silent at the end: at least as long as this.
      if (history.silentSince !== null) this.#noteSilence(history, this.#now);
    }
    const soak = this.#plan.lanes.standard.soak;
    let talkedAll = 0;
    for (const seconds of this.#talked.values()) talkedAll += seconds;
    const trials = talkedAll / Math.max(1, soak);
    const background = trials > 0 ? this.#failures / trials : 0;
    const p0 = Math.max(1e-6, 2 * (background > 0 ? background : this.#plan.background));
    let falseSilence = 0;
    const classes = Object.keys(this.#plan.classes).map((name): ClassBaseline => {
      const talked = this.#talked.get(name) ?? 0;
      const silences = (this.#silences.get(name) ?? []).sort((a, b) => a - b);
      const hosts = [...this.#hosts.values()].filter((h) => h.class === name).length;
      const gap = silences.length < FEW && talked < soak * 1000 ? null : gapFor(silences, talked, p0 / 10);
      // Falls silent between delivery and the first proof, or is still silent a gap after the soak.
      const first = talked > 0 ? (silences.length * this.#plan.firstProof) / talked : 0;
      const later = talked > 0 && gap !== null ? longerThan(silences, talked, gap) : 0;
      if (talkedAll > 0) falseSilence += ((first + later) * talked) / talkedAll;
      return { name, hosts, talked, silences: silences.length, gap };
    });
    return { hostDays: talkedAll / 86_400, failures: this.#failures, background, falseSilence, classes };
  }
}

/** Chance that at a random moment a host is silent, unannounced, and stays so for more than `gap`. */
function longerThan(silences: readonly number[], talked: number, gap: number): number {
  let seconds = 0;
  let total = talked;
  for (const length of silences) {
    total += length;
    if (length > gap) seconds += length - gap;
  }
  return total > 0 ? seconds / total : 0;
}

function gapFor(silences: readonly number[], talked: number, most: number): number {
  let low = 0;
  let high = silences.at(-1) ?? 0;
  while (high - low > 60) {
    const middle = (low + high) / 2;
    if (longerThan(silences, talked, middle) <= most) high = middle;
    else low = middle;
  }
  return Math.max(MIN_GAP, Math.ceil(high / 60) * 60);
}

/** The estimate as lines of a plan, with what they rest on as comments. */
export function baselineLines(baseline: Baseline, plan: Plan): string {
  const lines: string[] = [];
  const percent = (x: number): string => `${Number((x * 100).toPrecision(2))}%`;
  lines.push(
    `# ${formatCount(baseline.hostDays)} days of talking hosts, ${formatCount(baseline.failures)} failures; a trial lasts ${formatDuration(plan.lanes.standard.soak)}`,
  );
  if (baseline.failures < FEW)
    lines.push(
      `# fewer than ${FEW} failures were seen: this rate is a guess, keep the default of 0.1% or collect more history`,
    );
  lines.push(`background: ${percent(baseline.failures < FEW ? plan.background : baseline.background)}`);
  if (baseline.falseSilence > plan.p0 / 10)
    lines.push(
      `# more than p0/10 = ${percent(plan.p0 / 10)} would miss the first proof: let agents say goodbye before they sleep, or raise firstProof`,
    );
  lines.push(
    `falseSilence: ${percent(Math.min(baseline.falseSilence, (baseline.failures < FEW ? plan.background : baseline.background) / 4))}`,
  );
  lines.push('classes:');
  for (const c of baseline.classes) {
    lines.push(
      `  # ${formatCount(c.hosts)} hosts, silent without a goodbye ${formatCount(c.silences)} times`,
    );
    if (c.gap === null) lines.push(`  # too little history: kept as it was`);
    lines.push(`  ${c.name}: { gap: ${c.gap ?? plan.classes[c.name]?.gap ?? 0}s }`);
  }
  return `${lines.join('\n')}\n`;
}
