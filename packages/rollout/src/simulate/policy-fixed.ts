import { secretOrder } from '../decide/order.ts';
import type { Fleet } from './fleet.ts';
import type { Policy } from './policy.ts';

const TALKS = 1;
const EXPOSED = 2;
const LOADED = 4;
const COUNTED = 8;
const GONE = 16;
const FIRST_PROOF = 300;
const LOAD_PROOF = 1800;

/** How the fixed policies differ. */
export interface FixedOptions {
  readonly name: 'all-at-once' | 'fixed' | 'fixed-timeout';
  /** Shares of the fleet at which a stage ends. */
  readonly stages: readonly number[];
  readonly soak: number;
  /** Halts at this share of failures among those that reported, or never. */
  readonly haltAt: number | null;
  /** Whether a host that is silent counts as reported and failed. */
  readonly silenceCounts: boolean;
}

export const ALL_AT_ONCE: FixedOptions = {
  name: 'all-at-once',
  stages: [1],
  soak: 0,
  haltAt: null,
  silenceCounts: false,
};
export const FIXED: FixedOptions = {
  name: 'fixed',
  stages: [0.01, 0.1, 0.5, 1],
  soak: 86_400,
  haltAt: 0.05,
  silenceCounts: false,
};
export const FIXED_TIMEOUT: FixedOptions = { ...FIXED, name: 'fixed-timeout', silenceCounts: true };

/**
 * Stages of a fixed share, as most tools have them: a stage is offered to whoever talks, in a random order, and
 * the next begins after the soak unless too large a share of the reports are failures.
 */
export class FixedPolicy implements Policy {
  readonly name: string;
  readonly soak: number;
  haltedAt: number | null = null;
  readonly asked = 0;
  finished = false;
  readonly #options: FixedOptions;
  #flags: Uint8Array = new Uint8Array(0);
  #fleet: Fleet | null = null;
  #stage = -1;
  #stageAt = 0;
  #target = 0;
  #offered = 0;
  #reported = 0;
  #failed = 0;
  #silentLoaded = 0;
  #time = 0;
  #offers: number[] = [];
  #bulk: Uint32Array[] = [];
  /** Deliveries whose first proof is due, in order of time. */
  readonly #due: { at: number; hosts: number[] }[] = [];

  constructor(options: FixedOptions) {
    this.#options = options;
    this.name = options.name;
    this.soak = options.soak;
  }

  begin(fleet: Fleet, talks: (host: number) => boolean): void {
    this.#fleet = fleet;
    this.#flags = new Uint8Array(fleet.hosts);
    for (let host = 0; host < fleet.hosts; host++) if (talks(host)) this.#flags[host] = TALKS;
    this.#nextStage(0);
  }

  #nextStage(time: number): void {
    const fleet = this.#fleet as Fleet;
    this.#stage++;
    this.#stageAt = time;
    const last = this.#stage === this.#options.stages.length - 1;
    this.#target = last
      ? fleet.hosts
      : Math.max(1, Math.floor((this.#options.stages[this.#stage] as number) * fleet.hosts));
    const order = secretOrder('fixed', String(fleet.seed), fleet.hosts);
    const picked = new Uint32Array(this.#target - this.#offered);
    let count = 0;
    for (let i = 0; i < order.domain && count < picked.length; i++) {
      const host = order.hostAt(i);
      if (host < fleet.hosts && ((this.#flags[host] as number) & (TALKS | EXPOSED)) === TALKS) {
        this.#flags[host] = (this.#flags[host] as number) | EXPOSED;
        picked[count++] = host;
      }
    }
    this.#offered += count;
    if (count > 0) this.#bulk.push(picked.subarray(0, count));
  }

  clock(time: number): void {
    this.#time = time;
    if (this.haltedAt !== null) return;
    const flags = this.#flags;
    while (this.#due.length > 0 && (this.#due[0] as { at: number }).at <= time) {
      for (const host of (this.#due.shift() as { hosts: number[] }).hosts) {
        const f = flags[host] as number;
        if (f & (LOADED | COUNTED | GONE)) continue;
        flags[host] = f | COUNTED;
        this.#reported++;
        this.#failed++;
      }
    }
    const soaked = time >= this.#stageAt + Math.max(this.#options.soak, LOAD_PROOF);
    const silent = this.#options.silenceCounts && soaked ? this.#silentLoaded : 0;
    const { haltAt } = this.#options;
    if (haltAt !== null && this.#reported > 0 && this.#failed + silent > haltAt * this.#reported) {
      this.haltedAt = time;
      this.#offers = [];
      this.#bulk = [];
      return;
    }
    if (soaked && this.#stage < this.#options.stages.length - 1) this.#nextStage(time);
  }

  talking(host: number): void {
    const f = this.#flags[host] as number;
    if (f & TALKS) return;
    if (f & LOADED && !(f & (GONE | COUNTED))) this.#silentLoaded--;
    this.#flags[host] = (f | TALKS) & ~GONE;
    if (!(f & EXPOSED) && this.haltedAt === null && this.#offered < this.#target) {
      this.#flags[host] = (this.#flags[host] as number) | EXPOSED;
      this.#offered++;
      this.#offers.push(host);
    }
  }

  silent(host: number): void {
    const f = this.#flags[host] as number;
    if (!(f & TALKS)) return;
    this.#flags[host] = f & ~TALKS;
    if (f & LOADED && !(f & COUNTED)) this.#silentLoaded++;
  }

  goodbye(host: number): void {
    this.#flags[host] = ((this.#flags[host] as number) & ~TALKS) | GONE;
  }

  deliver(host: number): boolean {
    if (this.haltedAt !== null) return false;
    if (this.#options.silenceCounts) {
      const at = this.#time + FIRST_PROOF;
      const last = this.#due.at(-1);
      if (last !== undefined && last.at === at) last.hosts.push(host);
      else this.#due.push({ at, hosts: [host] });
    }
    return true;
  }

  loaded(host: number): void {
    const f = this.#flags[host] as number;
    if (f & (LOADED | COUNTED)) return;
    this.#flags[host] = f | LOADED;
    this.#reported++;
  }

  soaked(): void {}

  failed(host: number): void {
    const f = this.#flags[host] as number;
    if (f & COUNTED) return;
    if (!(f & LOADED)) this.#reported++;
    this.#flags[host] = f | COUNTED | LOADED;
    this.#failed++;
  }

  keptOld(): void {}
  removed(): void {}
  reverted(): void {}

  quietUntil(): number {
    const soaking = this.#offered >= this.#target && this.#stage < this.#options.stages.length - 1;
    return soaking || this.haltedAt !== null ? this.#stageAt + this.#options.soak : 0;
  }

  takeOffers(): Uint32Array | null {
    const bulk = this.#bulk.shift();
    if (bulk !== undefined) return bulk;
    if (this.#offers.length === 0) return null;
    const some = Uint32Array.from(this.#offers);
    this.#offers = [];
    return some;
  }

  takeReverts(): Uint32Array | null {
    return null;
  }
}
