/** What parts of the agent are told of the configuration, in their own terms. */
import type { MachineSettings } from '../publisher/machine.ts';
import type { PublisherSettings } from '../publisher/publisher.ts';
import { type Config, limitsOf } from './load.ts';

/** A spare is started so long after its engine, for the start is busy enough. */
const SPARE_DELAY_MS = 1_000;

/** What the sensor will most likely say. On a slow host that takes it long, and a wrong guess costs a change of engines. */
export function expectedTier({ sensor }: Config): string {
  return sensor.mode !== 'procfs' && process.getuid?.() === 0 ? sensor.tier : 'none';
}

export function machineSettings({ recovery }: Config): MachineSettings {
  return {
    windowMs: recovery.windowSeconds * 1000,
    failures: recovery.failures,
    failuresWithFallback: recovery.failuresWithFallback,
    backoffMs: recovery.backoffMs,
    backoffMaxMs: recovery.backoffMaxMs,
    probationMs: recovery.probationSeconds * 1000,
    probationEvents: recovery.probationEvents,
    spareDelayMs: SPARE_DELAY_MS,
  };
}

export function publisherSettings(
  config: Config,
  name: string,
  uid: number,
  source: string,
): PublisherSettings {
  const requireLayers = config.publishers[name]?.requireLayers ?? [];
  return { name, uid, gid: uid, source, limits: limitsOf(config, name), requireLayers };
}
