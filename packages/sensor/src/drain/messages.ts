/** Messages between the main thread of the sensor process and its drain thread. */

import type { ResolvedOptions } from '../options.ts';
import type { Description, Fatal, Hello, Stats } from '../protocol.ts';

export interface WorkerData {
  readonly options: ResolvedOptions;
  /** An eventfd: the main thread rings it, so that a waiting drain thread looks at its messages. */
  readonly bell: number;
  /** One Int32: bytes of batches that the main thread has written. A message for each batch would cost more than the batch. */
  readonly written: SharedArrayBuffer;
}

export type ToDrain =
  | { readonly type: 'buffer'; readonly buffer: ArrayBuffer }
  | { readonly type: 'subscribe'; readonly classes: readonly string[] }
  | { readonly type: 'describe'; readonly id: number; readonly pid: number; readonly startTime: string }
  | { readonly type: 'snapshot'; readonly id: number }
  | { readonly type: 'end' };

/** What the main thread needs to hash the executable of a process. */
export interface Described {
  readonly description: Description;
  readonly executable: {
    readonly pid: number;
    readonly path: string;
    readonly inode: bigint;
    readonly alive: boolean;
  };
}

export type FromDrain =
  | { readonly type: 'hello'; readonly hello: Omit<Hello, 'pid' | 'kernel' | 'tier'> }
  | { readonly type: 'fatal'; readonly fatal: Fatal }
  | {
      readonly type: 'batch';
      readonly buffer: ArrayBuffer;
      readonly used: number;
      readonly count: number;
      readonly classes: number;
    }
  | { readonly type: 'stats'; readonly stats: Omit<Stats, 'cpuSeconds' | 'rssBytes'> }
  | { readonly type: 'described'; readonly id: number; readonly result: Described | null }
  | {
      readonly type: 'snapshot';
      readonly id: number;
      readonly buffer: ArrayBuffer;
      readonly used: number;
      readonly last: boolean;
    };
