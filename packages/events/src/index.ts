export { eventClasses, RecordFlag, SCHEMA_VERSION } from './schema.ts';
export type { EventClass, Field, FieldType, Tier } from './schema-types.ts';
