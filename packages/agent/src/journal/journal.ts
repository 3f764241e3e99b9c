/**
 * The journal of findings: journal.db. A finding is on the disk before anything else is done with it; it is
 * bounded, the oldest go first, and what goes is counted.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errors.ts';
import { checksum, isDamage, MEMORY, openDatabase, setAside, transaction } from '../store/database.ts';

/** A finding to keep. */
export interface JournalEntry {
  readonly publisher: string;
  /** Names the finding: the same rule and record give the same, so that a repeated delivery is known. */
  readonly uid: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** OCSF Detection Finding, JSON in one line. */
  readonly body: string;
}

/** One that is kept: `seq` orders all findings, and so those of each publisher. */
export interface JournalRow extends JournalEntry {
  readonly seq: number;
  /** 1, and one more for each repeat that was collapsed into it. */
  readonly count: number;
}

export interface JournalBounds {
  readonly maxFindings: number;
  readonly maxBytes: number;
}

export interface JournalStatus {
  readonly findings: number;
  readonly bytes: number;
  readonly maxFindings: number;
  readonly maxBytes: number;
  /** Left the journal because it was full, oldest first. */
  readonly expired: number;
  /** Rows that were found altered and skipped. */
  readonly damaged: number;
  /** Not written because the disk refused, and given up. */
  readonly lost: number;
}

const PAGE = 4096;
/** Part of the pages that rows may fill; the rest is for indexes and free pages. */
const FILL = 0.6;
const SETUP = `
CREATE TABLE IF NOT EXISTS finding (seq INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, publisher TEXT NOT NULL,
  at INTEGER NOT NULL, count INTEGER NOT NULL, written INTEGER NOT NULL, body TEXT NOT NULL, sum TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS unwritten ON finding (seq) WHERE written < count;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`;

export class Journal {
  readonly #path: string;
  readonly #bounds: JournalBounds;
  readonly #notice: (text: string) => void;
  #db: DatabaseSync;
  #rows = 0;
  #bytes = 0;
  #counters: Record<'expired' | 'lost', number> = { expired: 0, lost: 0 };
  #damaged = 0;

  /** Opens `<dir>/journal.db`; a damaged one is set aside and a new one begun. */
  constructor(dir: string, bounds: JournalBounds, notice: (text: string) => void) {
    this.#path = join(dir, 'journal.db');
    this.#bounds = bounds;
    this.#notice = notice;
    try {
      this.#db = this.#open();
    } catch (error) {
      this.#db = isDamage(error) ? this.#restart(error) : this.#inMemory(error);
    }
  }

  /** The disk refuses: what is there may be whole and is left alone; findings are kept as long as the agent runs. */
  #inMemory(error: unknown): DatabaseSync {
    this.#notice(
      `the findings journal cannot be used (${messageOf(error)}); findings are kept in memory only`,
    );
    return this.#open(MEMORY);
  }

  /**
   * Keeps new findings and adds to the counts of kept ones, in one transaction.
   * @returns the rows of the new findings, in order; one whose uid is known is left out
   * @throws whatever SQLite says when the disk is full or fails: then nothing was kept
   */
  append(entries: readonly JournalEntry[], repeats: ReadonlyMap<string, number> = new Map()): JournalRow[] {
    try {
      return this.#append(entries, repeats);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#db = this.#restart(error);
      return this.#append(entries, repeats);
    }
  }

  #append(entries: readonly JournalEntry[], repeats: ReadonlyMap<string, number>): JournalRow[] {
    const rows: JournalRow[] = [];
    let bytes = 0;
    const left = transaction(this.#db, () => {
      const insert = this.#db.prepare(
        'INSERT INTO finding (uid, publisher, at, count, written, body, sum) VALUES (?, ?, ?, 1, 0, ?, ?) ON CONFLICT (uid) DO NOTHING',
      );
      for (const entry of entries) {
        const { uid, publisher, at, body } = entry;
        const result = insert.run(uid, publisher, at, body, checksum(uid, publisher, at, body));
        if (result.changes === 0) continue;
        rows.push({ ...entry, seq: Number(result.lastInsertRowid), count: 1 });
        bytes += rowBytes(body);
      }
      const repeat = this.#db.prepare('UPDATE finding SET count = count + ? WHERE uid = ?');
      for (const [uid, count] of repeats) repeat.run(count, uid);
      return this.#expire(rows.length, bytes);
    });
    // Only now is it true.
    this.#rows = left.rows;
    this.#bytes = left.bytes;
    this.#counters.expired += left.expired;
    return rows;
  }

  /** Removes the oldest until the new rows are within the bounds. @returns what is then left */
  #expire(addedRows: number, addedBytes: number): { rows: number; bytes: number; expired: number } {
    let rows = this.#rows + addedRows;
    let bytes = this.#bytes + addedBytes;
    let expired = 0;
    const room = this.#bounds.maxBytes * FILL;
    if (rows > this.#bounds.maxFindings || bytes > room) {
      let last = 0;
      for (const row of this.#db
        .prepare('SELECT seq, length(CAST(body AS BLOB)) AS size FROM finding ORDER BY seq')
        .iterate()) {
        if (rows <= this.#bounds.maxFindings && bytes <= room) break;
        last = row['seq'] as number;
        rows--;
        bytes -= rowBytes(row['size'] as number);
        expired++;
      }
      this.#db.prepare('DELETE FROM finding WHERE seq <= ?').run(last);
      this.#db
        .prepare(
          "INSERT INTO counter VALUES ('expired', ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        )
        .run(expired);
    }
    return { rows, bytes, expired };
  }

  /** Remembers that the findings file has these rows with these counts. */
  markWritten(rows: readonly Pick<JournalRow, 'seq' | 'count'>[]): void {
    transaction(this.#db, () => {
      const mark = this.#db.prepare('UPDATE finding SET written = max(written, ?) WHERE seq = ?');
      for (const { seq, count } of rows) mark.run(count, seq);
    });
  }

  /** Rows that the findings file does not have yet, or has with a smaller count; oldest first. */
  unwritten(limit = 500): JournalRow[] {
    return this.#select('WHERE written < count ORDER BY seq LIMIT ?', limit);
  }

  /** The current rows of these findings. */
  rows(uids: readonly string[]): JournalRow[] {
    return uids.flatMap((uid) => this.#select('WHERE uid = ?', uid));
  }

  /** The newest findings, oldest first; those after `seq` when it is given. */
  recent(limit: number, after = 0): JournalRow[] {
    return this.#select('WHERE seq > ? ORDER BY seq DESC LIMIT ?', after, limit).toReversed();
  }

  /** Counts findings that could not be kept. */
  countLost(count: number): void {
    this.#counters.lost += count;
    try {
      this.#db
        .prepare(
          "INSERT INTO counter VALUES ('lost', ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        )
        .run(count);
    } catch {
      // The disk that refused the finding refuses this too; the count in memory stands.
    }
  }

  status(): JournalStatus {
    return {
      findings: this.#rows,
      bytes: this.#bytes,
      maxFindings: this.#bounds.maxFindings,
      maxBytes: this.#bounds.maxBytes,
      expired: this.#counters.expired,
      damaged: this.#damaged,
      lost: this.#counters.lost,
    };
  }

  close(): void {
    this.#db.close();
  }

  #open(path: string = this.#path): DatabaseSync {
    const db = openDatabase(path, SETUP, PAGE);
    try {
      db.exec(`PRAGMA max_page_count=${Math.ceil(this.#bounds.maxBytes / PAGE)}`);
      const sums = db
        .prepare('SELECT count(*) AS n, coalesce(sum(length(CAST(body AS BLOB))), 0) AS bytes FROM finding')
        .get();
      this.#rows = sums?.['n'] as number;
      this.#bytes = (sums?.['bytes'] as number) + this.#rows * rowBytes(0);
      const counters = db.prepare('SELECT name, value FROM counter').all();
      const counter = (name: string): number =>
        (counters.find((row) => row['name'] === name)?.['value'] as number | undefined) ?? 0;
      this.#counters = { expired: counter('expired'), lost: counter('lost') };
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #restart(error: unknown): DatabaseSync {
    try {
      this.#db.close();
    } catch {
      // It was not open, or is past closing.
    }
    const aside = setAside(this.#path);
    this.#notice(
      `the findings journal was damaged (${messageOf(error)}) and is now ${aside}; a new one is begun`,
    );
    return this.#open();
  }

  #select(where: string, ...parameters: (string | number)[]): JournalRow[] {
    const rows: JournalRow[] = [];
    const found = this.#db
      .prepare(`SELECT seq, uid, publisher, at, count, body, sum FROM finding ${where}`)
      .all(...parameters);
    for (const row of found) {
      const { seq, uid, publisher, at, count, body, sum } = row as unknown as JournalRow & { sum: string };
      if (sum === checksum(uid, publisher, at, body)) rows.push({ seq, uid, publisher, at, count, body });
      else this.#damaged++;
    }
    return rows;
  }
}

/** What a row takes beside its body, roughly. */
function rowBytes(body: string | number): number {
  return (typeof body === 'string' ? Buffer.byteLength(body) : body) + 220;
}
