/** Messages between the main thread of the sensor process and its drain thread. */

import type { ResolvedOptions } from '../options.ts';
import type { Description, Fatal, Reply } from '../protocol.ts';

export interface WorkerData {
  readonly options: ResolvedOptions;
  /** An eventfd: the main thread rings it, so that a waiting drain thread looks at its messages. */
  readonly bell: number;
  /** The socket to the agent, to which the drain thread alone writes while it runs. */
  readonly channel: number;
}

export type ToDrain =
  | { readonly type: 'subscribe'; readonly classes: readonly string[] }
  | { readonly type: 'describe'; readonly id: number; readonly pid: number; readonly startTime: string }
  | { readonly type: 'snapshot'; readonly id: number }
  | { readonly type: 'reply'; readonly reply: Reply }
  /** The agent breaks the protocol. */
  | { readonly type: 'fail'; readonly message: string }
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
  /** It has ended. */
  | { readonly type: 'fatal'; readonly fatal: Fatal }
  | { readonly type: 'described'; readonly id: number; readonly result: Described };
