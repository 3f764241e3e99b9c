import { Calendar } from './calendar.ts';
import type { Fleet } from './fleet.ts';
import type { Policy } from './policy.ts';
import { makePresence, type Presence } from './presence.ts';
import { exponential, mix, uniform } from './random.ts';
import { type Scenario, victimTest } from './scenarios.ts';

const DAY = 86_400;
/** A run ends here at the latest. */
export const HORIZON: number = 14 * DAY;
const CLOCK = 60;

// What is true of a host, whatever the server knows.
const AWAKE = 1;
/** Bricked or reinstalled: never talks again. */
const DEAD = 2;
/** The server believes that it talks. */
const HEARD = 4;
const EXPOSED = 8;
const HARMED = 16;
/** Its trial is over, so its presence changes nothing any more. */
const CLOSED = 32;
/** Its next trial event waits until it is awake. */
const WAITING = 64;
const REVERTED = 128;

// What the presence slot holds, in bits 8 and 9: one word per host is one cache miss per event.
const EDGE = 3 << 8;
const SLEEP = 0 << 8;
const SILENT = 1 << 8;
const WAKE = 2 << 8;
// What the trial slot holds, in bits 10 to 12.
const TRIAL = 7 << 10;
const DELIVER = 0 << 10;
const PROVE = 1 << 10;
const FAULT = 2 << 10;
const SOAK = 3 << 10;
const STRAY_FAULT = 4 << 10;
const REINSTALL = 5 << 10;

export interface Outcome {
  readonly exposed: number;
  readonly harmed: number;
  readonly needHands: number;
  readonly haltAtS: number | null;
  readonly asked: number;
  readonly t50S: number | null;
  readonly t90S: number | null;
  readonly t99S: number | null;
  /** Harmed hosts by minute, cumulative, up to the last that changed. */
  readonly harmedByMinute: readonly (readonly [minute: number, harmed: number])[];
  readonly events: number;
}

export interface WorldOptions {
  /** Every host checks in every minute and the policy hears all of them; the outcome must not change. */
  readonly everyCheckIn?: boolean;
  /** Called about once per simulated hour. */
  readonly progress?: (hours: number, exposed: number) => void;
}

/** One fleet, one release, one policy, second by second. */
export class World {
  readonly #fleet: Fleet;
  readonly #policy: Policy;
  readonly #scenario: Scenario;
  readonly #options: WorldOptions;
  readonly #presence: Presence;
  readonly #victim: (host: number) => boolean;
  readonly #calendar: Calendar;
  readonly #flags: Uint16Array;
  readonly #deliveredAt: Int32Array;
  readonly #salt: number;
  readonly #siteUpAt: Int32Array;
  readonly #siteEvents = new Map<number, { site: number; what: 'down' | 'noticed' | 'up' }[]>();
  readonly #revertAt = new Map<number, Uint32Array[]>();
  readonly #exposedByMinute = new Map<number, number>();
  readonly #harmedByMinute = new Map<number, number>();
  #time = 0;
  #exposed = 0;
  #harmed = 0;
  #needHands = 0;
  #openTrials = 0;
  #events = 0;

  constructor(fleet: Fleet, policy: Policy, scenario: Scenario, options: WorldOptions = {}) {
    this.#fleet = fleet;
    this.#policy = policy;
    this.#scenario = scenario;
    this.#options = options;
    this.#presence = makePresence(fleet);
    this.#victim = victimTest(scenario, fleet);
    this.#calendar = new Calendar(fleet.hosts * 2, HORIZON);
    this.#flags = new Uint16Array(fleet.hosts);
    this.#deliveredAt = new Int32Array(fleet.hosts);
    this.#salt = mix(fleet.seed, 0x3317d);
    this.#siteUpAt = new Int32Array(fleet.sites);
  }

  run(): Outcome {
    this.#populate();
    const { outage } = this.#scenario;
    const slot = (s: number): void => {
      this.#events++;
      if (s & 1) this.#trialEvent(s >>> 1);
      else this.#edgeEvent(s >>> 1);
    };
    for (let time = 1; time <= HORIZON; time++) {
      this.#time = time;
      const sites = this.#siteEvents.get(time);
      const reverts = this.#revertAt.get(time);
      const minute = time % CLOCK === 0;
      const busy = this.#calendar.has(time) || sites !== undefined || reverts !== undefined;
      if (!busy && !minute) continue;
      if (outage === null || time < outage[0] || time >= outage[0] + outage[1]) {
        if (outage !== null && time === outage[0] + outage[1]) this.#reconcile(0, this.#fleet.hosts);
        this.#policy.clock(time);
        this.#obey();
      }
      if (sites !== undefined) this.#siteEvent(sites);
      if (busy) this.#calendar.drain(time, slot);
      if (reverts !== undefined) this.#applyReverts(time, reverts);
      if (minute) {
        if (this.#options.everyCheckIn === true) this.#checkInAll();
        if (time % 3600 === 0) this.#options.progress?.(time / 3600, this.#exposed);
        if (this.#isOver()) break;
      }
    }
    return this.#outcome();
  }

  #isOver(): boolean {
    if (this.#policy.haltedAt !== null)
      return this.#openTrials === 0 || this.#time > this.#policy.haltedAt + 2 * DAY;
    if (this.#policy.finished && this.#exposed >= this.#fleet.eligible * 0.99) return true;
    // Nobody is left who could still be exposed or fail.
    return this.#exposed >= this.#fleet.eligible * 0.995 && this.#openTrials === 0;
  }

  #populate(): void {
    const { hosts, spec, away } = this.#fleet;
    const t0 = spec.start;
    for (let host = 0; host < hosts; host++) {
      if (away[host] === 1) continue;
      if (this.#presence.awakeAtStart(host, t0)) {
        this.#flags[host] = AWAKE | HEARD;
        this.#putEdge(host, SLEEP, this.#presence.sleepsAt(host, t0) - t0);
      } else this.#putEdge(host, WAKE, this.#presence.firstWake(host, t0) - t0);
    }
    const perDay = spec.siteOutagesPerDay;
    for (let site = 0; site < this.#fleet.sites && perDay > 0; site++) {
      let at = 0;
      for (let i = 0; i < 100; i++) {
        at += 1 + Math.floor(exponential(DAY / perDay, this.#salt ^ 21, mix(site, i)));
        if (at > HORIZON) break;
        const until =
          at + 60 + Math.floor(exponential(spec.siteOutageSeconds, this.#salt ^ 22, mix(site, i)));
        this.#putSite(at, site, 'down');
        if (until > at + spec.silentAfter) this.#putSite(at + spec.silentAfter, site, 'noticed');
        this.#putSite(until, site, 'up');
        at = until;
      }
    }
    this.#policy.begin(this.#fleet, (host) => ((this.#flags[host] as number) & HEARD) !== 0);
    this.#obey();
  }

  #putSite(time: number, site: number, what: 'down' | 'noticed' | 'up'): void {
    const list = this.#siteEvents.get(time);
    if (list === undefined) this.#siteEvents.set(time, [{ site, what }]);
    else list.push({ site, what });
  }

  #putEdge(host: number, kind: number, time: number): void {
    this.#flags[host] = ((this.#flags[host] as number) & ~EDGE) | kind;
    this.#calendar.put(host * 2, time);
  }

  #putTrial(host: number, kind: number, time: number): void {
    this.#flags[host] = ((this.#flags[host] as number) & ~TRIAL) | kind;
    this.#calendar.put(host * 2 + 1, time);
  }

  /** How long until this host's next check-in. */
  #jitter(host: number, salt: number): number {
    return 1 + (mix(this.#salt ^ salt, mix(host, this.#time)) % this.#fleet.spec.checkIn);
  }

  #serverDown(): boolean {
    const { outage } = this.#scenario;
    return outage !== null && this.#time >= outage[0] && this.#time < outage[0] + outage[1];
  }

  /** When this host can reach the server again, or 0 if it can now. */
  #blockedUntil(host: number): number {
    const up = this.#siteUpAt[this.#fleet.siteOf(host)] as number;
    let until = up > this.#time ? up : 0;
    const { outage } = this.#scenario;
    if (outage !== null && this.#serverDown()) until = Math.max(until, outage[0] + outage[1]);
    return until;
  }

  #edgeEvent(host: number): void {
    const flags = this.#flags[host] as number;
    if (flags & CLOSED) return;
    const now = this.#time + this.#fleet.spec.start;
    const kind = flags & EDGE;
    if (flags & DEAD) {
      if (kind === SILENT && flags & HEARD && this.#blockedUntil(host) === 0) this.#lose(host);
      return;
    }
    if (!(flags & EXPOSED)) {
      const quiet = this.#policy.quietUntil();
      if (quiet > this.#time) {
        this.#skipAhead(host, kind, quiet);
        return;
      }
    }
    if (kind === SLEEP) {
      this.#flags[host] = flags & ~AWAKE;
      const wake = this.#presence.wakesAt(host, now) - this.#fleet.spec.start;
      const reachable = this.#blockedUntil(host) === 0;
      if (reachable && flags & HEARD && this.#presence.saysGoodbye(host, now)) {
        this.#flags[host] = flags & ~(AWAKE | HEARD);
        this.#policy.goodbye(host);
      } else if (wake - this.#time > this.#fleet.spec.silentAfter) {
        this.#putEdge(host, SILENT, this.#time + this.#fleet.spec.silentAfter);
        return;
      }
      this.#putEdge(host, WAKE, wake);
    } else if (kind === SILENT) {
      if (flags & HEARD && !this.#serverDown()) this.#lose(host);
      const slept = now - this.#fleet.spec.silentAfter;
      this.#putEdge(host, WAKE, this.#presence.wakesAt(host, slept) - this.#fleet.spec.start);
    } else {
      this.#flags[host] = flags | AWAKE;
      if (this.#blockedUntil(host) === 0) this.#hear(host);
      if (flags & WAITING) {
        this.#flags[host] = (this.#flags[host] as number) & ~WAITING;
        this.#calendar.put(host * 2 + 1, this.#time + this.#jitter(host, 31));
      }
      this.#putEdge(host, SLEEP, this.#presence.sleepsAt(host, now) - this.#fleet.spec.start);
    }
  }

  /** Goes through a host's naps and nights up to a time at once, while nobody looks. */
  #skipAhead(host: number, from: number, quiet: number): void {
    const { start } = this.#fleet.spec;
    const presence = this.#presence;
    // A nap that was just noticed began a little earlier.
    let time =
      from === SILENT
        ? presence.wakesAt(host, this.#time - this.#fleet.spec.silentAfter + start) - start
        : this.#time;
    let sleepsNext = from === SLEEP;
    while (time <= quiet) {
      time =
        (sleepsNext ? presence.wakesAt(host, time + start) : presence.sleepsAt(host, time + start)) - start;
      sleepsNext = !sleepsNext;
    }
    this.#flags[host] = sleepsNext
      ? (this.#flags[host] as number) | AWAKE
      : (this.#flags[host] as number) & ~AWAKE;
    if (sleepsNext) this.#hear(host);
    else if ((this.#flags[host] as number) & HEARD) this.#lose(host);
    this.#putEdge(host, sleepsNext ? SLEEP : WAKE, time);
  }

  #hear(host: number): void {
    const flags = this.#flags[host] as number;
    if (flags & HEARD) return;
    this.#flags[host] = flags | HEARD;
    this.#policy.talking(host);
  }

  #lose(host: number): void {
    this.#flags[host] = (this.#flags[host] as number) & ~HEARD;
    this.#policy.silent(host);
  }

  /** After an outage the server finds out who talks. */
  #reconcile(from: number, to: number): void {
    for (let host = from; host < to; host++) {
      const flags = this.#flags[host] as number;
      if (flags & CLOSED) continue;
      const talks = (flags & (AWAKE | DEAD)) === AWAKE;
      if (talks && !(flags & HEARD)) this.#hear(host);
      else if (!talks && flags & HEARD) this.#lose(host);
    }
  }

  #siteEvent(list: readonly { site: number; what: 'down' | 'noticed' | 'up' }[]): void {
    for (const { site, what } of list) {
      const [from, to] = this.#fleet.siteRange(site);
      if (what === 'down') {
        const up = this.#nextUp(site);
        this.#siteUpAt[site] = up;
      } else if (this.#serverDown()) continue;
      else if (what === 'up') this.#reconcile(from, to);
      else
        for (let host = from; host < to; host++)
          if (((this.#flags[host] as number) & (HEARD | CLOSED)) === HEARD) this.#lose(host);
    }
  }

  #nextUp(site: number): number {
    let best = HORIZON + 1;
    for (const [time, list] of this.#siteEvents) {
      if (time > this.#time && time < best && list.some((e) => e.site === site && e.what === 'up'))
        best = time;
    }
    return best;
  }

  #obey(): void {
    for (let offers = this.#policy.takeOffers(); offers !== null; offers = this.#policy.takeOffers()) {
      for (const host of offers) this.#putTrial(host, DELIVER, this.#time + this.#jitter(host, 32));
    }
    for (let reverts = this.#policy.takeReverts(); reverts !== null; reverts = this.#policy.takeReverts()) {
      const at = this.#time + this.#fleet.spec.checkIn;
      this.#revertAt.set(at, [...(this.#revertAt.get(at) ?? []), reverts]);
    }
  }

  #trialEvent(host: number): void {
    const flags = this.#flags[host] as number;
    if (flags & (DEAD | REVERTED | CLOSED)) return;
    const kind = flags & TRIAL;
    if (!(flags & AWAKE)) {
      // An offer is not waiting for a host that sleeps: it expires, and the policy offers again.
      if (kind !== DELIVER) this.#flags[host] = flags | WAITING;
      return;
    }
    const blocked = kind === FAULT && this.#scenario.kind === 'boot-loop' ? 0 : this.#blockedUntil(host);
    if (blocked > 0) {
      if (kind !== DELIVER) this.#putTrial(host, kind, blocked + this.#jitter(host, 33));
      return;
    }
    switch (kind) {
      case DELIVER:
        this.#deliver(host);
        break;
      case PROVE:
        this.#policy.loaded(host);
        this.#afterLoad(host);
        break;
      case FAULT:
        this.#harm(host);
        break;
      case SOAK:
        this.#policy.soaked(host);
        this.#flags[host] = flags | CLOSED;
        this.#openTrials--;
        break;
      case STRAY_FAULT:
        this.#policy.failed(host);
        this.#flags[host] = flags | CLOSED;
        this.#openTrials--;
        break;
      default:
        this.#policy.removed(host);
        this.#flags[host] = flags | DEAD;
        this.#openTrials--;
    }
  }

  #deliver(host: number): void {
    if (!this.#policy.deliver(host)) return;
    const { spec } = this.#fleet;
    const load = spec.loadFrom + (mix(this.#salt ^ 34, host) % (spec.loadTo - spec.loadFrom + 1));
    if (uniform(this.#salt ^ 35, host) < spec.downloadFails) {
      this.#policy.keptOld(host);
      return;
    }
    this.#flags[host] = (this.#flags[host] as number) | EXPOSED;
    this.#deliveredAt[host] = this.#time;
    this.#exposed++;
    this.#openTrials++;
    count(this.#exposedByMinute, Math.ceil(this.#time / 60), 1);
    const harmless = !this.#victim(host);
    this.#putTrial(host, !harmless && this.#scenario.onset === 0 ? FAULT : PROVE, this.#time + load);
  }

  #afterLoad(host: number): void {
    const { spec } = this.#fleet;
    const soakAt = (this.#deliveredAt[host] as number) + this.#policy.soak;
    if (this.#scenario.onset > 0 && this.#victim(host)) {
      this.#putTrial(host, FAULT, (this.#deliveredAt[host] as number) + this.#scenario.onset);
    } else {
      const u = uniform(this.#salt ^ 36, host);
      const when = this.#time + 1 + Math.floor(uniform(this.#salt ^ 37, host) * this.#policy.soak);
      if (u < spec.background) this.#putTrial(host, STRAY_FAULT, when);
      else if (u < spec.background + spec.reinstalls) this.#putTrial(host, REINSTALL, when);
      else this.#putTrial(host, SOAK, soakAt + this.#jitter(host, 38));
    }
  }

  #harm(host: number): void {
    const loops = this.#scenario.kind === 'boot-loop';
    this.#flags[host] = (this.#flags[host] as number) | HARMED | (loops ? DEAD : CLOSED);
    this.#harmed++;
    this.#openTrials--;
    count(this.#harmedByMinute, Math.ceil(this.#time / 60), 1);
    if (!loops) {
      this.#policy.failed(host);
      return;
    }
    this.#needHands++;
    // The presence slot still holds its next sleep: the server's notice comes by a site-independent list.
    this.#noticeAt(host, this.#time + this.#fleet.spec.silentAfter);
  }

  readonly #notices = new Map<number, number[]>();

  #noticeAt(host: number, time: number): void {
    const list = this.#notices.get(time);
    if (list === undefined) {
      this.#notices.set(time, [host]);
      this.#revertAt.set(time, this.#revertAt.get(time) ?? []);
    } else list.push(host);
  }

  #applyReverts(time: number, lists: readonly Uint32Array[]): void {
    for (const hosts of lists) {
      for (const host of hosts) {
        const flags = this.#flags[host] as number;
        if ((flags & (AWAKE | DEAD | REVERTED)) !== AWAKE || this.#blockedUntil(host) > 0) continue;
        if (flags & EXPOSED && !(flags & CLOSED)) this.#openTrials--;
        this.#flags[host] = flags | REVERTED;
        this.#policy.reverted(host);
      }
    }
    for (const host of this.#notices.get(time) ?? [])
      if ((this.#flags[host] as number) & HEARD && !this.#serverDown()) this.#lose(host);
    this.#notices.delete(time);
    this.#revertAt.delete(time);
  }

  #checkInAll(): void {
    if (this.#serverDown()) return;
    for (let host = 0; host < this.#fleet.hosts; host++) {
      if (((this.#flags[host] as number) & (HEARD | AWAKE | CLOSED)) === (HEARD | AWAKE))
        this.#policy.talking(host);
    }
  }

  #outcome(): Outcome {
    const { eligible } = this.#fleet;
    const minutes = [...this.#exposedByMinute].sort((a, b) => a[0] - b[0]);
    const reach = (share: number): number | null => {
      let sum = 0;
      for (const [minute, n] of minutes) {
        sum += n;
        if (sum >= share * eligible) return minute * 60;
      }
      return null;
    };
    let harmed = 0;
    const harmedByMinute = [...this.#harmedByMinute]
      .sort((a, b) => a[0] - b[0])
      .map(([minute, n]) => [minute, (harmed += n)] as const);
    return {
      exposed: this.#exposed,
      harmed: this.#harmed,
      needHands: this.#needHands,
      haltAtS: this.#policy.haltedAt,
      asked: this.#policy.asked,
      t50S: reach(0.5),
      t90S: reach(0.9),
      t99S: reach(0.99),
      harmedByMinute,
      events: this.#events,
    };
  }
}

function count(map: Map<number, number>, key: number, by: number): void {
  map.set(key, (map.get(key) ?? 0) + by);
}
