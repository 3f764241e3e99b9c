export { ActorBlock } from './actor.ts';
export { type BatchCount, forEachRecord } from './batch.ts';
export {
  classBit,
  classId,
  eventClass,
  FIRST_PROBE_CLASS_ID,
  fieldSlot,
  findLayout,
  OTHER_CLASSES,
} from './classes.ts';
export { describe, safeText } from './describe.ts';
export { EventError, type EventErrorCode } from './errors.ts';
export {
  encodeFrame,
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
  type Frame,
  FrameReader,
  type FrameRules,
  MAX_FRAME_PAYLOAD,
  readFrameSync,
} from './frames.ts';
export { sigmaTaxonomy } from './generated/sigma-taxonomy.ts';
export type * from './generated/types.ts';
export { formatIp, parseIp } from './ip.ts';
export {
  type FieldLayout,
  Header,
  layout,
  MAX_RECORD_BYTES,
  type RecordForm,
  type RecordLayout,
} from './layout.ts';
export { attacksFromTags, type OcsfAttack } from './ocsf/attack.ts';
export { OCSF_VERSION, type OcsfContext, type OcsfObject } from './ocsf/context.ts';
export { toOcsf } from './ocsf/event.ts';
export {
  type Ancestor,
  detectionFinding,
  type FindingInput,
  type FindingRule,
  type SigmaLevel,
} from './ocsf/finding.ts';
export { probeClasses } from './probe-classes.ts';
export { type ProjectedBatch, projectBatch, type Subscription, subscriptionKey } from './project.ts';
export { ACTOR_FIELDS, eventClasses, RecordFlag, SCHEMA_VERSION } from './schema.ts';
export type { EventClass, Field, FieldType, RecordClass, Tier } from './schema-types.ts';
export {
  type SigmaField,
  type SigmaGetter,
  type SigmaRender,
  type SigmaTaxonomy,
  sigmaClasses,
  sigmaField,
  sigmaGetter,
} from './sigma.ts';
export { toObject } from './to-object.ts';
export { EventView } from './view.ts';
export { ClockOffset, EventWriter } from './writer.ts';
