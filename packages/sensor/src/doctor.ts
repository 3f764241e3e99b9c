/** What this host can do for the sensor, found out with as little loading as possible: nothing is attached. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { CollectionSpec, features } from '@ringfence/ebpf';
import { cgroupRoot } from './facts/cgroup-root.ts';
import { canWatchFiles, kernelAtLeast, whyNoProbes } from './facts/host.ts';
import { Init } from './files/fanotify.ts';
import { FanotifyGroup } from './files/fanotify-group.ts';
import { probeObject } from './kernel/load.ts';
import { type Probe, probes } from './kernel/probe-list.ts';
import { native } from './native.ts';

export interface HostCheck {
  readonly what: string;
  readonly ok: boolean;
  /** What was found, in one line. */
  readonly detail: string;
  /** What is not seen because of it; empty when all is well. */
  readonly effect: string;
  readonly cure: string;
}

export interface HostReport {
  /** The mode that the sensor would run in. */
  readonly mode: 'kernel' | 'procfs';
  readonly checks: readonly HostCheck[];
}

const POLLED =
  'processes are polled from /proc: those that live less than about 0.1 s are missed, and nothing but processes is seen';

/** Never throws: what cannot be found out is a check that is not ok. */
export function doctor(): HostReport {
  const checks: HostCheck[] = [];
  const check = (what: string, effect: string, cure: string, find: () => string): boolean => {
    try {
      checks.push({ what, ok: true, detail: find(), effect: '', cure: '' });
      return true;
    } catch (error) {
      checks.push({
        what,
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
        effect,
        cure,
      });
      return false;
    }
  };

  const ffi = check(
    'native calls (koffi)',
    'the sensor does not run',
    'run npm install again on this machine',
    () => {
      native();
      return 'loaded';
    },
  );
  const against = whyNoProbes();
  const kernel =
    check('kernel probes', POLLED, against?.cure ?? '', () => {
      if (against) throw new Error(against.reason);
      return `Linux ${release()} with BTF, and rights to load`;
    }) && ffi;
  if (kernel) checkProbes(check);
  check('file events (fanotify)', effectOf('files'), 'run as root', () => {
    if (!canWatchFiles()) throw new Error('not enough rights (CAP_SYS_ADMIN)');
    new FanotifyGroup(native(), Init.CLOEXEC | Init.REPORT_DIR_FID | Init.REPORT_NAME)[Symbol.dispose]();
    return kernelAtLeast(5, 17) ? 'with whole renames' : 'renames in two halves';
  });
  const exec = checks.find(({ what }) => what === 'probe exec');
  return { mode: kernel && exec?.ok ? 'kernel' : 'procfs', checks };
}

function checkProbes(
  check: (what: string, effect: string, cure: string, find: () => string) => boolean,
): void {
  const spec = CollectionSpec.fromElf(readFileSync(probeObject));
  for (const probe of probes) {
    if (probe.programs.length === 0) continue;
    const cure = probe.name.startsWith('udp') ? 'mount cgroup v2' : 'a newer kernel';
    check(`probe ${probe.name}`, probe.effect, cure, () => {
      if (probe.name.startsWith('udp')) cgroupRoot();
      return hookOf(probe, spec);
    });
  }
  check(
    'task iterator',
    'processes that already run are read from /proc, which takes longer',
    'a newer kernel',
    () => loadable('iter/task'),
  );
}

/** The hook that the probe would use. */
function hookOf(probe: Probe, spec: CollectionSpec): string {
  let last: unknown;
  for (const name of probe.programs) {
    try {
      return loadable(spec.programs.get(name)?.section ?? '');
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function loadable(section: string): string {
  const answer = features.program(section);
  if (answer.supported !== 'yes') throw new Error(answer.reason);
  return section;
}

function effectOf(name: string): string {
  return probes.find((probe) => probe.name === name)?.effect ?? '';
}
