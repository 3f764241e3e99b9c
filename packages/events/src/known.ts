import type { Field } from './schema-types.ts';

/**
 * Is this a number that only the process table can tell? It is not known when the actor is not (flag
 * `ACTOR_UNKNOWN`), and its 0 must then never be taken for, say, user id 0.
 */
export const needsActor = (field: Field): boolean =>
  field.by === 'sensor' &&
  field.type !== 'string' &&
  field.type !== 'strings' &&
  (field.name.startsWith('process.') || field.name.startsWith('parent.'));
