import { secretPaths as listSecrets } from './facts/secret-paths.ts';
import { Users } from './facts/users.ts';

export type { ClassStats } from './encode/counts.ts';
export { SensorError, type SensorErrorCode } from './errors.ts';
export { type Probe, probes as probeList } from './kernel/probe-list.ts';
export type { SensorOptions, Tier } from './options.ts';
export type { Ancestor, Description, HashResult, Hello, Missing, ProbeState, Stats } from './protocol.ts';
export { type OnEvents, type SensorExit, type SensorProcess, startSensor } from './start-sensor.ts';

/** The files on this host whose reads are reported, whether they exist or not. */
export function secretPaths(): string[] {
  const users = new Users();
  users.refresh(performance.now());
  return listSecrets(users.all);
}
