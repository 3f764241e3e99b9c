export { ProtocolError, type ProtocolErrorCode } from './error.ts';
export {
  decodeFromEngine,
  encodeAck,
  encodeFinding,
  encodeHashRequest,
  encodeLog,
  encodePong,
  encodeReady,
  encodeSavedState,
} from './from-engine.ts';
export { EngineHost, HOST_LIMITS, type HostLimits } from './host.ts';
export { type EngineContext, type EngineHandlers, runEngine } from './run-engine.ts';
export {
  type AgentMessage,
  type Batch,
  decodeToEngine,
  encodeBatchHead,
  encodeHashResult,
  encodeHello,
  encodePing,
  encodeSnapshot,
  encodeStart,
  encodeState,
  encodeStop,
} from './to-engine.ts';
export {
  Bound,
  type EngineMessage,
  type Finding,
  FromEngine,
  type HashResult,
  type HashTarget,
  type Hello,
  type Level,
  type LogLevel,
  PROTOCOL_VERSION,
  type Ready,
  type Subscription,
  ToEngine,
} from './types.ts';
