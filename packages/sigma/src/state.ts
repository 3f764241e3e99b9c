import type { EventReader, FieldValue } from './event.ts';
import { fold, foldDashes } from './fold.ts';
import { GramFilter } from './grams.ts';

/** Forms in which tests look at a field's text. */
export const CASED = 0;
export const FOLDED = 1;
export const CASED_DASHES = 2;
export const FOLDED_DASHES = 3;
/** The folded text from its last `/` or `\` on, that separator included: what `endswith: /name` asks about. */
export const TAIL = 4;
export type View = typeof CASED | typeof FOLDED | typeof CASED_DASHES | typeof FOLDED_DASHES | typeof TAIL;

/** A field's text, or texts when it has several values. */
export type Text = string | readonly string[] | undefined;

/** The part of a text from its last separator on, or all of it. */
export function tailOf(text: string): string {
  const slash = text.lastIndexOf('/');
  const backslash = text.lastIndexOf('\\');
  const at = slash > backslash ? slash : backslash;
  return at <= 0 ? text : text.slice(at);
}

/** A text in the form that a view's needles are kept in. */
export function inView(text: string, view: View): string {
  switch (view) {
    case CASED:
      return text;
    case FOLDED:
      return fold(text);
    case CASED_DASHES:
      return foldDashes(text);
    case FOLDED_DASHES:
      return foldDashes(fold(text));
    case TAIL:
      return tailOf(fold(text));
  }
}

const VIEWS = 5;

/**
 * The event being matched: each field is read once and each form of its text made once, when first asked for. Stamps tell
 * which entries belong to this event, so that nothing has to be cleared between events.
 */
export class EventState {
  private readonly names: readonly string[];
  private readonly slots: readonly (number | undefined)[];
  private readonly raws: FieldValue[];
  private readonly rawStamps: Float64Array;
  private readonly texts: Text[];
  private readonly textStamps: Float64Array;
  private readonly filters: (GramFilter | undefined)[];
  private readonly filterStamps: Float64Array;
  private stamp = 0;
  private reader: EventReader | undefined;
  private entryList: (readonly [string, string])[] | undefined;
  /** Values that were too long for a regular expression and were not tested. */
  overlong = 0;

  constructor(names: readonly string[], slots: readonly (number | undefined)[]) {
    this.names = names;
    this.slots = slots;
    this.raws = names.map(() => undefined);
    this.rawStamps = new Float64Array(names.length);
    this.texts = Array.from({ length: names.length * VIEWS }, () => undefined);
    this.textStamps = new Float64Array(names.length * VIEWS);
    this.filters = names.map(() => undefined);
    this.filterStamps = new Float64Array(names.length);
  }

  begin(reader: EventReader): void {
    this.reader = reader;
    this.entryList = undefined;
    this.stamp++;
  }

  raw(field: number): FieldValue {
    if (this.rawStamps[field] === this.stamp) return this.raws[field];
    const slot = this.slots[field];
    const reader = this.reader!;
    const value =
      slot !== undefined && reader.at !== undefined ? reader.at(slot) : reader.get(this.names[field]!);
    this.rawStamps[field] = this.stamp;
    this.raws[field] = value;
    return value;
  }

  text(field: number, view: View): Text {
    const index = field * VIEWS + view;
    if (this.textStamps[index] === this.stamp) return this.texts[index];
    const text = this.makeText(field, view);
    this.textStamps[index] = this.stamp;
    this.texts[index] = text;
    return text;
  }

  private makeText(field: number, view: View): Text {
    if (view === TAIL) {
      const folded = this.text(field, FOLDED);
      if (folded === undefined) return undefined;
      return typeof folded === 'string' ? tailOf(folded) : folded.map(tailOf);
    }
    const raw = this.raw(field);
    if (raw === undefined || raw === null) return undefined;
    if (typeof raw === 'string') return inView(raw, view);
    return typeof raw === 'object' ? raw.map((item) => inView(item, view)) : inView(String(raw), view);
  }

  /** The trigrams of a field's folded text; undefined when the field does not have exactly one text. */
  filter(field: number): GramFilter | undefined {
    const text = this.text(field, FOLDED);
    if (typeof text !== 'string') return undefined;
    let filter = this.filters[field];
    if (filter === undefined) {
      filter = new GramFilter();
      this.filters[field] = filter;
    }
    if (this.filterStamps[field] !== this.stamp) {
      filter.load(text);
      this.filterStamps[field] = this.stamp;
    }
    return filter;
  }

  /** All values of the event as texts, with the fields that they are in. */
  entries(): readonly (readonly [string, string])[] {
    if (this.entryList !== undefined) return this.entryList;
    const list: (readonly [string, string])[] = [];
    for (const [name, value] of this.reader!.entries?.() ?? []) {
      if (value === undefined || value === null) continue;
      if (typeof value === 'object') for (const item of value) list.push([name, item]);
      else list.push([name, String(value)]);
    }
    this.entryList = list;
    return list;
  }
}
