/** Every number that a simulated fleet is made of. */
export interface FleetSpec {
  /** Shares of the classes; the rest are laptops. */
  readonly servers: number;
  readonly desktops: number;
  /** Share of desktops that nobody ever switches off. */
  readonly desktopsLeftOn: number;
  /** Share of laptops and desktops whose owner is away for the whole release: never seen, not eligible. */
  readonly away: number;

  /** Chance per minute that a laptop in use is closed. */
  readonly closePerMinute: number;
  /** How long a laptop stays closed within the working day, mean, in seconds. */
  readonly napSeconds: number;
  /** Share of closings and shutdowns that the agent announces: a goodbye. */
  readonly goodbyes: number;
  /** Working day, local time, in seconds after midnight, and how far each host's own day is off, either way. */
  readonly dayStarts: number;
  readonly dayEnds: number;
  readonly daySpread: number;
  /** Share of hosts that are used on a given Saturday or Sunday. */
  readonly weekend: number;
  /** Share of hosts that are not switched on at all on a given working day. */
  readonly dayOff: number;
  /** Offsets from UTC, in hours, and the share of sites in each. */
  readonly timeZones: readonly (readonly [hours: number, share: number])[];
  /** When the release starts: seconds after Monday 00:00 UTC (negative: the Sunday before). */
  readonly start: number;

  /** Network losses per always-on host and day, and their mean length in seconds; never announced. */
  readonly lossesPerDay: number;
  readonly lossSeconds: number;
  /** Hosts of a site, outages of a site per day, and their mean length in seconds. */
  readonly hostsPerSite: number;
  readonly siteOutagesPerDay: number;
  readonly siteOutageSeconds: number;

  /** Interval of check-ins, in seconds; each host's are anywhere within it. */
  readonly checkIn: number;
  /** After so many seconds without one the server calls a host silent. */
  readonly silentAfter: number;
  /** Fastest and slowest time from delivery to the first proof, in seconds. */
  readonly loadFrom: number;
  readonly loadTo: number;
  /** Share of downloads that fail; the host proves that it kept its old content. */
  readonly downloadFails: number;
  /** Share of hosts that fail within a trial for reasons of their own. */
  readonly background: number;
  /** Share of hosts that are reinstalled within a trial and so never prove anything. */
  readonly reinstalls: number;

  /** Operating-system builds and their shares; the rest is spread over `rareBuilds` builds. */
  readonly builds: readonly (readonly [name: string, share: number])[];
  readonly rareBuilds: number;
  readonly serverRoles: number;
  readonly hardwareModels: number;
  readonly tiers: number;
  /** Share of servers that stand in redundancy groups, and the size of a group. */
  readonly grouped: number;
  readonly groupSize: number;
}

const HOUR = 3600;

/**
 * The reference fleet: a large company's mixture, made up to be demanding and plausible, not measured. Every
 * scenario and bar runs on it; change one field and run again to see what it does to your own.
 */
export const REFERENCE_FLEET: FleetSpec = {
  servers: 0.2, // one host in five is always on
  desktops: 0.25,
  desktopsLeftOn: 0.5, // half of them stay on overnight
  away: 0.03, // holidays, drawers, parental leave

  closePerMinute: 0.001, // once in 17 hours of use: 3 % of open laptops close in the next half-hour
  napSeconds: 45 * 60, // lunch, a meeting, a train
  goodbyes: 0.95, // suspend and shutdown are announced, an empty battery is not
  dayStarts: 8 * HOUR + 1800, // 08:30 local
  dayEnds: 17 * HOUR + 1800, // 17:30 local
  daySpread: 90 * 60, // 07:00–10:00 and 16:00–19:00
  weekend: 0.1, // one in ten works on a Saturday or Sunday
  dayOff: 0.05, // illness, travel, part time
  timeZones: [
    [-8, 0.12],
    [-5, 0.28],
    [0, 0.15],
    [1, 0.2],
    [5.5, 0.1],
    [8, 0.1],
    [10, 0.05],
  ],
  // Saturday 18:00 UTC: ten hosts and the ramp over the weekend, the large stages from Tuesday to Thursday. Four soaks
  // that begin on a Monday end on a Friday, and whoever is off that day gets the release after the weekend.
  start: -30 * HOUR,

  lossesPerDay: 0.02, // one in fifty days
  lossSeconds: 8 * 60,
  hostsPerSite: 2000,
  siteOutagesPerDay: 0.005, // each site once in 200 days
  siteOutageSeconds: 25 * 60,

  checkIn: 60,
  silentAfter: 180, // three check-ins
  loadFrom: 5,
  loadTo: 50,
  downloadFails: 0.001,
  background: 0.001, // as the default plan expects
  reinstalls: 0.00002,

  builds: [
    ['windows 11 24h2', 0.38],
    ['windows 11 23h2', 0.22],
    ['windows 10 22h2', 0.16],
    ['windows server 2022', 0.1],
    ['windows server 2019', 0.06],
    ['windows 11 25h2', 0.05],
  ],
  rareBuilds: 20, // insider rings, long-term servicing, forgotten updates: 3 % together
  serverRoles: 12,
  hardwareModels: 60,
  tiers: 3,
  grouped: 0.3, // of the servers
  groupSize: 8,
};
