import { SensorError } from './errors.ts';

export type Tier = 'core' | 'full';

export interface SensorOptions {
  /** `auto` (default): kernel probes, or procfs when they cannot be had. */
  readonly mode?: 'auto' | 'kernel' | 'procfs';
  /** `core` (default) taxes no unrelated system call; `full` adds system-call exit probes. */
  readonly tier?: Tier;
  /** Event classes to deliver; all of the tier when left out. `subscribe` changes them. */
  readonly classes?: readonly string[];
  /** Probes to switch off or on, by the names that `probeList` gives. */
  readonly probes?: Readonly<Record<string, boolean>>;
  /** Further secrets whose reads are reported, absolute paths. */
  readonly secrets?: readonly string[];
  /** What our own processes do under these folders is no event, so that the agent does not feed itself. */
  readonly own?: { readonly pids?: readonly number[]; readonly folders?: readonly string[] };
}

/** Options as they reach the sensor process. */
export interface ResolvedOptions {
  readonly mode: 'auto' | 'kernel' | 'procfs';
  readonly tier: Tier;
  readonly classes: readonly string[] | null;
  readonly probes: Readonly<Record<string, boolean>>;
  readonly secrets: readonly string[];
  readonly own: { readonly pids: readonly number[]; readonly folders: readonly string[] };
}

/** Fills defaults. @throws {SensorError} `bad-option` */
export function resolveOptions(options: SensorOptions): ResolvedOptions {
  const mode = options.mode ?? 'auto';
  const tier = options.tier ?? 'core';
  if (!['auto', 'kernel', 'procfs'].includes(mode))
    throw new SensorError('bad-option', `mode must be auto, kernel or procfs, not ${String(mode)}`, {
      value: mode,
    });
  if (!['core', 'full'].includes(tier))
    throw new SensorError('bad-option', `tier must be core or full, not ${String(tier)}`, { value: tier });
  const secrets = options.secrets ?? [];
  const folders = options.own?.folders ?? [];
  for (const path of [...secrets, ...folders])
    if (!path.startsWith('/'))
      throw new SensorError('bad-option', `a path must be absolute: ${path}`, { value: path });
  return {
    mode,
    tier,
    classes: options.classes ?? null,
    probes: options.probes ?? {},
    secrets,
    own: { pids: options.own?.pids ?? [], folders },
  };
}
