/** Where a host stands in the moving release. */
export const NONE = 0;
export const OFFERED = 1;
export const DELIVERED = 2;
export const LOADED = 3;
/** Soaked, and the plan asks for a reboot proof too. */
export const REBOOT_DUE = 4;
export const HEALTHY = 5;
export const FAILED = 6;
export const PRESUMED_FAILED = 7;
/** Refused or could not download, and proved that it kept its old content: out of n. */
export const KEPT_OLD = 8;
/** The offer was never delivered: not an exposure, may be offered again. */
export const ABSENT = 9;

export const PHASE_NAMES: readonly string[] = [
  'not offered',
  'offered',
  'delivered',
  'loaded',
  'reboot due',
  'healthy',
  'failed',
  'presumed failed',
  'kept old content',
  'absent',
];

/** What a phase counts towards. All counters of a release are sums of these over its hosts. */
export const IN_N = 1;
export const IN_S = 2;
export const CLOSED = 4;
export const PROVED = 8;
export const OPEN = 16;
/** Keeps a place of its redundancy group busy while nothing is known of its load. */
export const BUSY = 32;
export const CANDIDATE = 64;

export const COUNTS: Uint8Array = Uint8Array.of(
  CANDIDATE,
  IN_N | OPEN | BUSY,
  IN_N | OPEN | BUSY,
  IN_N | OPEN | PROVED,
  IN_N | OPEN | PROVED,
  IN_N | CLOSED | PROVED,
  IN_N | IN_S | CLOSED | BUSY,
  IN_N | IN_S | CLOSED | BUSY,
  0,
  CANDIDATE,
);

/** Flags of a host. */
export const KNOWN = 1;
export const TALKING = 2;
/** Said goodbye: in n, not in S, not due until it talks again. */
export const GONE = 4;
/** The present batch waits for it. */
export const PENDING = 8;
/** Not yet proved loaded, for the promotion bound. */
export const UNRESOLVED = 16;
export const REMOVED = 32;
/** An excluded label value or a pin to another release. */
export const BARRED = 64;
export const REVERT_DUE = 128;
export const REVERTED = 256;
/** Its site is down, as its unexposed neighbours show: due again when the site is back. */
export const HELD = 512;
/** Presumed failed, and talked again later: still counted, but reachable. */
export const RETURNED = 1024;
/** Was told to go back since it last began to talk. */
export const REVERT_SENT = 8192;
/** Has talked since the release started: a host that was never heard of holds no release up. */
export const SEEN = 16_384;
/** Derived, never in a snapshot: has an entry in the deadline wheel; is in the list of candidates. */
export const IN_WHEEL = 2048;
export const LISTED = 4096;
export const DERIVED: number = IN_WHEEL | LISTED;
/** Silent without blame: gone, cut off with its site, or back on its old content. */
export const EXCUSED: number = GONE | HELD | REVERTED;
