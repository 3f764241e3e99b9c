/**
 * The durable state of all publishers: state.db, beside it one small file per publisher with its last known good
 * release, from which a host recovers when the database is damaged.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { messageOf } from '../errors.ts';
import type { Durable } from '../publisher/machine.ts';
import { checksum, isDamage, MEMORY, openDatabase, setAside } from './database.ts';

/** What is kept of a publisher. Failure times are Unix milliseconds here. */
export interface PublisherRecord {
  readonly name: string;
  readonly uid: number;
  /** The content folder that it came from. */
  readonly source: string;
  readonly durable: Durable;
}

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const cause = v.picklist([
  'crash',
  'hang',
  'memory',
  'cpu',
  'flood',
  'protocol',
  'start',
  'launch',
  'damaged',
]);
const recordSchema = v.object({
  name: v.string(),
  uid: v.number(),
  source: v.string(),
  durable: v.object({
    enabled: v.boolean(),
    offered: v.nullable(hash),
    lkg: v.nullable(hash),
    quarantined: v.array(
      v.object({ hash, cause: v.union([cause, v.picklist(['administrator', 'state-lost'])]) }),
    ),
    failures: v.array(v.object({ at: v.number(), hash, cause, held: v.boolean() })),
  }),
});

const SETUP = `
CREATE TABLE IF NOT EXISTS publisher (name TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS engine_state (publisher TEXT NOT NULL, release TEXT NOT NULL, body BLOB NOT NULL, sum TEXT NOT NULL,
  PRIMARY KEY (publisher, release)) STRICT;
`;
/** Rows are small, and so is then what a commit adds to the log. */
const PAGE = 1024;
/** Most bytes of a last-known-good file. */
const MARKER_BYTES = 4096;

export class StateStore {
  readonly #dir: string;
  readonly #notice: (text: string) => void;
  #db: DatabaseSync;
  readonly #records: Map<string, PublisherRecord> = new Map();
  /** Publishers whose state was lost in this start: what is offered to them is not trusted until an administrator says so. */
  readonly recovered: Set<string> = new Set();

  private constructor(dir: string, db: DatabaseSync, notice: (text: string) => void) {
    this.#dir = dir;
    this.#db = db;
    this.#notice = notice;
  }

  /**
   * Opens `<dir>/state.db`. A damaged database is set aside; rows whose checksum holds are carried over, and
   * publishers that are lost get their last known good release back from the files beside it.
   */
  static open(dir: string, notice: (text: string) => void): StateStore {
    const path = join(dir, 'state.db');
    mkdirSync(join(dir, 'lkg'), { recursive: true, mode: 0o700 });
    let db: DatabaseSync;
    let read: Contents = { records: [], states: [], damaged: true };
    try {
      db = openDatabase(path, SETUP, PAGE);
      read = readAll(db);
      if (read.damaged) db = anew(db, path, 'an altered row', notice);
    } catch (error) {
      if (isDamage(error)) db = anew(undefined, path, messageOf(error), notice);
      else {
        // The disk refuses: what is there may be whole, and is left alone.
        notice(
          `the state database cannot be used (${messageOf(error)}); nothing is kept, and last known good releases run`,
        );
        db = openDatabase(MEMORY, SETUP, PAGE);
      }
    }
    if (read.damaged) for (const [name, release, body] of read.states) writeState(db, name, release, body);
    const store = new StateStore(dir, db, notice);
    for (const record of read.records) {
      store.#records.set(record.name, record);
      if (read.damaged) store.save(record);
    }
    if (read.damaged) store.#recover();
    return store;
  }

  get(name: string): PublisherRecord | undefined {
    return this.#records.get(name);
  }

  all(): PublisherRecord[] {
    return [...this.#records.values()];
  }

  /** Keeps a publisher's state. A disk that is full or fails is told, and the agent goes on with what it has in memory. */
  save(record: PublisherRecord): boolean {
    const before = this.#records.get(record.name);
    this.#records.set(record.name, record);
    const { lkg } = record.durable;
    try {
      this.#write(record);
      if (lkg !== null && lkg !== before?.durable.lkg) {
        const { name, uid, source } = record;
        writeMarker(this.#markerPath(name), { name, uid, source, lkg });
      }
      return true;
    } catch (error) {
      this.#notice(`the state of ${record.name} could not be written: ${messageOf(error)}`);
      return false;
    }
  }

  #write(record: PublisherRecord): void {
    try {
      writeRecord(this.#db, record);
    } catch (error) {
      if (!isDamage(error)) throw error;
      // What is in memory is whole: a new database gets all of it.
      this.#db.close();
      const aside = setAside(join(this.#dir, 'state.db'));
      this.#db = openDatabase(join(this.#dir, 'state.db'), SETUP, PAGE);
      this.#notice(
        `the state database was damaged (${messageOf(error)}), is now ${aside} and was written anew`,
      );
      for (const one of this.#records.values()) writeRecord(this.#db, one);
    }
  }

  /** Removes all that is kept of a publisher. */
  forget(name: string): void {
    this.#records.delete(name);
    rmSync(this.#markerPath(name), { force: true });
    try {
      this.#db.prepare('DELETE FROM publisher WHERE name = ?').run(name);
      this.#db.prepare('DELETE FROM engine_state WHERE publisher = ?').run(name);
    } catch (error) {
      this.#notice(`${name} could not be removed from the state: ${messageOf(error)}`);
    }
  }

  /** Keeps what an engine asked to keep for its next instance of the same release. */
  saveEngineState(name: string, release: string, body: Uint8Array): void {
    try {
      writeState(this.#db, name, release, body);
    } catch (error) {
      this.#notice(`the engine state of ${name} could not be written: ${messageOf(error)}`);
    }
  }

  /** What the last engine of this release kept, or null. A row that is damaged is dropped and told. */
  engineState(name: string, release: string): Uint8Array | null {
    try {
      const row = this.#db
        .prepare('SELECT body, sum FROM engine_state WHERE publisher = ? AND release = ?')
        .get(name, release);
      if (row === undefined) return null;
      const body = row['body'] as Uint8Array;
      if (row['sum'] === checksum(name, release, body)) return body;
      this.dropEngineState(name, release);
      this.#notice(`the saved engine state of ${name} was damaged and is dropped`);
    } catch (error) {
      this.#notice(`the saved engine state of ${name} cannot be read: ${messageOf(error)}`);
    }
    return null;
  }

  /** Forgets the engine state of a release, or of all releases of the publisher but `release` with `others`. */
  dropEngineState(name: string, release: string, others = false): void {
    const compare = others ? '<>' : '=';
    try {
      this.#db
        .prepare(`DELETE FROM engine_state WHERE publisher = ? AND release ${compare} ?`)
        .run(name, release);
    } catch (error) {
      this.#notice(`the engine state of ${name} could not be removed: ${messageOf(error)}`);
    }
  }

  close(): void {
    this.#db.close();
  }

  #markerPath(name: string): string {
    return join(this.#dir, 'lkg', `${name}.json`);
  }

  /** Brings back publishers whose row is gone from their last-known-good files. */
  #recover(): void {
    for (const file of readdirSync(join(this.#dir, 'lkg'))) {
      if (!file.endsWith('.json')) continue;
      const marker = readMarker(join(this.#dir, 'lkg', file));
      if (marker === null || this.#records.has(marker.name)) continue;
      const durable: Durable = {
        enabled: true,
        offered: null,
        lkg: marker.lkg,
        quarantined: [],
        failures: [],
      };
      this.save({ name: marker.name, uid: marker.uid, source: marker.source, durable });
      // The database knew which releases had failed here; without it only the last known good one is trusted.
      this.recovered.add(marker.name);
    }
  }
}

/** Sets a damaged database aside and begins a new one. */
function anew(
  db: DatabaseSync | undefined,
  path: string,
  why: string,
  notice: (text: string) => void,
): DatabaseSync {
  db?.close();
  const aside = setAside(path);
  notice(
    `the state database was damaged (${why}) and is now ${aside}; publishers go on with their last known good releases`,
  );
  return openDatabase(path, SETUP, PAGE);
}

interface Contents {
  readonly records: PublisherRecord[];
  readonly states: (readonly [string, string, Uint8Array])[];
  readonly damaged: boolean;
}

function readAll(db: DatabaseSync): Contents {
  const records: PublisherRecord[] = [];
  const states: (readonly [string, string, Uint8Array])[] = [];
  let damaged = false;
  try {
    for (const row of db.prepare('SELECT name, body, sum FROM publisher ORDER BY name').iterate()) {
      const record = checkedRecord(row['name'] as string, row['body'] as string, row['sum'] as string);
      if (record === null) damaged = true;
      else records.push(record);
    }
    for (const row of db.prepare('SELECT publisher, release, body, sum FROM engine_state').iterate()) {
      const { publisher, release, body } = row as { publisher: string; release: string; body: Uint8Array };
      if (row['sum'] === checksum(publisher, release, body)) states.push([publisher, release, body]);
      else damaged = true;
    }
  } catch {
    damaged = true;
  }
  return { records, states, damaged };
}

function checkedRecord(name: string, body: string, sum: string): PublisherRecord | null {
  if (sum !== checksum(name, body)) return null;
  try {
    const result = v.safeParse(recordSchema, JSON.parse(body));
    return result.success && result.output.name === name ? result.output : null;
  } catch {
    return null;
  }
}

function writeRecord(db: DatabaseSync, record: PublisherRecord): void {
  const body = JSON.stringify(record);
  db.prepare(
    'INSERT INTO publisher VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body, sum = excluded.sum',
  ).run(record.name, body, checksum(record.name, body));
}

function writeState(db: DatabaseSync, name: string, release: string, body: Uint8Array): void {
  db.prepare(
    'INSERT INTO engine_state VALUES (?, ?, ?, ?) ON CONFLICT (publisher, release) DO UPDATE SET body = excluded.body, sum = excluded.sum',
  ).run(name, release, body, checksum(name, release, body));
}

interface Marker {
  readonly name: string;
  readonly uid: number;
  readonly source: string;
  readonly lkg: string;
}

const markerSchema = v.object({ name: v.string(), uid: v.number(), source: v.string(), lkg: hash });

function writeMarker(path: string, marker: Marker): void {
  const body = JSON.stringify(marker);
  writeDurably(path, `${JSON.stringify({ body, sum: checksum(body) })}\n`);
}

function readMarker(path: string): Marker | null {
  try {
    if (statSync(path).size > MARKER_BYTES) return null;
    const { body, sum } = v.parse(
      v.object({ body: v.string(), sum: v.string() }),
      JSON.parse(readFileSync(path, 'utf8')),
    );
    return sum === checksum(body) ? v.parse(markerSchema, JSON.parse(body)) : null;
  } catch {
    return null;
  }
}

/** Writes a file so that after a power cut it is the old one or the new one, whole. */
export function writeDurably(path: string, text: string): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  const dir = openSync(dirname(path), 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}
