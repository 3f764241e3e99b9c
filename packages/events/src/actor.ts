import { findLayout } from './classes.ts';
import { Header } from './layout.ts';
import { ACTOR_FIELDS, eventClasses } from './schema.ts';
import type { EventView } from './view.ts';

const layoutOf = findLayout('event', eventClasses[0]?.id ?? 0);
const actorFields = layoutOf?.fields.slice(0, ACTOR_FIELDS) ?? [];
const END = (actorFields.at(-1)?.offset ?? 0) + 4;
const isReference = new Set(
  actorFields
    .filter(({ field }) => field.type === 'string' || field.type === 'strings')
    .map(({ offset }) => (offset - Header.BYTES) / 4),
);

/**
 * The fields that every class begins with, encoded once per process and copied into each of its events by
 * `EventWriter.actor`: that costs one copy in place of fourteen.
 */
export class ActorBlock {
  /** The fixed part by 32-bit words; references count from the start of `text`. */
  readonly words: Uint32Array;
  /** Indices of the words that are references (u16 offset, u16 length). */
  readonly references: readonly number[];
  readonly text: Uint8Array;
  /** Bits of `truncated` below `ACTOR_FIELDS`. */
  readonly truncated: number;

  /** Copies the actor's fields from an event of any class. @throws {EventError} `bad-reference` */
  constructor(view: EventView) {
    const words = new Uint32Array((END - Header.BYTES) / 4);
    const texts: Uint8Array[] = [];
    const references: number[] = [];
    const bytes = view.record();
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let end = 0;
    for (let i = 0; i < words.length; i++) {
      if (!isReference.has(i)) words[i] = data.getUint32(Header.BYTES + 4 * i, true);
    }
    for (const { field, slot, offset } of actorFields) {
      if (field.type !== 'string' && field.type !== 'strings') continue;
      const text = view.bytes(slot);
      if (text.length === 0) continue;
      const word = (offset - Header.BYTES) / 4;
      words[word] = end | (text.length << 16);
      references.push(word);
      texts.push(text);
      end += text.length;
    }
    this.words = words;
    this.references = references;
    this.text = new Uint8Array(end);
    let at = 0;
    for (const text of texts) {
      this.text.set(text, at);
      at += text.length;
    }
    this.truncated = Number(BigInt.asUintN(ACTOR_FIELDS, view.truncated));
  }
}
