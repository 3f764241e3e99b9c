/** Chooses where events come from: kernel probes if they can be had, else procfs. */
import { SensorError } from '../errors.ts';
import { KernelSource } from '../kernel/kernel-source.ts';
import type { Source } from './source.ts';
import type { State } from './state.ts';

/** @throws {SensorError} `start-failed` when `mode` asks for the kernel and it refuses */
export function openSource(state: State): Source {
  try {
    return new KernelSource(state);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SensorError('start-failed', `kernel probes cannot be used: ${reason}`, {
      cause,
      cure: 'run as root, or use mode auto',
    });
  }
}
