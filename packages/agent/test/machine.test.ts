import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoff,
  freshDurable,
  initialState,
  isQuarantined,
  type MachineAction,
  type MachineEvent,
  type MachineSettings,
  type MachineState,
  step,
  wanted,
} from '../src/publisher/machine.ts';

const settings: MachineSettings = {
  windowMs: 60_000,
  failures: 5,
  failuresWithFallback: 3,
  backoffMs: 250,
  backoffMaxMs: 30_000,
  probationMs: 1_000,
  probationEvents: 10,
  spareDelayMs: 100,
};

/** Drives the machine as a publisher does, and answers for the engines that it starts. */
class Driver {
  state: MachineState;
  now = 0;
  readonly log: MachineAction[] = [];
  constructor(durable = freshDurable) {
    this.state = initialState(durable);
    this.send({ type: 'boot', now: 0 });
  }
  send(event: MachineEvent): MachineAction[] {
    const [state, actions] = step(this.state, event, settings);
    this.state = state;
    this.log.push(...actions);
    return [...actions];
  }
  wait(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + 50);
      this.send({ type: 'tick', now: this.now });
    }
  }
  offer(hash: string): void {
    this.send({ type: 'offer', hash, now: this.now });
  }
  ready(): void {
    const { standby } = this.state;
    if (standby !== null) this.send({ type: 'ready', id: standby.id, now: this.now });
  }
  crash(which: 'main' | 'standby' = 'main', cause: 'crash' | 'hang' = 'crash'): MachineAction[] {
    const engine = this.state[which];
    if (engine === null) throw new Error(`no ${which}`);
    return this.send({ type: 'dead', id: engine.id, cause, now: this.now });
  }
  /** Makes `hash` the last known good release. */
  prove(hash: string): void {
    this.offer(hash);
    this.ready();
    this.wait(settings.spareDelayMs);
    this.ready();
    this.send({ type: 'acked', id: this.state.main?.id ?? -1, events: 10, now: this.now });
    this.wait(settings.probationMs);
  }
}

describe('the release machine', () => {
  it('starts what is offered, feeds it when it is ready, and keeps a spare', () => {
    const driver = new Driver();
    driver.offer('a');
    expect(driver.state.standby).toMatchObject({ hash: 'a', ready: false });
    expect(driver.state.main).toBeNull();
    driver.ready();
    expect(driver.state.main).toMatchObject({ hash: 'a' });
    expect(driver.state.standby).toBeNull();
    driver.wait(settings.spareDelayMs);
    expect(driver.state.standby).toMatchObject({ hash: 'a' });
  });

  it('puts the spare in at once after the first crash', () => {
    const driver = new Driver();
    driver.offer('a');
    driver.ready();
    driver.wait(100);
    driver.ready();
    const spare = driver.state.standby?.id;
    expect(driver.crash()).toContainEqual({ type: 'activate', id: spare });
  });

  it('waits 250 ms after the second, doubling, and prepares the replacement meanwhile', () => {
    const driver = new Driver();
    driver.offer('a');
    driver.ready();
    driver.crash();
    driver.ready();
    expect(driver.state.main).not.toBeNull(); // first: at once
    const began = driver.now;
    driver.crash();
    expect(driver.state.standby).not.toBeNull();
    driver.ready();
    expect(driver.state.main).toBeNull();
    driver.wait(200);
    expect(driver.state.main).toBeNull();
    driver.wait(50);
    expect(driver.state.main).not.toBeNull();
    expect(driver.now - began).toBe(250);
    driver.crash();
    driver.ready();
    driver.wait(450);
    expect(driver.state.main).toBeNull();
    driver.wait(50);
    expect(driver.state.main).not.toBeNull();
  });

  it('never waits longer than the maximum', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), (strikes) => {
        const wait = backoff(strikes, settings);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(30_000);
        expect(backoff(strikes + 1, settings)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });

  it('makes a release the last known good one only after the time and the events', () => {
    const driver = new Driver();
    driver.offer('a');
    driver.ready();
    driver.wait(5_000);
    expect(driver.state.lkg).toBeNull();
    driver.send({ type: 'acked', id: driver.state.main?.id ?? -1, events: 9, now: driver.now });
    driver.wait(50);
    expect(driver.state.lkg).toBeNull();
    driver.send({ type: 'acked', id: driver.state.main?.id ?? -1, events: 1, now: driver.now });
    expect(driver.state.lkg).toBe('a');
    // A crash begins probation anew.
    const other = new Driver();
    other.offer('a');
    other.ready();
    other.send({ type: 'acked', id: other.state.main?.id ?? -1, events: 100, now: other.now });
    other.wait(900);
    other.crash();
    other.ready();
    other.wait(900);
    expect(other.state.lkg).toBeNull();
  });

  it('swaps a new release in from a spare: the old one is drained before the new one is fed', () => {
    const driver = new Driver();
    driver.prove('a');
    const old = driver.state.main?.id ?? -1;
    driver.offer('b');
    expect(driver.state.main?.id).toBe(old); // it is fed until the other is ready
    driver.ready();
    expect(driver.log).toContainEqual({ type: 'drain', id: old });
    expect(driver.state.main).toBeNull();
    driver.wait(500); // however long that takes
    expect(driver.state.main).toBeNull();
    const fresh = driver.state.standby?.id ?? -1;
    const actions = driver.send({ type: 'drained', id: old, now: driver.now });
    expect(actions).toEqual([
      { type: 'retire', id: old },
      { type: 'activate', id: fresh },
    ]);
    expect(driver.state.main).toMatchObject({ hash: 'b' });
    expect(driver.state.lkg).toBe('a');
  });

  it('quarantines a release that fails and goes back to the last known good one at once', () => {
    const driver = new Driver();
    driver.prove('a');
    driver.offer('b');
    driver.ready();
    driver.send({ type: 'drained', id: driver.state.draining?.id ?? -1, now: driver.now });
    for (let n = 0; n < 3; n++) {
      expect(driver.state.main).toMatchObject({ hash: 'b' });
      driver.crash();
      if (n < 2) {
        driver.ready();
        driver.wait(1_000);
      }
    }
    expect(isQuarantined(driver.state, 'b')).toBe(true);
    expect(driver.state.standby).toMatchObject({ hash: 'a' });
    driver.ready();
    expect(driver.state.main).toMatchObject({ hash: 'a' });
    // Offering it again changes nothing; setting it free does.
    driver.offer('b');
    driver.wait(1_000);
    expect(driver.state.main).toMatchObject({ hash: 'a' });
    driver.send({ type: 'unquarantine', hash: 'b', now: driver.now });
    expect(driver.state.standby).toMatchObject({ hash: 'b' });
  });

  it('stops without a last known good one, after more failures', () => {
    const driver = new Driver();
    driver.offer('a');
    for (let n = 0; n < 5; n++) {
      driver.wait(10_000);
      driver.ready();
      driver.crash();
    }
    expect(wanted(driver.state)).toBeNull();
    driver.wait(120_000);
    expect([driver.state.main, driver.state.standby]).toEqual([null, null]);
  });

  it('waits with the start of a release that dies while it starts', () => {
    const driver = new Driver();
    driver.offer('a');
    const starts = (): number => driver.log.filter(({ type }) => type === 'spawn').length;
    driver.crash('standby');
    expect(starts()).toBe(1);
    driver.wait(200);
    expect(starts()).toBe(1);
    driver.wait(50);
    expect(starts()).toBe(2);
  });

  it('holds nothing against a release that the host does not let start, and tries again', () => {
    const driver = new Driver();
    driver.offer('a');
    for (let n = 0; n < 20; n++) {
      const id = driver.state.standby?.id ?? -1;
      driver.send({ type: 'dead', id, cause: 'launch', now: driver.now });
      driver.wait(30_000);
    }
    expect(driver.state.quarantined).toEqual([]);
    expect(driver.state.standby).not.toBeNull();
  });

  it('holds a failing spare against no release that runs well', () => {
    const driver = new Driver();
    driver.offer('a');
    driver.ready();
    const main = driver.state.main?.id;
    for (let n = 0; n < 20; n++) {
      driver.wait(30_000);
      driver.crash('standby');
    }
    expect(driver.state.main?.id).toBe(main);
    expect(driver.state.quarantined).toEqual([]);
  });

  it('runs the last known good release while the offered one is damaged in the store', () => {
    const driver = new Driver();
    driver.prove('a');
    driver.offer('b');
    const id = driver.state.standby?.id ?? -1;
    driver.send({ type: 'dead', id, cause: 'damaged', now: driver.now });
    expect(driver.state.main).toMatchObject({ hash: 'a' });
    expect(driver.state.quarantined).toEqual([]);
    driver.offer('b'); // copied again
    expect(driver.state.standby).toMatchObject({ hash: 'b' });
  });

  it('reverts, disables and enables on command', () => {
    const driver = new Driver();
    driver.prove('a');
    driver.offer('b');
    driver.ready();
    driver.send({ type: 'drained', id: driver.state.draining?.id ?? -1, now: driver.now });
    driver.send({ type: 'revert', now: driver.now });
    expect(driver.state.quarantined).toEqual([{ hash: 'b', cause: 'administrator' }]);
    driver.ready();
    expect(driver.state.main).toMatchObject({ hash: 'a' });
    driver.send({ type: 'disable', now: driver.now });
    expect([driver.state.main, driver.state.standby]).toEqual([null, null]);
    driver.wait(10_000);
    expect(driver.state.standby).toBeNull();
    driver.send({ type: 'enable', now: driver.now });
    driver.ready();
    expect(driver.state.main).toMatchObject({ hash: 'a' });
  });

  it('trusts only the last known good release after its state was lost', () => {
    const driver = new Driver({ ...freshDurable, lkg: 'a' });
    driver.send({ type: 'distrust', hash: 'b', now: 0 });
    driver.offer('b');
    driver.ready();
    expect(driver.state.main).toMatchObject({ hash: 'a' });
  });

  const whose = fc.constantFrom('main', 'draining', 'standby', 'nobody');
  // Weighted, so that the paths that need many steps are walked often.
  const eventArbitrary = fc.oneof(
    { weight: 8, arbitrary: fc.constant({ type: 'ready' as const, whose: 'standby' }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('acked' as const), events: fc.nat({ max: 50 }) }) },
    { weight: 5, arbitrary: fc.constant({ type: 'tick' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('offer' as const), hash: fc.constantFrom('a', 'b', 'c') }),
    },
    { weight: 3, arbitrary: fc.constant({ type: 'drained' as const, whose: 'draining' }) },
    { weight: 3, arbitrary: fc.constant({ type: 'dead' as const, whose: 'main' }) },
    { weight: 3, arbitrary: fc.constant({ type: 'enable' as const }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('ready', 'drained', 'dead'), whose }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constantFrom('refresh', 'disable', 'revert', 'unquarantine') }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('offer' as const), hash: fc.constant(null) }) },
  );

  it('keeps its promises in every sequence of events', () => {
    const reached = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(eventArbitrary, fc.nat({ max: 2_000 })), {
          minLength: 20,
          maxLength: 120,
          size: 'max',
        }),
        (script) => {
          let state = initialState(freshDurable);
          let now = 0;
          const alive = new Map<number, string>();
          const ready = new Set<number>();
          let fed: number | null = null;
          for (const [event, pause] of script) {
            now += pause;
            const ids = {
              main: state.main?.id,
              draining: state.draining?.id,
              standby: state.standby?.id,
              nobody: 999_999,
            };
            const id =
              'whose' in event
                ? (ids[event.whose as keyof typeof ids] ?? 999_999)
                : (state.main?.id ?? 999_999);
            const before = state;
            if (event.type === 'ready' && alive.has(id)) ready.add(id);
            if (event.type === 'dead') {
              alive.delete(id);
              if (fed === id) fed = null;
            }
            const full = { ...event, id, cause: 'crash', now } as unknown as MachineEvent;
            const [next, actions] = step(state, full, settings);
            state = next;
            for (const action of actions) {
              reached.set(action.type, (reached.get(action.type) ?? 0) + 1);
              switch (action.type) {
                case 'spawn':
                  expect(isQuarantined(next, action.hash)).toBe(false);
                  alive.set(action.id, action.hash);
                  break;
                case 'activate':
                  expect(alive.has(action.id)).toBe(true); // never one that is gone
                  expect(ready.has(action.id)).toBe(true); // never one that is not ready
                  expect(fed).toBeNull(); // never two at a time
                  expect(now).toBeGreaterThanOrEqual(next.feedAt);
                  fed = action.id;
                  break;
                case 'retire':
                  alive.delete(action.id);
                  if (fed === action.id) fed = null;
                  break;
                case 'drain':
                  expect(fed).toBe(action.id);
                  break;
                case 'promoted':
                  expect(now - (before.main?.since ?? now)).toBeGreaterThanOrEqual(0);
                  expect(next.lkg).toBe(action.hash);
                  break;
                case 'persist':
                case 'quarantined':
                  break;
              }
            }
            // What it believes to run is what runs.
            const believed = [state.main, state.draining, state.standby]
              .filter((engine) => engine !== null)
              .map((engine) => engine.id);
            expect(new Set(believed)).toEqual(new Set(alive.keys()));
            expect(alive.size).toBeLessThanOrEqual(3);
            // Something runs, or starts, or waits for its time, whenever something should.
            if (wanted(state) === null) expect(alive.size).toBe(0);
            else if (alive.size === 0) expect(state.spawnAt).toBeGreaterThan(now);
            expect(state.feedAt - now).toBeLessThanOrEqual(settings.backoffMaxMs);
            expect(state.spawnAt - now).toBeLessThanOrEqual(settings.backoffMaxMs);
            // What is durable and changed was kept.
            const durable = (s: MachineState): string =>
              JSON.stringify([s.enabled, s.offered, s.lkg, s.quarantined]);
            if (durable(before) !== durable(state))
              expect(actions.some(({ type }) => type === 'persist')).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
    // All of it was reached, often.
    for (const type of ['spawn', 'activate', 'drain', 'retire', 'promoted', 'quarantined'])
      expect(reached.get(type) ?? 0, type).toBeGreaterThan(20);
  });
});
