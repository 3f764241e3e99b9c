/**
 * A small fleet that a random script plays with, and an independent book of what must be true. It takes the library
 * as a parameter, so that the same checks run against versions of it in which one protection is switched off.
 */
import type * as Library from '../src/index.ts';
import type { Decision, PlanInput, RolloutEvent, RolloutState } from '../src/index.ts';

export type Lib = typeof Library;

/** One move of the script; the numbers choose among what is possible at that time. */
export interface Move {
  readonly kind:
    | 'tick'
    | 'jump'
    | 'sleep'
    | 'goodbye'
    | 'wake'
    | 'duplicate'
    | 'swap'
    | 'restart'
    | 'relabel'
    | 'remove'
    | 'add'
    | 'human'
    | 'late-failure'
    | 'late-proof'
    | 'refuse';
  readonly a: number;
  readonly b: number;
}

export interface Setup {
  readonly hosts: number;
  /** Share of hosts that fail when they load the release, and whether they can say so. */
  readonly faulty: number;
  readonly silent: boolean;
  /** Only hosts of this os fail; −1 for all. */
  readonly faultyOs: number;
  readonly seed: number;
  readonly plan?: Partial<PlanInput>;
  readonly humans: boolean;
}

export class Violation extends Error {}

const RELEASE = 'r1';
const OS = 4;
const SITES = 3;
const LOAD_PROOF = 1800;
const SOAK = 7200;
const GAP = 1200;
const FIRST_PROOF = 300;
const ABSENT = 900;
const ALPHA = 0.001;
const P0 = 0.002;
const MAX_REPLACEMENT_SHARE = 0.35;

type Truth =
  | 'none'
  | 'offered'
  | 'delivered'
  | 'loaded'
  | 'healthy'
  | 'failed'
  | 'presumed'
  | 'kept'
  | 'absent';

interface Host {
  readonly labels: [string, string];
  os: number;
  group: number;
  talking: boolean;
  removed: boolean;
  dead: boolean;
  gone: boolean;
  truth: Truth;
  offeredAt: number;
  deliveredAt: number;
  /** From when its deadline counts. */
  since: number;
  /** Times the trial goes on by itself. */
  deliverAt: number;
  proveAt: number;
  soakAt: number;
  expired: boolean;
}

/** The same formula, written the long way. */
export function textbookE(n: number, S: number, p0: number): number {
  const q: number[] = [];
  for (let k = 1; p0 * 2 ** k < 0.5; k++) q.push(p0 * 2 ** k);
  q.push(0.5, 0.9, 0.999);
  let sum = 0;
  for (const x of q) sum += (x / p0) ** S * ((1 - x) / (1 - p0)) ** (n - S);
  return sum / q.length;
}

export class Play {
  readonly lib: Lib;
  readonly setup: Setup;
  readonly hosts: Host[] = [];
  readonly log: RolloutEvent[] = [];
  state: RolloutState;
  now = 1_000_000;
  readonly planInput: PlanInput;
  halted = false;
  asked = 0;
  halts = 0;
  complete = false;
  stage = 0;
  reverted = false;
  excludedOs = new Set<number>();
  lastEvents: RolloutEvent[] = [];
  #batch: number[] = [];
  #batchAt = 0;
  #lane: 'standard' | 'emergency' = 'standard';
  #hurried = false;
  #random: number;
  #pausedBy = false;
  #lastDelivery = 0;

  constructor(lib: Lib, setup: Setup) {
    this.lib = lib;
    this.setup = setup;
    this.#random = setup.seed >>> 0;
    this.planInput = {
      seed: `a seed for the tests ${setup.seed}`,
      labels: ['os', 'site'],
      // Outages of sites have tests of their own.
      siteLabel: null,
      classes: { server: { gap: GAP } },
      stages: [5, 40, '50%', 'all'],
      lanes: { standard: { loadProof: LOAD_PROOF, soak: SOAK }, emergency: { loadProof: 600, soak: 0 } },
      ramp: { failures: 5, until: 40 },
      hold: 3600,
      ...setup.plan,
    };
    this.#lane = this.planInput.lane ?? 'standard';
    this.state = lib.createState(lib.createPlan(this.planInput));
    this.tell({ type: 'clock', at: this.now });
    for (let i = 0; i < setup.hosts; i++) this.#add();
    this.tell({ type: 'release-started', release: RELEASE });
  }

  random(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return this.#random / 4294967296;
  }

  #add(newOs: number | null = null): void {
    const i = this.hosts.length;
    const os = newOs ?? Math.floor(this.random() ** 2 * OS);
    const host: Host = {
      labels: [`os ${os}`, `site ${i % SITES}`],
      os,
      group: i % 5 === 0 ? 1 + (Math.floor(i / 5) % 4) : 0,
      talking: true,
      removed: false,
      dead: false,
      gone: false,
      truth: 'none',
      offeredAt: 0,
      deliveredAt: 0,
      since: 0,
      deliverAt: 0,
      proveAt: 0,
      soakAt: 0,
      expired: false,
    };
    this.hosts.push(host);
    this.tell({
      type: 'host-added',
      host: i,
      labels: [...host.labels],
      class: 'server',
      group: host.group === 0 ? null : `g${host.group}`,
    });
    this.tell({ type: 'talking', host: i });
  }

  /** Tells the library, keeps the log, and books every decision. */
  tell(event: RolloutEvent): void {
    this.log.push(event);
    this.lastEvents.push(event);
    if (this.lastEvents.length > 6) this.lastEvents.shift();
    const decisions = this.lib.step(this.state, event);
    for (const decision of decisions) this.#book(decision);
    if (this.hosts.length > 0) this.#checkEvidence();
  }

  fail(what: string): never {
    throw new Violation(`${what} (at ${this.now - 1_000_000} s)`);
  }

  /** The release's own counts, from the book. */
  counts(): { n: number; S: number; unresolved: number; healthy: number } {
    let [n, S, unresolved, healthy] = [0, 0, 0, 0];
    for (const h of this.hosts) {
      if (this.excludedOs.has(h.os)) continue;
      if (h.truth === 'none' || h.truth === 'kept' || h.truth === 'absent') continue;
      n++;
      if (h.truth === 'failed' || h.truth === 'presumed') S++;
      if (h.truth === 'offered' || h.truth === 'delivered') unresolved++;
      if (h.truth === 'healthy') healthy++;
    }
    return { n, S, unresolved, healthy };
  }

  #checkEvidence(): void {
    const status = this.lib.statusOf(this.state);
    if (status === null) return;
    const { n, S } = this.counts();
    if (status.exposed !== n || status.failed !== S)
      this.fail(`the state counts ${status.failed} of ${status.exposed} failed, the book ${S} of ${n}`);
    let strata = 0;
    let values = 0;
    for (const pick of [(h: Host) => h.labels[0], (h: Host) => h.labels[1]]) {
      const by = new Map<string, [number, number]>();
      for (const h of this.hosts) {
        const cell = by.get(pick(h)) ?? [0, 0];
        by.set(pick(h), cell);
        if (this.excludedOs.has(h.os) || h.truth === 'none' || h.truth === 'kept' || h.truth === 'absent')
          continue;
        cell[0]++;
        if (h.truth === 'failed' || h.truth === 'presumed') cell[1]++;
      }
      for (const [a, b] of by.values()) {
        strata += textbookE(a, b, P0);
        values++;
      }
    }
    const E = 0.5 * textbookE(n, S, P0) + (0.5 / values) * strata;
    // Hosts that joined during the release may bring label values without weight: only a clear case is one.
    if (E > 1.02 / ALPHA && S > 0 && !this.halted && !this.reverted && this.#crossedNow())
      this.fail(`evidence ${E.toFixed(0)} of ${1 / ALPHA} and no halt`);
  }

  /** After an approval the next failure halts again; between them the evidence stands above the threshold. */
  #crossedNow(): boolean {
    const last = this.lastEvents.at(-1);
    return this.halts === 0 || last?.type === 'failed';
  }

  #book(d: Decision): void {
    if (d.type === 'halt') {
      this.halted = true;
      this.halts++;
    } else if (d.type === 'ask') this.asked++;
    else if (d.type === 'promote') this.#bookPromote(d.to);
    else if (d.type === 'offer') this.#bookOffer(d);
    else if (d.type === 'revert') {
      for (const host of d.hosts)
        if (!this.#exposed(this.hosts[host] as Host)) this.fail('reverts a host that was never exposed');
    }
    this.log.push({ type: 'acknowledged', release: d.release, epoch: d.epoch, sequence: d.sequence });
    this.lib.step(this.state, {
      type: 'acknowledged',
      release: d.release,
      epoch: d.epoch,
      sequence: d.sequence,
    });
  }

  #exposed(h: Host): boolean {
    return h.truth !== 'none' && h.truth !== 'kept' && h.truth !== 'absent';
  }

  #bookPromote(to: number | 'complete'): void {
    if (to === 'complete') {
      this.complete = true;
      return;
    }
    if (to !== this.stage + 1) {
      // A stage not larger than the one before is dropped; this plan has none for these fleets.
      this.fail(`stage ${to} after ${this.stage}`);
    }
    if (this.#lane === 'standard' && !this.#hurried) {
      if (this.now < this.#lastDelivery + SOAK) this.fail('a stage was left before its soak was over');
      const { n, S, healthy } = this.counts();
      if ((healthy + S) * 100 < 79 * n) this.fail(`a stage was left with ${healthy + S} of ${n} proved`);
    }
    this.#hurried = false;
    this.stage = to;
  }

  #bookOffer(d: Extract<Decision, { type: 'offer' }>): void {
    if (this.halted) this.fail('an offer after a halt');
    if (this.reverted) this.fail('an offer after a revert');
    if (this.#pausedBy) this.fail('an offer while paused');
    const before = this.counts();
    for (const i of this.#batch) {
      const h = this.hosts[i] as Host;
      if (this.excludedOs.has(h.os)) continue;
      const open = (h.truth === 'offered' || h.truth === 'delivered') && !h.gone;
      if (open) this.fail('an offer before the batch was resolved');
    }
    const loadProof = this.#lane === 'standard' ? LOAD_PROOF : 600;
    if (this.#batch.length > 0 && before.n > 0 && this.now < this.#batchAt + loadProof)
      this.fail('an offer before the load proof was over');
    if (d.stage !== this.stage) this.fail(`an offer of stage ${d.stage} in stage ${this.stage}`);
    const eligible = this.hosts.filter((h) => !h.removed && !this.excludedOs.has(h.os)).length;
    const second = this.planInput.stages?.[1] as number;
    const ends = [
      Math.min(5, Math.max(1, Math.floor(eligible / 2))),
      Math.min(second, eligible - 1),
      Math.floor(eligible / 2),
      this.hosts.length,
    ];
    const end = Math.max(...ends.slice(0, this.stage + 1));
    const size = d.hosts.length;
    // Absent hosts may be replaced, a stated part of a stage at most.
    const most = this.stage === ends.length - 1 ? end : end + Math.ceil(before.n * MAX_REPLACEMENT_SHARE);
    if (before.n + size > most)
      this.fail(`stage ${this.stage} ends at ${end}, an offer makes it ${before.n + size}`);
    const resolved = before.n - this.#unresolved();
    const upper = this.lib.upperBound(resolved, Math.min(before.S, resolved));
    if (resolved < (this.planInput.ramp?.until ?? 40) * 0.97) {
      const bound = before.n === 0 ? 10 : Math.floor(5 / upper);
      if (size + this.#unresolved() > Math.max(bound, this.#unresolved()))
        this.fail(`ramp: a batch of ${size} with ${this.#unresolved()} unresolved, the bound is ${bound}`);
    } else if (this.#unresolved() + size > 4 * resolved)
      this.fail(`wave: a batch of ${size} on ${resolved} resolved`);
    this.#checkBudget(before, size, upper);
    this.#checkHosts(d.hosts);
    for (const i of d.hosts) {
      const h = this.hosts[i] as Host;
      h.truth = 'offered';
      h.offeredAt = h.since = this.now;
      h.expired = false;
      // Some hosts are slow to take their offer, a few never do.
      h.deliverAt = this.now + 1 + Math.floor(this.random() * (this.random() < 0.1 ? 1100 : 60));
    }
    this.#batch = [...d.hosts];
    this.#batchAt = this.#lastDelivery = this.now;
    this.#hurried = false;
  }

  #checkBudget(before: { n: number; S: number }, size: number, upper: number): void {
    const budget = this.planInput.budget;
    if (typeof budget !== 'number') return;
    const cost =
      Math.max(0, before.S - P0 * before.n) + Math.max(0, upper - P0) * (this.#unresolved() + size);
    if (cost > budget * (1 + this.asked))
      this.fail(`budget: an offer could cost ${cost.toFixed(1)} of ${budget}`);
  }

  /** Offered or delivered, without those that have been gone for long (they are replaced). */
  #unresolved(): number {
    return this.lib.statusOf(this.state) === null
      ? 0
      : this.hosts.filter(
          (h) =>
            !this.excludedOs.has(h.os) &&
            (h.truth === 'offered' || h.truth === 'delivered') &&
            !(h.gone && this.now >= h.since + ABSENT),
        ).length;
  }

  #checkHosts(list: Uint32Array): void {
    const seen = new Set<number>();
    const newOs = new Map<string, number>();
    const groups = new Map<number, number>();
    for (const i of list) {
      const h = this.hosts[i];
      if (h === undefined) this.fail('offers a host that does not exist');
      if (seen.has(i)) this.fail('a host twice in one offer');
      seen.add(i);
      if (h.truth !== 'none' && h.truth !== 'absent') this.fail(`a host is offered twice (${h.truth})`);
      if (!h.talking || h.removed) this.fail('an offer to a host that does not talk');
      if (this.excludedOs.has(h.os)) this.fail('an offer to an excluded label value');
      for (const label of h.labels) newOs.set(label, (newOs.get(label) ?? 0) + 1);
      if (h.group > 0) groups.set(h.group, (groups.get(h.group) ?? 0) + 1);
    }
    if (this.stage > 0) {
      for (const [label, count] of newOs) {
        const proved = this.hosts.some(
          (h) => h.labels.includes(label) && (h.truth === 'loaded' || h.truth === 'healthy'),
        );
        if (!proved && count > 5) this.fail(`${count} hosts from ${label}, which has no healthy host yet`);
      }
    }
    for (const [group, count] of groups) {
      const members = this.hosts.filter((h) => h.group === group && !h.removed);
      const busy = this.hosts.filter(
        (h) => h.group === group && ['offered', 'delivered', 'failed', 'presumed'].includes(h.truth),
      ).length;
      if (busy + count > Math.max(1, Math.floor(members.length / 10)))
        this.fail(`group ${group}: ${busy + count} of ${members.length} at once`);
    }
  }

  /** One interval: what hosts do by themselves, then the clock. */
  tick(seconds = 60): void {
    this.#flow();
    this.now += seconds;
    const gap = seconds > 180;
    if (gap) {
      // The server was away: every deadline moves, and hosts report afterwards.
      for (const h of this.hosts) {
        if (h.since > 0) h.since += seconds;
        if (h.deliverAt > 0) h.deliverAt += seconds;
      }
      this.#lastDelivery += seconds;
      this.#batchAt += seconds;
    }
    // What is due by now, the book knows before the state is told the time.
    for (const h of this.hosts) this.#expire(h);
    this.tell({ type: 'clock', at: this.now });
    for (let i = 0; i < this.hosts.length; i++) this.#checkSilence(i);
  }

  #expire(h: Host): void {
    if (h.truth === 'offered' && this.now >= h.since + ABSENT) {
      h.truth = 'absent';
      return;
    }
    if (h.gone) return;
    if (h.truth === 'delivered' && this.now >= h.since + FIRST_PROOF) this.#presume(h);
    else if (h.truth === 'loaded' && this.now >= h.since + SOAK + GAP) this.#presume(h);
  }

  #presume(h: Host): void {
    h.truth = 'presumed';
  }

  #checkSilence(i: number): void {
    const h = this.hosts[i] as Host;
    const phase = this.lib.standingOf(this.state, i)?.phase;
    if (h.truth === 'presumed' && phase !== 'presumed failed')
      this.fail(`host ${i} was silent past its deadline and is "${phase}"`);
    if (h.truth !== 'presumed' && phase === 'presumed failed')
      this.fail(`host ${i} is presumed failed and was ${h.truth}`);
  }

  #flow(): void {
    for (let i = 0; i < this.hosts.length; i++) {
      const h = this.hosts[i] as Host;
      if (!h.talking || h.dead) continue;
      if (h.truth === 'offered' && this.now >= h.deliverAt && !this.halted && !this.reverted) this.deliver(i);
      else if (h.truth === 'delivered' && this.now >= h.proveAt) this.#load(i);
      else if (h.truth === 'loaded' && this.now >= h.soakAt) this.#soak(i);
    }
  }

  deliver(i: number): void {
    const h = this.hosts[i] as Host;
    h.truth = 'delivered';
    h.deliveredAt = h.since = this.now;
    h.proveAt = this.now + 30 + Math.floor(this.random() * 180);
    h.soakAt = this.now + SOAK + 60;
    this.#lastDelivery = this.now;
    this.tell({ type: 'delivered', host: i, release: RELEASE });
  }

  #faulty(i: number): boolean {
    const h = this.hosts[i] as Host;
    if (this.setup.faultyOs >= 0 && h.os !== this.setup.faultyOs) return false;
    return ((Math.imul(i + 1, 2654435761) ^ this.setup.seed) >>> 0) / 4294967296 < this.setup.faulty;
  }

  #load(i: number): void {
    const h = this.hosts[i] as Host;
    if (this.#faulty(i)) {
      if (this.setup.silent) {
        h.dead = true;
        h.talking = false;
        this.tell({ type: 'silent', host: i });
        return;
      }
      this.#fault(i);
      return;
    }
    h.truth = 'loaded';
    this.tell({ type: 'healthy', host: i, release: RELEASE, after: 'load' });
  }

  #fault(i: number): void {
    (this.hosts[i] as Host).truth = 'failed';
    this.tell({ type: 'failed', host: i, release: RELEASE, kind: 'crash' });
  }

  #soak(i: number): void {
    (this.hosts[i] as Host).truth = 'healthy';
    this.tell({ type: 'healthy', host: i, release: RELEASE, after: 'soak' });
  }

  #pick(a: number, test: (h: Host) => boolean): number {
    const from = a % Math.max(1, this.hosts.length);
    for (let k = 0; k < this.hosts.length; k++) {
      const i = (from + k) % this.hosts.length;
      if (test(this.hosts[i] as Host)) return i;
    }
    return -1;
  }

  move({ kind, a, b }: Move): void {
    switch (kind) {
      case 'tick':
        for (let i = 0; i <= a % 30; i++) this.tick();
        break;
      case 'jump':
        this.tick(240 + (a % 7200));
        break;
      case 'sleep': {
        for (let k = 0; k < 1 + (b % 30); k++) {
          const i = this.#pick(a + k, (h) => h.talking && h.truth === 'none');
          if (i < 0) break;
          (this.hosts[i] as Host).talking = false;
          this.tell({ type: 'silent', host: i });
        }
        break;
      }
      case 'goodbye': {
        // Of two minds: anybody, or one whose trial is open.
        const i = this.#pick(
          a,
          (h) =>
            h.talking &&
            !h.gone &&
            !h.removed &&
            (b % 2 === 0 || h.truth === 'delivered' || h.truth === 'loaded'),
        );
        if (i >= 0) this.#sayGoodbye(i);
        break;
      }
      case 'wake': {
        for (let k = 0; k < 1 + (b % 10); k++) {
          const i = this.#pick(a + k, (h) => !h.talking && !h.dead && !h.removed);
          if (i >= 0) this.#wake(i);
        }
        break;
      }
      case 'duplicate': {
        const event = this.lastEvents[a % Math.max(1, this.lastEvents.length)];
        // A late duplicate of presence is news, not a duplicate; everything else must change nothing.
        if (
          event !== undefined &&
          ![
            'talking',
            'silent',
            'goodbye',
            'clock',
            'resume',
            'pause',
            'promote',
            'approve',
            'lane',
            'host-added',
            'host-removed',
            'host-relabelled',
            'revert',
          ].includes(event.type)
        )
          this.tell(event);
        break;
      }
      case 'swap': {
        // A proof overtakes the report of the delivery.
        const i = this.#pick(a, (h) => h.truth === 'offered' && h.talking && !this.halted && !this.reverted);
        if (i >= 0 && !this.#faulty(i)) {
          const h = this.hosts[i] as Host;
          h.deliveredAt = h.since = this.now;
          h.soakAt = this.now + SOAK + 60;
          h.truth = 'loaded';
          this.#lastDelivery = this.now;
          this.tell({ type: 'healthy', host: i, release: RELEASE, after: 'load' });
          this.tell({ type: 'delivered', host: i, release: RELEASE });
        }
        break;
      }
      case 'restart':
        this.#restart();
        break;
      case 'relabel': {
        const i = this.#pick(a, (h) => this.#exposed(h));
        // During a trial it waits: nothing may change now.
        if (i >= 0)
          this.tell({
            type: 'host-relabelled',
            host: i,
            labels: [`os ${b % OS}`, `site ${b % SITES}`],
            class: 'server',
          });
        break;
      }
      case 'remove': {
        const i = this.#pick(a, (h) => h.truth === 'none' && !h.removed && h.group === 0);
        if (i >= 0 && this.hosts.filter((h) => !h.removed).length > 100) {
          const h = this.hosts[i] as Host;
          h.removed = true;
          h.talking = false;
          this.tell({ type: 'host-removed', host: i });
        }
        break;
      }
      case 'add':
        // Now and then a site with a system that nobody has yet.
        for (let i = 0; i < (b % 3 === 0 ? 12 : 1) && this.hosts.length < 400; i++)
          this.#add(b % 3 === 0 ? OS + 1 : null);
        break;
      case 'refuse': {
        const i = this.#pick(a, (h) => h.truth === 'delivered' && h.talking);
        if (i >= 0) {
          if (b % 2 === 0) {
            (this.hosts[i] as Host).truth = 'kept';
            this.tell({ type: 'refused', host: i, release: RELEASE, holds: '' });
          } else {
            // Without a proof of the old content nothing changes.
            this.tell({ type: 'download-failed', host: i, release: RELEASE });
          }
        }
        break;
      }
      case 'late-failure': {
        if (!this.setup.humans) break;
        const i = this.#pick(a, (h) => h.truth === 'loaded' || h.truth === 'healthy');
        if (i >= 0) this.#fault(i);
        break;
      }
      case 'late-proof': {
        // A host that was given up comes back and says that it is well: it stays counted.
        const i = this.#pick(a, (h) => h.truth === 'presumed');
        if (i >= 0)
          this.tell({ type: 'healthy', host: i, release: RELEASE, after: b % 2 === 0 ? 'load' : 'soak' });
        break;
      }
      case 'human':
        if (this.setup.humans) this.#human(a, b);
        break;
    }
  }

  #sayGoodbye(i: number): void {
    const h = this.hosts[i] as Host;
    h.talking = false;
    if (h.truth === 'offered') h.truth = 'absent';
    else if (h.truth !== 'none' && h.truth !== 'absent' && h.truth !== 'kept') h.gone = true;
    if (h.truth === 'delivered') h.since = this.now;
    this.tell({ type: 'goodbye', host: i });
  }

  #wake(i: number): void {
    const h = this.hosts[i] as Host;
    h.talking = true;
    if (h.gone) {
      h.gone = false;
      if (h.truth === 'delivered') h.since = this.now;
      if (h.truth === 'loaded') h.since = Math.max(h.since, this.now - SOAK);
      h.proveAt = Math.max(h.proveAt, this.now + 30);
    }
    this.tell({ type: 'talking', host: i });
  }

  #restart(): void {
    const bytes = this.lib.snapshot(this.state);
    const { state, decisions } = this.lib.restore(bytes);
    if (decisions.length > 0) this.fail('an acknowledged decision came again');
    if (!same(bytes, this.lib.snapshot(state))) this.fail('a restored state is not the one that was saved');
    this.state = state;
  }

  #human(a: number, b: number): void {
    const status = this.lib.statusOf(this.state);
    switch (a % 8) {
      case 0:
        this.#pausedBy = true;
        this.tell({ type: 'pause' });
        break;
      case 1:
      case 2:
        this.#pausedBy = false;
        this.tell({ type: 'resume' });
        break;
      case 3:
        if (status?.status === 'moving' && !this.#pausedBy) {
          this.#hurried = true;
          this.tell({ type: 'promote' });
        }
        break;
      case 4:
      case 5:
        if (status?.status === 'halted' || status?.status === 'asking') {
          this.halted = false;
          this.tell({ type: 'approve' });
        }
        break;
      case 6:
        this.#lane = b % 2 === 0 ? 'emergency' : 'standard';
        this.tell({ type: 'lane', lane: this.#lane });
        break;
      case 7:
        if (this.excludedOs.size === 0 && b % 2 === 0) {
          this.excludedOs.add(3);
          this.tell({ type: 'exclude', label: 'os', value: 'os 3' });
        }
        break;
    }
  }

  /** Replays the log from nothing: the same state, bit for bit. */
  checkReplay(): void {
    const again = this.lib.createState(this.lib.createPlan(this.planInput));
    for (const event of this.log) this.lib.step(again, event);
    if (!same(this.lib.snapshot(again), this.lib.snapshot(this.state)))
      this.fail('the same log gave another state');
  }

  /** Lets time pass until the release is complete, or says that it is not. */
  finish(days: number): boolean {
    for (let minute = 0; minute < days * 1440 && !this.complete && !this.halted; minute++) this.tick();
    return this.complete;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
