/** Loads and attaches the probes, one by one: what this kernel lacks is left out and said. */
import { readFileSync } from 'node:fs';
import { Collection, CollectionSpec } from '@ringfence/ebpf';
import { toldCapabilities } from '../facts/capabilities.ts';
import { cgroupRoot } from '../facts/cgroup-root.ts';
import { kernelAtLeast } from '../facts/host.ts';
import { toldOpcodes } from '../facts/io-uring.ts';
import type { ResolvedOptions } from '../options.ts';
import type { ProbeState } from '../protocol.ts';
import { type Probe, probes } from './probe-list.ts';

const object = new URL('../../bpf/ringfence.bpf.o', import.meta.url);

export interface LoadedProbes extends Disposable {
  readonly collection: Collection;
  readonly states: readonly ProbeState[];
}

/** @throws whatever the loader throws when nothing at all can be loaded */
export function loadProbes(options: ResolvedOptions): LoadedProbes {
  const spec = CollectionSpec.fromElf(readFileSync(object), { name: 'ringfence.bpf.o' });
  const chosen = probes.filter((probe) => isOn(probe, options));
  const programs = new Set(['running_tasks', ...chosen.flatMap((probe) => probe.programs)]);
  spec.variables.set('told_capabilities', toldCapabilities);
  spec.variables.set('told_opcodes', toldOpcodes);
  const collection = Collection.load(spec, {
    programs: 'skip-unsupported',
    only: (program) => programs.has(program.name) && suits(program.name),
  });
  const stack = new DisposableStack();
  stack.use(collection);
  const skipped = new Map(collection.skipped.map(({ program, reason }) => [program, reason]));
  const states: ProbeState[] = [];
  for (const probe of probes) {
    if (probe.programs.length === 0) continue; // fanotify, see files/
    const state = (value: ProbeState['state'], reason?: string): void => {
      const { name, classes } = probe;
      states.push(
        reason === undefined ? { name, state: value, classes } : { name, state: value, reason, classes },
      );
    };
    if (!chosen.includes(probe)) {
      state('off');
      continue;
    }
    let reason = 'not in this object';
    let active = false;
    for (const name of probe.programs) {
      const program = collection.programs.get(name);
      if (!program) {
        reason = skipped.get(name) ?? reason;
        continue;
      }
      try {
        stack.use(
          program.spec.kind === 'cgroup' ? program.attach({ cgroup: cgroupRoot() }) : program.attach(),
        );
        active = true;
        break;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
    if (active) state('active');
    else state('unavailable', reason);
  }
  return { collection, states, [Symbol.dispose]: () => stack.dispose() };
}

function isOn(probe: Probe, options: ResolvedOptions): boolean {
  return options.probes[probe.name] ?? (options.tier === 'full' || probe.tier === 'core');
}

/** io_uring_submit_sqe had other arguments before 5.19, which the kernel's types do not tell apart. */
function suits(program: string): boolean {
  if (program !== 'io_uring_sqe') return true;
  return kernelAtLeast(5, 19);
}
