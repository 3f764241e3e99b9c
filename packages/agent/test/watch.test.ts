import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WatchClock } from '../src/clock.ts';
import {
  type Sample,
  type Scheduled,
  startWatch,
  type WatchEvent,
  type WatchLimits,
  watch,
} from '../src/publisher/watch.ts';

const limits: WatchLimits = {
  batchDeadlineMs: 2_000,
  heartbeatDeadlineMs: 3_000,
  startDeadlineMs: 10_000,
  memoryBytes: 100_000_000,
  cpuPercent: 50,
  cpuOverBudgetMs: 10_000,
};
const sample = (at: number, more: Partial<Sample> = {}): WatchEvent => ({
  type: 'sample',
  sample: {
    at,
    cpuSeconds: 0,
    scheduler: null,
    throttledSeconds: 0,
    memoryBytes: 1_000,
    events: 0,
    ...more,
  },
});

/** The first verdict over the events. */
function judge(events: readonly WatchEvent[]): { cause: string; index: number } | null {
  let state = startWatch(0);
  for (const [index, event] of events.entries()) {
    const [next, verdict] = watch(state, event, limits);
    state = next;
    if (verdict !== null) return { cause: verdict.cause, index };
  }
  return null;
}
const ready: WatchEvent = { type: 'ready', now: 0 };
const tick = (now: number): WatchEvent => ({ type: 'tick', now });

const waited = (delaySeconds: number): Scheduled => ({ delaySeconds, ranSeconds: 0, runnable: false });

describe('the watch', () => {
  it('calls an engine that is not ready in time', () => {
    expect(judge([tick(9_999)])).toBeNull();
    expect(judge([tick(10_000)])?.cause).toBe('start');
  });

  it('calls a batch and a ping that stay unanswered', () => {
    expect(judge([ready, { type: 'sent', now: 100 }, tick(2_099)])).toBeNull();
    expect(judge([ready, { type: 'sent', now: 100 }, sample(2_100), tick(2_100)])?.cause).toBe('hang');
    expect(judge([ready, { type: 'pinged', now: 0 }, sample(3_000), tick(3_000)])?.cause).toBe('hang');
    expect(judge([ready, { type: 'pinged', now: 0 }, { type: 'ponged', now: 10 }, tick(30_000)])).toBeNull();
  });

  it('gives each batch its own deadline', () => {
    const acks = [1, 2, 3, 4].flatMap((n): WatchEvent[] => [
      { type: 'acked', left: 1, now: n * 1_900 },
      tick(n * 1_900 + 1),
    ]);
    expect(judge([ready, { type: 'sent', now: 0 }, { type: 'sent', now: 1 }, ...acks])).toBeNull();
  });

  it('says cpu when the engine was busy all the while', () => {
    const early = sample(200, { cpuSeconds: 0.1 });
    const late = sample(2_000, { cpuSeconds: 0.95 });
    expect(judge([ready, sample(0), { type: 'sent', now: 0 }, early, late, tick(2_000)])?.cause).toBe('cpu');
  });

  it('says memory when the engine grew all the while', () => {
    const early = sample(200, { memoryBytes: 20_000_000 });
    const late = sample(2_000, { cpuSeconds: 1, memoryBytes: 60_000_000 });
    expect(judge([ready, sample(0), { type: 'sent', now: 0 }, early, late, tick(2_000)])?.cause).toBe(
      'memory',
    );
  });

  it('holds nothing against a wait that was used before it began', () => {
    // Loading took CPU and memory; then it hangs.
    const loaded = { cpuSeconds: 5, memoryBytes: 90_000_000 };
    const sent: WatchEvent = { type: 'sent', now: 100 };
    const events = [ready, sample(0), sent, sample(300, loaded), sample(2_100, loaded), tick(2_100)];
    expect(judge(events)?.cause).toBe('hang');
  });

  it('blames nobody who got no CPU, but not for ever', () => {
    const starve = (upTo: number): WatchEvent[] =>
      Array.from({ length: upTo / 500 }, (_, n) =>
        sample((n + 1) * 500, { scheduler: waited((n + 1) * 0.5) }),
      );
    const events = (upTo: number): WatchEvent[] => [
      ready,
      sample(0, { scheduler: waited(0) }),
      { type: 'sent', now: 0 },
      ...starve(upTo),
      tick(upTo),
    ];
    expect(judge(events(4_000))).toBeNull(); // twice the deadline, all of it on the run queue
    expect(judge(events(20_000))?.cause).toBe('hang'); // nine tenths are forgiven
    // Throttled by its own limit: its own fault.
    const throttled = Array.from({ length: 4 }, (_, n) =>
      sample((n + 1) * 500, { scheduler: waited((n + 1) * 0.5), throttledSeconds: (n + 1) * 0.5 }),
    );
    expect(judge([ready, sample(0), { type: 'sent', now: 0 }, ...throttled, tick(2_000)])?.cause).toBe(
      'hang',
    );
  });

  it('forgives a thread that waits for a CPU all the while, of which the kernel has not counted anything yet', () => {
    const look = (at: number, runnable: boolean): WatchEvent =>
      sample(at, { scheduler: { delaySeconds: 1, ranSeconds: 1, runnable } });
    const looks = (runnable: boolean): WatchEvent[] =>
      [200, 700, 1_200, 1_700, 2_000].map((at) => look(at, runnable));
    const sent: WatchEvent = { type: 'sent', now: 0 };
    expect(judge([ready, sent, ...looks(true), tick(2_000)])).toBeNull();
    expect(judge([ready, sent, ...looks(false), tick(2_000)])?.cause).toBe('hang'); // it sleeps
  });

  it('sees memory over the limit', () => {
    expect(judge([ready, sample(0, { memoryBytes: 100_000_000 })])).toBeNull();
    expect(judge([ready, sample(0, { memoryBytes: 100_000_001 })])?.cause).toBe('memory');
  });

  it('sees an engine that spins beside its work, and leaves one alone that works hard', () => {
    const busy = (events: number): WatchEvent[] =>
      Array.from({ length: 40 }, (_, n) => sample(n * 500, { cpuSeconds: n * 0.25, events: n * events }));
    expect(judge([ready, ...busy(10)])?.cause).toBe('cpu');
    expect(judge([ready, ...busy(100_000)])).toBeNull();
    // At half of its limit nothing is over budget.
    const half = Array.from({ length: 40 }, (_, n) => sample(n * 500, { cpuSeconds: n * 0.125 }));
    expect(judge([ready, ...half])).toBeNull();
  });

  it('never blames an engine that answers everything within half the deadline', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 1_000 }), fc.nat({ max: 1_000 })), { maxLength: 50 }),
        (rounds) => {
          let now = 0;
          const events: WatchEvent[] = [ready];
          for (const [pause, work] of rounds) {
            now += pause;
            events.push({ type: 'sent', now }, { type: 'pinged', now });
            now += work;
            events.push(tick(now), { type: 'acked', left: 0, now }, { type: 'ponged', now }, sample(now));
          }
          expect(judge(events)).toBeNull();
        },
      ),
    );
  });
});

describe('the watch clock', () => {
  it('stands still while the agent does', () => {
    let time = 0;
    const clock = new WatchClock(250, () => time);
    for (let n = 0; n < 10; n++) {
      time += 50;
      clock.tick();
    }
    expect(clock.now()).toBe(500);
    time += 60_000; // suspended
    expect(clock.now()).toBe(750);
    expect(clock.tick()).toBe(750);
    expect(clock.stalled).toEqual({ times: 1, ms: 59_750 });
    time += 50;
    expect(clock.tick()).toBe(800);
  });
});
