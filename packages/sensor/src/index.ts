export type { ClassStats } from './encode/counts.ts';
export { SensorError, type SensorErrorCode } from './errors.ts';
export { type Probe, probes as probeList } from './kernel/probe-list.ts';
export type { SensorOptions, Tier } from './options.ts';
export type { Ancestor, Description, HashResult, Hello, Missing, ProbeState, Stats } from './protocol.ts';
export { type SensorExit, type SensorProcess, startSensor } from './start-sensor.ts';
