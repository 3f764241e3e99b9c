/** Chooses where events come from: kernel probes if they can be had, else procfs. */
import { SensorError } from '../errors.ts';
import { whyNoProbes } from '../facts/host.ts';
import { KernelSource } from '../kernel/kernel-source.ts';
import { ProcfsSource } from '../procfs/procfs-source.ts';
import type { Source } from './source.ts';
import type { State } from './state.ts';

/** @throws {SensorError} `start-failed` when `mode` asks for the kernel and it refuses */
export function openSource(state: State): Source {
  const { mode } = state.options;
  if (mode === 'procfs') return new ProcfsSource(state, 'asked for by the configuration', 'set mode auto');
  const known = whyNoProbes();
  if (!known) {
    try {
      return new KernelSource(state);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return fallBack(state, { reason, cure: 'see ringfence doctor', cause });
    }
  }
  return fallBack(state, known);
}

function fallBack(state: State, why: { reason: string; cure: string; cause?: unknown }): Source {
  if (state.options.mode === 'kernel')
    throw new SensorError('start-failed', `kernel probes cannot be used: ${why.reason}`, {
      cause: why.cause,
      cure: why.cure,
    });
  return new ProcfsSource(state, why.reason, why.cure);
}
