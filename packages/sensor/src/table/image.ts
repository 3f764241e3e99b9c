/** What a process runs, and as whom: what exec changes and fork shares. */
import { RecordFlag } from '@ringfence/events';

export interface Image {
  readonly path: Uint8Array;
  /** Arguments parted by NUL. */
  readonly argv: Uint8Array;
  readonly cwd: Uint8Array;
  readonly tty: Uint8Array;
  readonly user: Uint8Array;
  /** Empty on the host. */
  readonly container: Uint8Array;
  readonly uid: number;
  readonly gid: number;
  readonly euid: number;
  readonly loginUid: number;
  readonly session: number;
  readonly cgroupLow: number;
  readonly cgroupHigh: number;
  readonly links: number;
  readonly inodeLow: number;
  readonly inodeHigh: number;
  /** Which texts were cut. */
  readonly truncated: number;
  /** RecordFlag bits that every event of a process with this image carries (PATH_DETACHED, ACTOR_UNKNOWN). */
  readonly flags: number;
}

/** Bits of `Image.truncated`. */
export const Cut = { PATH: 1, ARGV: 2, CWD: 4 } as const;

const none = new Uint8Array(0);

/** The image of a process that nobody told about. */
export const unknownImage: Image = {
  path: none,
  argv: none,
  cwd: none,
  tty: none,
  user: none,
  container: none,
  uid: 0xffff_ffff,
  gid: 0xffff_ffff,
  euid: 0xffff_ffff,
  loginUid: 0xffff_ffff,
  session: 0,
  cgroupLow: 0,
  cgroupHigh: 0,
  links: 1,
  inodeLow: 0,
  inodeHigh: 0,
  truncated: 0,
  flags: RecordFlag.ACTOR_UNKNOWN,
};
