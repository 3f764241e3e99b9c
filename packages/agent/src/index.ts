export { Agent, type AgentParts } from './agent.ts';
export { type Config, loadConfig, makeConfig, parseConfig } from './config/load.ts';
export { type Places, places } from './config/places.ts';
export type { Settings, SettingsInput, Tuning } from './config/settings.ts';
export { ControlClient } from './control/client.ts';
export type { Command } from './control/protocol.ts';
export {
  type DrillOptions,
  type DrillReport,
  type DrillResult,
  drillCauses,
  runDrill,
} from './drills/drill.ts';
export { type DrillKind, drillKinds } from './drills/fault.ts';
export { AgentError, type AgentErrorCode } from './errors.ts';
export type { AgentFinding } from './findings/pipeline.ts';
export { prepareProcess } from './prepare-process.ts';
export type { FailureCause } from './publisher/cause.ts';
export type { EngineProcess, EngineSpec, StartEngine } from './publisher/engine-process.ts';
export type { Evidence } from './publisher/evidence.ts';
export type { PublisherStatus } from './publisher/status.ts';
export { startWalled } from './publisher/walled-engine.ts';
export type { StartSensor } from './sensor-link.ts';
export type { AgentStatus, Notice } from './status.ts';
export { removeTree } from './store/remove-tree.ts';
