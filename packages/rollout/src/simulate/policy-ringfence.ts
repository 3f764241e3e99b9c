import type { Decision } from '../decide/decisions.ts';
import type { RolloutEvent } from '../decide/events.ts';
import { OFFERED } from '../decide/phases.ts';
import { createState, growHosts, type RolloutState } from '../decide/state.ts';
import { step } from '../decide/step.ts';
import type { Plan } from '../plan/plan.ts';
import type { Fleet } from './fleet.ts';
import { FLEET_LABELS, SERVER } from './fleet.ts';
import type { Policy } from './policy.ts';

const RELEASE = 'release';
/** The state's clock at the start; any whole number will do. */
export const EPOCH = 1_000_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The product's own `step`, fed with every event and obeyed to the letter. */
export class RingfencePolicy implements Policy {
  readonly name = 'ringfence';
  readonly state: RolloutState;
  readonly soak: number;
  readonly decisions: { readonly time: number; readonly decision: Decision }[] = [];
  /** Called with each event before it is taken, for a log. */
  readonly #tap: ((event: RolloutEvent) => void) | null;
  haltedAt: number | null = null;
  asked = 0;
  finished = false;
  steps = 0;
  #time = 0;
  #epoch = 0;
  #offers: Uint32Array[] = [];
  #reverts: Uint32Array[] = [];
  // One object per kind of event, so that telling the state something allocates nothing.
  readonly #presence: Mutable<{ type: 'talking' | 'silent' | 'goodbye' | 'host-removed'; host: number }> = {
    type: 'talking',
    host: 0,
  };
  readonly #delivered = { type: 'delivered' as const, host: 0, release: RELEASE };
  readonly #healthy = {
    type: 'healthy' as const,
    host: 0,
    release: RELEASE,
    after: 'load' as 'load' | 'soak',
  };

  constructor(plan: Plan, tap: ((event: RolloutEvent) => void) | null = null) {
    this.state = createState(plan);
    this.soak = plan.lanes.standard.soak;
    this.#tap = tap;
  }

  #tell(event: RolloutEvent): void {
    this.steps++;
    if (this.#tap !== null) this.#tap(event);
    const decisions = step(this.state, event);
    for (const decision of decisions) this.#obey(decision);
  }

  #obey(decision: Decision): void {
    this.decisions.push({ time: this.#time, decision });
    this.#epoch = decision.epoch;
    switch (decision.type) {
      case 'offer':
        this.#offers.push(decision.hosts);
        break;
      case 'revert':
        this.#reverts.push(decision.hosts);
        break;
      case 'halt':
        this.haltedAt ??= this.#time;
        this.#offers = [];
        break;
      case 'ask':
        this.asked++;
        break;
      case 'promote':
        if (decision.to === 'complete') this.finished = true;
        break;
      case 'wait':
      case 'safe-mode':
        break;
    }
    this.#tell({
      type: 'acknowledged',
      release: decision.release,
      epoch: decision.epoch,
      sequence: decision.sequence,
    });
  }

  begin(fleet: Fleet, talks: (host: number) => boolean): void {
    growHosts(this.state.hosts, fleet.hosts, this.state.plan.labels.length);
    const { labels: names, classes } = this.state.plan;
    // A plan of one's own may name other labels and classes than the simulated fleet has.
    const from = names.map((name) => FLEET_LABELS.indexOf(name));
    const own = FLEET_LABELS.map(() => '');
    const labels = names.map(() => 'unknown');
    const known = Object.keys(classes);
    const server = 'server' in classes ? 'server' : (known[0] as string);
    const laptop = 'laptop' in classes ? 'laptop' : (known.at(-1) as string);
    const added = {
      type: 'host-added' as const,
      host: 0,
      labels,
      class: 'server',
      group: null as string | null,
    };
    this.#tell({ type: 'clock', at: EPOCH });
    for (let host = 0; host < fleet.hosts; host++) {
      fleet.labelsOf(host, own);
      for (let i = 0; i < from.length; i++)
        if ((from[i] as number) >= 0) labels[i] = own[from[i] as number] as string;
      added.host = host;
      if (this.#tap !== null) added.labels = [...labels];
      added.class = fleet.kind[host] === SERVER ? server : laptop;
      const group = fleet.group[host] as number;
      added.group = group === 0 ? null : `group ${group}`;
      this.#tell(added);
      if (talks(host)) this.talking(host);
    }
    this.#tell({ type: 'release-started', release: RELEASE });
  }

  clock(time: number): void {
    this.#time = time;
    this.#tell({ type: 'clock', at: EPOCH + time });
  }

  talking(host: number): void {
    this.#presence.type = 'talking';
    this.#presence.host = host;
    this.#tell(this.#presence);
  }

  silent(host: number): void {
    this.#presence.type = 'silent';
    this.#presence.host = host;
    this.#tell(this.#presence);
  }

  goodbye(host: number): void {
    this.#presence.type = 'goodbye';
    this.#presence.host = host;
    this.#tell(this.#presence);
  }

  removed(host: number): void {
    this.#presence.type = 'host-removed';
    this.#presence.host = host;
    this.#tell(this.#presence);
  }

  deliver(host: number): boolean {
    const { run, hosts } = this.state;
    // The check that a server makes in the offer's transaction: same epoch, and the offer still stands.
    if (
      run === null ||
      run.status === 'halted' ||
      run.status === 'reverted' ||
      run.epoch !== this.#epoch ||
      hosts.phase[host] !== OFFERED
    )
      return false;
    this.#delivered.host = host;
    this.#tell(this.#delivered);
    return true;
  }

  loaded(host: number): void {
    this.#healthy.host = host;
    this.#healthy.after = 'load';
    this.#tell(this.#healthy);
  }

  soaked(host: number): void {
    this.#healthy.host = host;
    this.#healthy.after = 'soak';
    this.#tell(this.#healthy);
  }

  failed(host: number): void {
    this.#tell({ type: 'failed', host, release: RELEASE, kind: 'crash' });
  }

  keptOld(host: number): void {
    this.#tell({ type: 'download-failed', host, release: RELEASE, holds: '' });
  }

  reverted(host: number): void {
    this.#tell({ type: 'reverted', host, release: RELEASE });
  }

  /** Never: outages of sites are inferred from unexposed hosts. */
  quietUntil(): number {
    return 0;
  }

  takeOffers(): Uint32Array | null {
    return this.#offers.shift() ?? null;
  }

  takeReverts(): Uint32Array | null {
    return this.#reverts.shift() ?? null;
  }
}
