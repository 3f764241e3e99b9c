import {
  createPlan,
  createState,
  type Decision,
  type PlanInput,
  type RolloutEvent,
  type RolloutState,
  standingOf,
  statusOf,
  step,
} from '../src/index.ts';

/** A fleet of hosts that do what a test says, and the decisions that came of it. */
export class Fleet {
  readonly state: RolloutState;
  readonly decisions: Decision[] = [];
  now = 1_000_000;
  release = 'r1';

  constructor(
    hosts: number,
    plan: Partial<PlanInput> = {},
    labels: (host: number) => { os?: string; site?: string; group?: string } = () => ({}),
  ) {
    this.state = createState(
      createPlan({
        seed: 'a seed for the tests',
        labels: ['os', 'site'],
        classes: { server: { gap: '20m' }, laptop: { gap: '3d' } },
        stages: [10, '50%', 'all'],
        ...plan,
      }),
    );
    this.tell({ type: 'clock', at: this.now });
    for (let host = 0; host < hosts; host++) {
      const { os, site, group } = labels(host);
      this.tell({
        type: 'host-added',
        host,
        labels: [os ?? 'linux', site ?? 'one'],
        class: 'server',
        group: group ?? null,
      });
      this.tell({ type: 'talking', host });
    }
  }

  start(release = 'r1'): this {
    this.release = release;
    this.tell({ type: 'release-started', release });
    return this;
  }

  /** Every decision is acknowledged at once, as a server that keeps its log would. */
  tell(event: RolloutEvent): readonly Decision[] {
    const decisions = step(this.state, event);
    this.decisions.push(...decisions);
    for (const { release, epoch, sequence } of decisions)
      step(this.state, { type: 'acknowledged', release, epoch, sequence });
    return decisions;
  }

  /** Lets time pass in clock intervals. */
  pass(seconds: number): void {
    for (const end = this.now + seconds; this.now < end; ) {
      this.now = Math.min(end, this.now + 60);
      this.tell({ type: 'clock', at: this.now });
    }
  }

  of<T extends Decision['type']>(type: T): Extract<Decision, { type: T }>[] {
    return this.decisions.filter((d): d is Extract<Decision, { type: T }> => d.type === type);
  }

  /** The hosts of the latest offer. */
  batch(): number[] {
    return [...(this.of('offer').at(-1)?.hosts ?? [])];
  }

  deliver(hosts: readonly number[]): void {
    for (const host of hosts) this.tell({ type: 'delivered', host, release: this.release });
  }

  prove(hosts: readonly number[], after: 'load' | 'soak' | 'reboot' = 'load'): void {
    for (const host of hosts) this.tell({ type: 'healthy', host, release: this.release, after });
  }

  crash(host: number): readonly Decision[] {
    return this.tell({ type: 'failed', host, release: this.release, kind: 'crash' });
  }

  phase(host: number): string {
    return standingOf(this.state, host)?.phase ?? 'unknown';
  }

  get status(): NonNullable<ReturnType<typeof statusOf>> {
    const status = statusOf(this.state);
    if (status === null) throw new Error('no release');
    return status;
  }

  get halted(): boolean {
    return this.status.status === 'halted';
  }

  /** A good release goes on until the stage or the time is reached. */
  run(until: { stage?: number; seconds?: number; except?: (host: number) => boolean }): void {
    const soaking: { at: number; hosts: number[] }[] = [];
    const end = this.now + (until.seconds ?? 10 * 86_400);
    let seen = 0;
    const good = (hosts: readonly number[]): number[] =>
      hosts.filter((host) => until.except?.(host) !== true);
    while (
      this.now < end &&
      (until.stage === undefined || this.status.stage < until.stage) &&
      !this.status.complete
    ) {
      const offers = this.of('offer');
      for (; seen < offers.length; seen++) {
        const hosts = [...(offers[seen]?.hosts ?? [])].filter((host) => this.phase(host) === 'offered');
        this.deliver(hosts);
        this.prove(good(hosts));
        soaking.push({ at: this.now + 86_400, hosts: [...(offers[seen]?.hosts ?? [])] });
      }
      while (soaking[0] !== undefined && soaking[0].at <= this.now)
        this.prove(good(soaking.shift()?.hosts ?? []), 'soak');
      this.pass(60);
    }
  }
}
