import { EventView, forEachRecord, toObject } from '@ringfence/events';
import type { Connection } from './server.ts';

/** Events as JSON to one reader of the control socket; what a slow reader does not take is counted and told with the next. */
export class EventStream {
  readonly classes: readonly string[];
  readonly #wanted: ReadonlySet<string>;
  readonly #connection: Connection;
  readonly #view: EventView = new EventView();
  #dropped = 0;

  constructor(classes: readonly string[], connection: Connection) {
    this.classes = classes;
    this.#wanted = new Set(classes);
    this.#connection = connection;
  }

  send(bytes: Uint8Array): void {
    forEachRecord(
      bytes,
      (view) => {
        if (!this.#wanted.has(view.class.name)) return;
        const item = { event: toObject(view), ...(this.#dropped > 0 && { dropped: this.#dropped }) };
        if (this.#connection.item(item)) this.#dropped = 0;
        else this.#dropped++;
      },
      this.#view,
    );
  }
}
