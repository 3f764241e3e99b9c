import { mix, uniform } from './random.ts';
import type { FleetSpec } from './reference-fleet.ts';

export const SERVER = 0;
export const DESKTOP = 1;
export const LAPTOP = 2;

/** A fleet made from a specification and a seed; the same two give the same fleet. */
export interface Fleet {
  readonly spec: FleetSpec;
  readonly seed: number;
  readonly hosts: number;
  readonly sites: number;
  readonly kind: Uint8Array;
  /** Always on: servers and some desktops. */
  readonly always: Uint8Array;
  readonly away: Uint8Array;
  /** Offset from UTC in seconds, by site. */
  readonly zone: Int32Array;
  readonly build: Uint8Array;
  readonly group: Uint32Array;
  readonly buildNames: readonly string[];
  /** How many hosts are not away: the eligible ones. */
  readonly eligible: number;
  siteOf(host: number): number;
  siteRange(site: number): readonly [from: number, to: number];
  labelsOf(host: number, into: string[]): void;
}

export const FLEET_LABELS: readonly string[] = ['os', 'role', 'site', 'hardware', 'tier'];

/** @param buildShares replaces the shares of the builds, for scenarios about one of them */
export function makeFleet(
  spec: FleetSpec,
  hosts: number,
  seed: number,
  buildShares: FleetSpec['builds'] = spec.builds,
): Fleet {
  const salt = mix(seed, 0xf1ee7);
  const sites = Math.max(1, Math.ceil(hosts / spec.hostsPerSite));
  const kind = new Uint8Array(hosts);
  const always = new Uint8Array(hosts);
  const away = new Uint8Array(hosts);
  const build = new Uint8Array(hosts);
  const group = new Uint32Array(hosts);
  const zone = new Int32Array(sites);
  for (let site = 0; site < sites; site++) {
    let u = uniform(salt ^ 1, site);
    for (const [hours, share] of spec.timeZones) {
      zone[site] = hours * 3600;
      u -= share;
      if (u < 0) break;
    }
  }
  const buildNames = [
    ...buildShares.map(([name]) => name),
    ...Array.from({ length: spec.rareBuilds }, (_, i) => `rare build ${i + 1}`),
  ];
  // Shares in thresholds of 2³², so that a host's build is one comparison chain without allocation.
  const thresholds = new Float64Array(buildNames.length);
  let sum = 0;
  buildShares.forEach(([, share], i) => {
    sum += share;
    thresholds[i] = sum;
  });
  for (let i = buildShares.length; i < buildNames.length; i++)
    thresholds[i] = sum + ((1 - sum) * (i - buildShares.length + 1)) / Math.max(1, spec.rareBuilds);
  thresholds[buildNames.length - 1] = 2;
  let eligible = 0;
  let groups = 0;
  let inGroup = spec.groupSize;
  for (let host = 0; host < hosts; host++) {
    const u = uniform(salt ^ 2, host);
    const k = u < spec.servers ? SERVER : u < spec.servers + spec.desktops ? DESKTOP : LAPTOP;
    kind[host] = k;
    always[host] = k === SERVER || (k === DESKTOP && uniform(salt ^ 3, host) < spec.desktopsLeftOn) ? 1 : 0;
    away[host] = k !== SERVER && uniform(salt ^ 4, host) < spec.away ? 1 : 0;
    if (away[host] === 0) eligible++;
    const v = uniform(salt ^ 5, host);
    let b = 0;
    while (v >= (thresholds[b] as number)) b++;
    build[host] = b;
    if (k === SERVER && uniform(salt ^ 6, host) < spec.grouped) {
      if (inGroup === spec.groupSize) {
        inGroup = 0;
        groups++;
      }
      inGroup++;
      group[host] = groups;
    }
  }
  const siteNames = Array.from({ length: sites }, (_, i) => `site ${i + 1}`);
  const roleNames = Array.from({ length: spec.serverRoles }, (_, i) => `server role ${i + 1}`);
  const hardwareNames = Array.from({ length: spec.hardwareModels }, (_, i) => `model ${i + 1}`);
  const tierNames = Array.from({ length: spec.tiers }, (_, i) => `tier ${i + 1}`);
  const siteOf = (host: number): number => Math.floor(host / spec.hostsPerSite);
  return {
    spec,
    seed,
    hosts,
    sites,
    kind,
    always,
    away,
    zone,
    build,
    group,
    buildNames,
    eligible,
    siteOf,
    siteRange: (site) => [site * spec.hostsPerSite, Math.min(hosts, (site + 1) * spec.hostsPerSite)],
    labelsOf(host, into) {
      const r = mix(salt ^ 7, host);
      into[0] = buildNames[build[host] as number] as string;
      into[1] =
        kind[host] === SERVER
          ? (roleNames[r % roleNames.length] as string)
          : kind[host] === DESKTOP
            ? 'desktop'
            : 'laptop';
      into[2] = siteNames[siteOf(host)] as string;
      into[3] = hardwareNames[(r >>> 8) % hardwareNames.length] as string;
      into[4] = tierNames[(r >>> 20) % tierNames.length] as string;
    },
  };
}
