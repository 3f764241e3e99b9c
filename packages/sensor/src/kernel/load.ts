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
import { nativeNumbers } from './syscall-numbers.ts';

/** Where the committed object with all probes lies. */
export const probeObject: URL = new URL('../../bpf/ringfence.bpf.o', import.meta.url);
/** The program that all system-call probes share. */
const DISPATCHER = 'syscall_exit';
const MIB = 1 << 20;
const LIFE_BYTES = 8 * MIB;
const CALLS_BYTES = 32 * MIB;
/** Rings are halved down to this where locked memory is limited (kernels before 5.11). */
const LEAST_BYTES = MIB / 2;
const PAGE = 4096;

export interface LoadedProbes extends Disposable {
  readonly collection: Collection;
  readonly states: readonly ProbeState[];
  /** Attached probes of system calls. */
  readonly syscallProbes: readonly Probe[];
}

/** @throws whatever the loader throws when nothing at all can be loaded */
export function loadProbes(options: ResolvedOptions): LoadedProbes {
  const chosen = probes.filter((probe) => probe.programs.length > 0 && isOn(probe, options));
  const collection = loadFitting(options, chosen);
  const stack = new DisposableStack();
  stack.use(collection);
  try {
    return { ...attachAll(collection, chosen, stack), collection, [Symbol.dispose]: () => stack.dispose() };
  } catch (error) {
    stack.dispose();
    throw error;
  }
}

/** Loads with rings as large as the kernel lets us lock. */
function loadFitting(options: ResolvedOptions, chosen: readonly Probe[]): Collection {
  const bytes = readFileSync(probeObject);
  const programs = new Set(['running_tasks', ...chosen.flatMap((probe) => probe.programs)]);
  const calls = chosen.some(({ syscalls }) => syscalls !== undefined);
  if (calls) programs.add(DISPATCHER);
  for (let shrink = 1; ; shrink *= 2) {
    const spec = CollectionSpec.fromElf(bytes, { name: 'ringfence.bpf.o' });
    const ring = (name: string, size: number): void => {
      const map = spec.maps.get(name);
      if (map) map.maxEntries = size;
    };
    ring('life', LIFE_BYTES / shrink);
    ring('calls', calls ? CALLS_BYTES / shrink : PAGE);
    spec.variables.set('told_capabilities', toldCapabilities);
    spec.variables.set('told_opcodes', toldOpcodes);
    spec.variables.set('native_number', nativeNumbers());
    const own = [process.pid, ...options.own.pids].slice(0, 4);
    spec.variables.set('own_tgids', [...own, 0, 0, 0, 0].slice(0, 4));
    const smallest = LIFE_BYTES / shrink <= LEAST_BYTES;
    try {
      const collection = Collection.load(spec, {
        programs: 'skip-unsupported',
        only: (program) => programs.has(program.name) && suits(program.name),
      });
      const noMemory = collection.skipped.some(
        ({ code, program }) => code === 'map' && program === 'process_exec',
      );
      if (!noMemory || smallest) return collection;
      collection[Symbol.dispose]();
    } catch (error) {
      if (smallest) throw error;
    }
  }
}

function attachAll(
  collection: Collection,
  chosen: readonly Probe[],
  stack: DisposableStack,
): { states: ProbeState[]; syscallProbes: Probe[] } {
  const skipped = new Map(collection.skipped.map(({ program, reason }) => [program, reason]));
  const states: ProbeState[] = [];
  const syscallProbes: Probe[] = [];
  for (const probe of probes) {
    if (probe.programs.length === 0) continue; // fanotify, see files/
    const { name, classes } = probe;
    if (!chosen.includes(probe)) {
      states.push({ name, state: 'off', classes });
      continue;
    }
    const reason = attachFirst(collection, probe, skipped, stack);
    if (reason === undefined) {
      states.push({ name, state: 'active', classes });
      if (probe.syscalls) syscallProbes.push(probe);
    } else states.push({ name, state: 'unavailable', reason, classes });
  }
  return { states, syscallProbes };
}

/** Attaches the first program of a probe that the kernel takes. Undefined, or why none is. */
function attachFirst(
  collection: Collection,
  probe: Probe,
  skipped: ReadonlyMap<string, string>,
  stack: DisposableStack,
): string | undefined {
  let reason = 'this kernel has no such hook';
  for (const name of probe.programs) {
    const program = collection.programs.get(name);
    if (!program) {
      reason = skipped.get(name) ?? reason;
      continue;
    }
    try {
      if (probe.syscalls) {
        if (!collection.programs.has(DISPATCHER)) return skipped.get(DISPATCHER) ?? reason;
        // Not attached: the shared program jumps to it.
        const fd = Buffer.alloc(4);
        fd.writeInt32LE(program.fd);
        for (const number of probe.syscalls) collection.map('by_number').put(number, fd);
      } else if (program.spec.kind === 'cgroup') stack.use(program.attach({ cgroup: cgroupRoot() }));
      else stack.use(program.attach());
      return undefined;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return reason;
}

function isOn(probe: Probe, options: ResolvedOptions): boolean {
  return options.probes[probe.name] ?? (options.tier === 'full' || probe.tier === 'core');
}

/** io_uring_submit_sqe had other arguments before 5.19, which the kernel's types do not tell apart. */
function suits(program: string): boolean {
  return program !== 'io_uring_sqe' || kernelAtLeast(5, 19);
}
