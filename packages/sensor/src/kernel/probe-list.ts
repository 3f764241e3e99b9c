/** The probes: what they are called, which programs of the object they are, and which event classes they feed. */
import type { Tier } from '../options.ts';

export interface Probe {
  readonly name: string;
  readonly tier: Tier;
  /** Programs of bpf/ringfence.bpf.o; the first that the kernel takes is used. None: the probe is fanotify. */
  readonly programs: readonly string[];
  readonly classes: readonly string[];
  /** What is not seen without it. */
  readonly effect: string;
  /** For system-call probes: the x86-64 numbers whose exits it takes. */
  readonly syscalls?: readonly number[];
}

export const probes: readonly Probe[] = [
  {
    name: 'exec',
    tier: 'core',
    programs: ['process_exec'],
    classes: ['process_start', 'memory_exec'],
    effect: 'process starts are polled from /proc',
  },
  {
    name: 'fork',
    tier: 'core',
    programs: ['process_fork'],
    classes: [],
    effect: 'processes that never call exec have no parent in events',
  },
  {
    name: 'exit',
    tier: 'core',
    programs: ['process_exit'],
    classes: ['process_exit'],
    effect: 'process exits are not reported',
  },
];
