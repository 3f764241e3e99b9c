/** The meanings that the README fixes, one by one. */
import { describe, expect, test } from 'vitest';
import { contentOf, needsHands, RolloutError, restore, snapshot, standingOf, step } from '../src/index.ts';
import { Fleet } from './fleet.ts';

const HOUR = 3600;

describe('exposure', () => {
  test('lasts from the offer to the soak proof; a load proof closes nothing', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    expect(hosts).toHaveLength(10);
    expect(fleet.status.exposed).toBe(10);
    fleet.deliver(hosts);
    fleet.prove(hosts);
    expect(fleet.status).toMatchObject({ exposed: 10, unresolved: 0, closed: 0 });
    fleet.pass(24 * HOUR);
    fleet.prove(hosts, 'soak');
    expect(fleet.status).toMatchObject({ closed: 10 });
  });

  test('a failure after the load proof counts, and one after the soak proof still halts', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.prove(hosts);
    fleet.crash(hosts[0] as number);
    expect(fleet.status.failed).toBe(1);
    fleet.pass(24 * HOUR);
    fleet.prove(hosts.slice(1), 'soak');
    fleet.crash(hosts[1] as number);
    expect(fleet.halted).toBe(false);
    const last = fleet.crash(hosts[2] as number);
    expect(last[0]?.type).toBe('halt');
  });

  test('a soak proof before the soak is over proves the load, no more', () => {
    const fleet = new Fleet(1000).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.prove([host], 'soak');
    expect(fleet.phase(host)).toBe('loaded');
  });

  test('where the plan asks, the trial ends with a reboot proof', () => {
    const fleet = new Fleet(1000, { rebootProof: '14d' }).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.prove([host]);
    fleet.pass(24 * HOUR);
    fleet.prove([host], 'soak');
    expect(fleet.phase(host)).toBe('reboot due');
    fleet.prove([host], 'reboot');
    expect(fleet.phase(host)).toBe('healthy');
  });

  test('a host that kept its old content leaves n only with a proof of it', () => {
    const fleet = new Fleet(1000).start();
    const [a, b] = fleet.batch() as [number, number];
    fleet.deliver([a, b]);
    fleet.tell({ type: 'refused', host: a, release: 'r1', holds: '' });
    fleet.tell({ type: 'download-failed', host: b, release: 'r1' });
    expect(fleet.status.exposed).toBe(9);
    fleet.pass(301);
    expect(fleet.phase(b)).toBe('presumed failed');
  });
});

describe('silence', () => {
  test('the first proof is due five minutes after delivery; three silent of ten halt', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.prove(hosts.slice(3));
    fleet.pass(240);
    expect(fleet.halted).toBe(false);
    fleet.pass(60);
    expect(fleet.halted).toBe(true);
    expect(fleet.of('safe-mode')[0]?.hosts).toHaveLength(3);
  });

  test('a presumed failure stays counted when the host returns', () => {
    const fleet = new Fleet(1000).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.tell({ type: 'silent', host });
    fleet.pass(360);
    fleet.tell({ type: 'talking', host });
    fleet.prove([host]);
    expect(standingOf(fleet.state, host)).toMatchObject({ phase: 'presumed failed', returned: true });
    expect(fleet.status.failed).toBe(1);
  });

  test('after a goodbye a host is censored, and due again when it resumes', () => {
    const fleet = new Fleet(1000).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.tell({ type: 'goodbye', host });
    fleet.pass(10 * HOUR);
    expect(fleet.status.failed).toBe(0);
    fleet.tell({ type: 'talking', host });
    fleet.pass(240);
    expect(fleet.phase(host)).toBe('delivered');
    fleet.pass(60);
    expect(fleet.phase(host)).toBe('presumed failed');
  });

  test('the soak proof is due a gap after the soak, by class', () => {
    const fleet = new Fleet(1000).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.prove([host]);
    fleet.pass(24 * HOUR + 1199);
    expect(fleet.phase(host)).toBe('loaded');
    fleet.pass(1);
    expect(fleet.phase(host)).toBe('presumed failed');
  });

  test('an offer that nobody took is withdrawn and its host replaced', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts.slice(1));
    fleet.prove(hosts.slice(1));
    fleet.pass(15 * 60);
    expect(fleet.phase(hosts[0] as number)).toBe('absent');
    expect(fleet.status).toMatchObject({ exposed: 9, failed: 0 });
    fleet.pass(20 * 60);
    expect(fleet.batch()).toHaveLength(1);
  });

  test('a removed host that was exposed still owes its proof', () => {
    const fleet = new Fleet(1000).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.tell({ type: 'host-removed', host });
    fleet.pass(301);
    expect(fleet.status.failed).toBe(1);
  });
});

describe('outages', () => {
  test('a gap of more than three clock intervals was the server’s own', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.now += 2 * HOUR;
    fleet.tell({ type: 'clock', at: fleet.now });
    expect(fleet.status.failed).toBe(0);
    fleet.pass(240);
    expect(fleet.status.failed).toBe(0);
    fleet.pass(60);
    expect(fleet.halted).toBe(true);
  });

  test('a declared outage moves deadlines, and nothing is offered while it lasts', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.tell({ type: 'server-outage', from: fleet.now, until: fleet.now + HOUR });
    fleet.pass(HOUR);
    expect(fleet.status.failed).toBe(0);
    fleet.prove(hosts);
    fleet.pass(60);
    expect(fleet.status.failed).toBe(0);
  });

  const twoSites = (): Fleet =>
    new Fleet(400, {}, (host) => ({ site: host < 200 ? 'north' : 'south' })).start();

  test('exposed hosts that are silent while others talk are failures, however many', () => {
    const fleet = twoSites();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    for (const host of hosts) fleet.tell({ type: 'silent', host });
    fleet.pass(360);
    expect(fleet.status.failed).toBe(10);
    expect(fleet.halted).toBe(true);
  });

  test('a site whose unexposed hosts fall silent too counts one failure, until it is back', () => {
    const fleet = twoSites();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.prove(hosts.filter((host) => host >= 200));
    for (let host = 0; host < 200; host++) fleet.tell({ type: 'silent', host });
    fleet.pass(HOUR);
    const north = hosts.filter((host) => host < 200);
    expect(north.length).toBeGreaterThan(2);
    expect(fleet.status.failed).toBe(1);
    // Back again, they owe their proof; those that stay silent fail.
    for (let host = 0; host < 200; host++) if (!north.includes(host)) fleet.tell({ type: 'talking', host });
    fleet.pass(900);
    expect(fleet.status.failed).toBe(north.length);
  });

  test('a release that takes a whole site down is seen by its unexposed hosts, which go on talking', () => {
    const fleet = new Fleet(400, {}, () => ({ site: 'the only one' })).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    for (const host of hosts) fleet.tell({ type: 'silent', host });
    fleet.pass(360);
    expect(fleet.halted).toBe(true);
  });
});

describe('people', () => {
  const broken = (): Fleet => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.prove(hosts.slice(3));
    for (const host of hosts.slice(0, 3)) fleet.crash(host);
    return fleet;
  };

  test('a halt opens an epoch, and nothing is offered after it', () => {
    const fleet = broken();
    expect(fleet.halted).toBe(true);
    const epoch = fleet.status.epoch;
    const offers = fleet.of('offer').length;
    fleet.tell({ type: 'resume' });
    fleet.tell({ type: 'promote' });
    fleet.pass(48 * HOUR);
    expect(fleet.of('offer')).toHaveLength(offers);
    expect(epoch).toBe(2);
  });

  test('an approval opens another epoch, keeps the evidence, and the next failure halts again', () => {
    const fleet = broken();
    fleet.tell({ type: 'approve' });
    expect(fleet.status).toMatchObject({ epoch: 3, failed: 3, status: 'moving' });
    const rest = fleet.batch().filter((host) => fleet.phase(host) === 'loaded');
    expect(fleet.crash(rest[0] as number)[0]?.type).toBe('halt');
  });

  test('revert goes to everyone who talks, to the others when they do, and the rest needs hands', () => {
    const fleet = broken();
    const [gone, back] = fleet.batch() as [number, number];
    // A halt reverts by itself under the default plan.
    expect(fleet.of('revert')[0]?.hosts).toHaveLength(10);
    fleet.tell({ type: 'silent', host: gone });
    fleet.tell({ type: 'silent', host: back });
    expect([...needsHands(fleet.state)].sort((a, b) => a - b)).toEqual([gone, back].sort((a, b) => a - b));
    fleet.tell({ type: 'talking', host: back });
    fleet.pass(60);
    expect([...(fleet.of('revert').at(-1)?.hosts ?? [])]).toEqual([back]);
    fleet.tell({ type: 'reverted', host: back, release: 'r1' });
    expect([...needsHands(fleet.state)]).toEqual([gone]);
    expect(standingOf(fleet.state, back)).toMatchObject({ has: '', reverted: true });
  });

  test('freeze leaves a halted release where it is', () => {
    const fleet = new Fleet(1000, { onHalt: 'freeze' }).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    for (const host of hosts) fleet.crash(host);
    expect(fleet.halted).toBe(true);
    expect(fleet.of('revert')).toHaveLength(0);
    fleet.tell({ type: 'revert' });
    expect(fleet.of('revert')[0]?.hosts).toHaveLength(10);
  });

  test('exclude halts one label value and lets the rest go on', () => {
    const fleet = new Fleet(1000, { stages: [10, '50%', 'all'] }, (host) => ({
      os: host % 2 === 0 ? 'even' : 'odd',
    })).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.prove(hosts);
    fleet.crash(hosts.find((host) => host % 2 === 0) as number);
    fleet.tell({ type: 'exclude', label: 'os', value: 'even' });
    expect(fleet.status).toMatchObject({ failed: 0, status: 'moving' });
    fleet.run({ seconds: 4 * 86_400 });
    const later = fleet
      .of('offer')
      .slice(1)
      .flatMap((d) => [...d.hosts]);
    expect(later.length).toBeGreaterThan(100);
    expect(later.filter((host) => host % 2 === 0)).toEqual([]);
  });

  test('promote ends a soak and nothing else', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.tell({ type: 'promote' });
    fleet.pass(60);
    expect(fleet.of('offer')).toHaveLength(1);
    fleet.deliver(hosts);
    fleet.prove(hosts);
    fleet.pass(31 * 60);
    expect(fleet.of('wait').at(-1)?.why).toBe('soak');
    fleet.tell({ type: 'promote' });
    expect(fleet.status.stage).toBe(1);
    expect(fleet.batch()).toHaveLength(13);
  });

  test('pause and freeze stop offers, not deadlines', () => {
    const fleet = new Fleet(1000, {
      freeze: [{ from: '1970-01-12T13:46:40Z', until: '1970-01-12T15:46:40Z' }],
    });
    fleet.tell({ type: 'release-started', release: 'r1' });
    expect(fleet.of('offer')).toHaveLength(0);
    expect(fleet.of('wait').at(-1)).toMatchObject({ why: 'frozen', until: 1_007_200 });
    fleet.pass(7200);
    expect(fleet.of('offer')).toHaveLength(1);
    fleet.deliver(fleet.batch());
    fleet.tell({ type: 'pause' });
    fleet.pass(360);
    expect(fleet.halted).toBe(true);
  });

  test('the emergency lane drops soaks and keeps the ramp and the evidence', () => {
    const fleet = new Fleet(1000).start();
    const hosts = fleet.batch();
    fleet.deliver(hosts);
    fleet.prove(hosts);
    fleet.crash(hosts[0] as number);
    fleet.tell({ type: 'lane', lane: 'emergency' });
    fleet.pass(11 * 60);
    expect(fleet.status).toMatchObject({ stage: 1, failed: 1, lane: 'emergency' });
    expect(fleet.batch().length).toBeLessThanOrEqual(9);
  });

  test('beyond the budget a person is asked, and approval adds one budget', () => {
    const fleet = new Fleet(2000, { budget: 10, background: '0.1%', alpha: 0.00001 }).start();
    fleet.run({ stage: 1 });
    // Failures one by one, too few for the test, too many for the budget.
    let crashed = 0;
    while (fleet.of('ask').length === 0 && !fleet.halted && crashed < 20) {
      fleet.run({ seconds: 3600 });
      const victim = fleet
        .of('offer')
        .flatMap((d) => [...d.hosts])
        .find((host) => fleet.phase(host) === 'loaded');
      if (victim !== undefined && crashed < 3) {
        fleet.crash(victim);
        crashed++;
      }
      if (fleet.status.complete) break;
    }
    expect(
      fleet.of('halt').length + fleet.of('ask').length + (fleet.status.complete ? 1 : 0),
    ).toBeGreaterThan(0);
  });
});

describe('releases', () => {
  test('a newer release supersedes; who has which is exact, and revert knows each host’s base', () => {
    const fleet = new Fleet(600).start();
    fleet.run({ stage: 1 });
    const first = new Set(
      fleet
        .of('offer')
        .flatMap((d) => [...d.hosts])
        .filter((host) => fleet.phase(host) === 'healthy'),
    );
    expect(first.size).toBe(10);
    const offersBefore = fleet.of('offer').length;
    fleet.start('r2');
    expect(contentOf(fleet.state)).toEqual(
      new Map([
        ['', 590],
        ['r1', 10],
      ]),
    );
    fleet.run({ stage: 1 });
    fleet.run({ seconds: 40 * HOUR });
    fleet.tell({ type: 'revert' });
    const again = fleet
      .of('offer')
      .slice(offersBefore)
      .flatMap((d) => [...d.hosts]);
    const toR1 = fleet
      .of('revert')
      .filter((d) => d.to === 'r1')
      .flatMap((d) => [...d.hosts]);
    const toOld = fleet
      .of('revert')
      .filter((d) => d.to === '')
      .flatMap((d) => [...d.hosts]);
    expect(toR1.every((host) => first.has(host))).toBe(true);
    expect(toOld.every((host) => !first.has(host))).toBe(true);
    expect(toR1.length + toOld.length).toBe(new Set(again).size);
  });

  test('reports about an older release close nothing', () => {
    const fleet = new Fleet(600).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.tell({ type: 'release-started', release: 'r2' });
    const before = fleet.status.strays;
    fleet.tell({ type: 'failed', host, release: 'r1', kind: 'crash' });
    expect(fleet.status).toMatchObject({ failed: 0, strays: before + 1 });
  });

  test('the same release twice is one', () => {
    const fleet = new Fleet(600).start();
    fleet.tell({ type: 'release-started', release: 'r1' });
    expect(fleet.of('offer')).toHaveLength(1);
  });

  test('pins hold hosts where they are', () => {
    const fleet = new Fleet(600, { pins: [{ label: 'os', value: 'old', release: 'r0' }] }, (host) => ({
      os: host % 3 === 0 ? 'old' : 'new',
    })).start();
    fleet.run({ seconds: 5 * 86_400 });
    expect(fleet.status.complete).toBe(true);
    expect(
      fleet
        .of('offer')
        .flatMap((d) => [...d.hosts])
        .some((host) => host % 3 === 0),
    ).toBe(false);
  });

  test('labels that change during a trial wait for the next release', () => {
    const fleet = new Fleet(600).start();
    const [host] = fleet.batch() as [number];
    fleet.deliver([host]);
    fleet.tell({ type: 'host-relabelled', host, labels: ['freebsd', 'two'], class: 'laptop' });
    fleet.tell({ type: 'exclude', label: 'os', value: 'freebsd' });
    expect(fleet.status.exposed).toBe(10);
    fleet.start('r2');
    expect(fleet.status.eligible).toBe(599);
  });
});

test('hosts that are never heard of hold no release up', () => {
  const fleet = new Fleet(300);
  for (let host = 0; host < 30; host++) fleet.tell({ type: 'silent', host });
  fleet.start();
  fleet.run({ seconds: 8 * 86_400 });
  expect(fleet.status).toMatchObject({ complete: true, exposed: 270 });
});

describe('who first', () => {
  test('a redundancy group keeps nine tenths, or all but one', () => {
    const fleet = new Fleet(
      400,
      {},
      (host) => ({ group: host < 300 ? `cluster ${host % 10}` : undefined }) as { group?: string },
    ).start();
    fleet.run({ seconds: 12 * 86_400 });
    expect(fleet.status.complete).toBe(true);
    for (const offer of fleet.of('offer')) {
      const counts = new Map<number, number>();
      for (const host of offer.hosts) if (host < 300) counts.set(host % 10, (counts.get(host % 10) ?? 0) + 1);
      expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(3);
    }
  });

  test('the first batch is spread over single labels', () => {
    const fleet = new Fleet(1000, {}, (host) => ({ os: `os ${Math.floor(host / 200)}` })).start();
    const counts = new Map<number, number>();
    for (const host of fleet.batch())
      counts.set(Math.floor(host / 200), (counts.get(Math.floor(host / 200)) ?? 0) + 1);
    expect([...counts.values()]).toEqual([2, 2, 2, 2, 2]);
  });

  test('the order follows from the seed and the release, and from nothing else', () => {
    const first = (seed: string, release: string): number[] => {
      const fleet = new Fleet(1000, { seed });
      fleet.start(release);
      return fleet.batch();
    };
    expect(first('one secret of many', 'r1')).toEqual(first('one secret of many', 'r1'));
    expect(first('one secret of many', 'r1')).not.toEqual(first('another secret here', 'r1'));
    expect(first('one secret of many', 'r1')).not.toEqual(first('one secret of many', 'r2'));
  });
});

describe('decisions', () => {
  test('are repeated after restore until they are acknowledged', () => {
    const fleet = new Fleet(100).start();
    fleet.deliver(fleet.batch());
    fleet.pass(240);
    fleet.now += 60;
    const bytes = snapshot(fleet.state);
    const open = restore(bytes);
    expect(open.decisions).toEqual([]);
    const decisions = step(open.state, { type: 'clock', at: fleet.now });
    step(open.state, { type: 'clock', at: fleet.now + 60 });
    const all = [...decisions, ...step(open.state, { type: 'clock', at: fleet.now + 120 })];
    const again = restore(snapshot(open.state));
    expect(again.decisions.map((d) => d.type)).toEqual(
      expect.arrayContaining(all.filter((d) => d.type === 'halt').map((d) => d.type)),
    );
    const halt = again.decisions.find((d) => d.type === 'halt');
    if (halt === undefined) throw new Error('no halt');
    step(again.state, {
      type: 'acknowledged',
      release: halt.release,
      epoch: halt.epoch,
      sequence: halt.sequence,
    });
    expect(restore(snapshot(again.state)).decisions.some((d) => d.type === 'halt')).toBe(false);
  });

  test('a snapshot that is cut, altered or of another version is refused', () => {
    const bytes = snapshot(new Fleet(50).start().state);
    for (const length of [0, 5, 40, bytes.length - 1])
      expect(() => restore(bytes.subarray(0, length))).toThrow(RolloutError);
    const altered = Uint8Array.from(bytes);
    altered[60] = (altered[60] as number) ^ 1;
    expect(() => restore(altered)).toThrow(/truncated or altered/);
    const newer = Uint8Array.from(bytes);
    newer[6] = 9;
    expect(() => restore(newer)).toThrow(/version 9/);
  });

  test('events that make no sense are refused and change nothing', () => {
    const fleet = new Fleet(50).start();
    const before = snapshot(fleet.state);
    const bad: unknown[] = [
      { type: 'talking', host: 999 },
      { type: 'talking', host: -1 },
      { type: 'talking', host: 1.5 },
      { type: 'clock', at: 'now' },
      { type: 'clock', at: -5 },
      { type: 'failed', host: 1, release: 'r1', kind: 'boredom' },
      { type: 'healthy', host: 1, release: 'r1', after: 'lunch' },
      { type: 'host-added', host: 2 ** 40, labels: ['a', 'b'], class: 'server' },
      { type: 'host-added', host: 60, labels: ['a'], class: 'server' },
      { type: 'host-added', host: 60, labels: ['a', 'b'], class: 'toaster' },
      { type: 'exclude', label: 'colour', value: 'red' },
      { type: 'lane', lane: 'fast' },
      { type: 'release-started', release: '' },
      { type: 'server-outage', from: 5, until: 2 },
      { type: 'no such thing' },
    ];
    for (const event of bad)
      expect(() => step(fleet.state, event as never), JSON.stringify(event)).toThrow(RolloutError);
    fleet.tell({ type: 'clock', at: fleet.now - 500 });
    const after = restore(snapshot(fleet.state)).state;
    expect(after.now).toBe(restore(before).state.now);
    expect(fleet.status.exposed).toBe(10);
  });
});
