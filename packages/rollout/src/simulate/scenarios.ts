import type { Fleet } from './fleet.ts';
import { mix, uniform } from './random.ts';
import type { FleetSpec } from './reference-fleet.ts';

/** What a release does to a fleet, and how one sees that the policy did well. */
export interface Scenario {
  readonly name: string;
  readonly story: string;
  /** In one line: rate, onset and how a failure shows. */
  readonly criterion: string;
  readonly hosts: number;
  /** Share of the hosts it concerns that fail. */
  readonly rate: number;
  /** Only hosts of this build, or all. */
  readonly build: string | null;
  readonly buildShare: number;
  /** Seconds from loading to the failure. */
  readonly onset: number;
  /** `boot-loop`: the host can say nothing and needs hands. `crash`: the agent reports it and goes on with the old content. */
  readonly kind: 'boot-loop' | 'crash';
  /** Outage of the server: seconds from the start, and length. */
  readonly outage: readonly [at: number, seconds: number] | null;
  readonly fleet: Partial<FleetSpec>;
}

const HOUR = 3600;
const base = {
  rate: 0,
  build: null,
  buildShare: 0,
  onset: 0,
  kind: 'crash',
  outage: null,
  fleet: {},
} as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    ...base,
    name: 'july-19',
    story: 'One content file stops every Windows host that loads it, before it can report.',
    criterion: 'all hosts, at load, boot loop',
    hosts: 8_500_000,
    rate: 1,
    kind: 'boot-loop',
    fleet: { start: 4 * 24 * HOUR + 4 * HOUR + 9 * 60 }, // Friday 04:09 UTC, as it was
  },
  {
    ...base,
    name: 'one-build',
    story: 'The same, but only on one build of the operating system, a twentieth of the fleet.',
    criterion: 'all hosts of a build with 5 % of the fleet, at load, boot loop',
    hosts: 1_000_000,
    rate: 1,
    build: 'the faulty build',
    buildShare: 0.05,
    kind: 'boot-loop',
  },
  {
    ...base,
    name: 'time-bomb',
    story: 'Everything looks well for three hours, then every host that has the release stops.',
    criterion: 'all hosts, 3 h after load, boot loop',
    hosts: 1_000_000,
    rate: 1,
    onset: 3 * HOUR,
    kind: 'boot-loop',
  },
  {
    ...base,
    name: 'rare',
    story: 'One host in two hundred crashes when it loads the release.',
    criterion: '0.5 % of hosts, at load, crash',
    hosts: 1_000_000,
    rate: 0.005,
  },
  {
    ...base,
    name: 'rare-late',
    story: 'One host in two hundred crashes, three hours after it has loaded the release.',
    criterion: '0.5 % of hosts, 3 h after load, crash',
    hosts: 1_000_000,
    rate: 0.005,
    onset: 3 * HOUR,
  },
  {
    ...base,
    name: 'sleepy-laptops',
    story: 'A good release for a fleet of laptops that close all day, one in ten without a goodbye.',
    criterion: 'no fault: must not halt',
    hosts: 20_000,
    fleet: { servers: 0.1, desktops: 0.05, closePerMinute: 0.004, goodbyes: 0.9 },
  },
  {
    ...base,
    name: 'server-outage',
    story: 'A good release; the server itself is down for two hours in the middle of the ramp.',
    criterion: 'no fault: must not halt',
    hosts: 20_000,
    outage: [25 * HOUR, 2 * HOUR],
  },
  {
    ...base,
    name: 'good',
    story: 'A good release on a fleet that sleeps, travels and loses its network.',
    criterion: 'no fault: must not halt, and must finish',
    hosts: 20_000,
  },
];

/** The builds of the fleet with the scenario's own among them. */
export function buildsFor(scenario: Scenario, spec: FleetSpec): FleetSpec['builds'] {
  if (scenario.build === null) return spec.builds;
  const rest = 1 - scenario.buildShare;
  return [
    [scenario.build, scenario.buildShare],
    ...spec.builds.map(([name, share]) => [name, share * rest] as const),
  ];
}

/** Whether this release makes this host fail. */
export function victimTest(scenario: Scenario, fleet: Fleet): (host: number) => boolean {
  if (scenario.rate === 0) return () => false;
  const build = scenario.build === null ? -1 : fleet.buildNames.indexOf(scenario.build);
  const salt = mix(fleet.seed, 0xbad);
  return (host) =>
    (build < 0 || fleet.build[host] === build) && (scenario.rate >= 1 || uniform(salt, host) < scenario.rate);
}
