/** Sigma's names for classes and fields (product `linux`), and getters for engines. */
import { eventClass } from './classes.ts';
import { sigmaTaxonomy } from './generated/sigma-taxonomy.ts';
import { needsActor } from './known.ts';
import { RecordFlag } from './schema.ts';
import type { FieldType } from './schema-types.ts';
import type { EventView } from './view.ts';

export type SigmaRender = Exclude<FieldType, 'strings'> | 'joined';

/** Where a Sigma field lies in a class, or the value that the class itself fixes. */
export type SigmaField = { readonly slot: number; readonly render: SigmaRender } | { readonly fixed: string };

export interface SigmaTaxonomy {
  /** Category of a log source → names of its classes. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** Class name → Sigma field → where it lies. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, SigmaField>>>>;
}

/** A field's value; null where the record has none: an empty string, or unknown because the actor is. */
export type SigmaGetter = (view: EventView) => string | number | bigint | null;

/** Names of the classes of a Sigma category; empty when there are none. */
export function sigmaClasses(category: string): readonly string[] {
  return Object.hasOwn(sigmaTaxonomy.categories, category) ? (sigmaTaxonomy.categories[category] ?? []) : [];
}

/**
 * Finds a Sigma field (`Image`) or a field by its own name (`process.path`) in a class; `undefined` when the
 * class has neither. @throws {EventError} `unknown-class`
 */
export function sigmaField(className: string, field: string): SigmaField | undefined {
  const { fields } = eventClass(className);
  const names = sigmaTaxonomy.fields[className] ?? {};
  if (Object.hasOwn(names, field)) return names[field];
  const slot = fields.findIndex(({ name }) => name === field);
  const type = fields[slot]?.type;
  return type && { slot, render: type === 'strings' ? 'joined' : type };
}

/** A getter for a Sigma field of a class; `undefined` when the class has no such field. @throws {EventError} `unknown-class` */
export function sigmaGetter(className: string, field: string): SigmaGetter | undefined {
  const found = sigmaField(className, field);
  if (!found) return undefined;
  if ('fixed' in found) {
    const { fixed } = found;
    return () => fixed;
  }
  const { slot, render } = found;
  const get = getter(slot, render);
  const declared = eventClass(className).fields[slot];
  return declared && needsActor(declared)
    ? (view) => ((view.flags & RecordFlag.ACTOR_UNKNOWN) === 0 ? get(view) : null)
    : get;
}

function getter(slot: number, render: SigmaRender): SigmaGetter {
  switch (render) {
    case 'u8':
      return (view) => view.u8(slot);
    case 'u16':
      return (view) => view.u16(slot);
    case 'u32':
      return (view) => view.u32(slot);
    case 'i32':
      return (view) => view.i32(slot);
    case 'u64':
      // Exact as a number below 2^53; only what is larger pays for a bigint.
      return (view) => (view.u64High(slot) < 0x20_0000 ? view.u64Number(slot) : view.u64(slot));
    case 'string':
      return (view) => view.string(slot) || null;
    case 'joined':
      return (view) => view.joined(slot) || null;
    case 'ip':
      return (view) => view.ip(slot);
  }
}
