import type { Hello } from '../protocol.ts';
import type { Waiter, Waker } from './waiter.ts';

/** Where events come from: kernel probes, or procfs. */
export interface Source extends Disposable {
  readonly hello: Omit<Hello, 'pid' | 'kernel' | 'tier'>;
  /** Takes in what has come since the last round. True: there is more, do not wait. */
  round(now: number): boolean;
  /** What a `wait` may wait for. */
  readonly wakers: readonly Waker[];
  /** Waits for the next round, at most `most` milliseconds. */
  wait(waiter: Waiter, most: number): void;
  /** The classes that the agent wants, by id. */
  subscribe(wanted: Uint8Array): void;
  readonly ring: { readonly fill: number; readonly size: number };
  readonly overflows: number;
  /** Fork records that found no room: processes whose parent may be unknown. */
  readonly forksLost: number;
  /** Puts what was lost before it reached this process into `counts.lost`. */
  countLost(): void;
}
