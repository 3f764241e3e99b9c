/** Opens an SQLite database so that it survives kill -9, a cut write-ahead log and a damaged file. */
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AgentError, messageOf } from '../errors.ts';

/** Damaged databases that are kept for whoever wants to look, per name. */
const KEPT_ASIDE = 3;

/**
 * A database in WAL mode with `synchronous=FULL`: a commit is on the disk when it returns (SQLite, "Write-Ahead
 * Logging" and PRAGMA synchronous). `setup` creates the tables.
 */
export function openDatabase(path: string, setup: string, pageSize = 4096): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 2_000 });
  try {
    db.exec(
      `PRAGMA page_size=${pageSize}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA trusted_schema=OFF;`,
    );
    db.exec(setup);
    // Its log and shared memory get the same mode.
    if (path !== MEMORY) chmodSync(path, 0o600);
    probeWrite(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Stands for a database that cannot be kept on the disk now: it lives as long as the agent. */
export const MEMORY = ':memory:';

/** A header of which one byte is wrong can make a database read-only (SQLite file format, section 1.3.3): that is damage too. */
function probeWrite(db: DatabaseSync, path: string): void {
  try {
    // BEGIN IMMEDIATE would not do: on a read-only database it begins a read.
    db.exec('BEGIN; PRAGMA user_version=1; ROLLBACK');
  } catch (error) {
    if (sqliteCode(error) !== READONLY || !isWritable(path)) throw error;
    throw Object.assign(new Error('its header says that it is read-only'), { errcode: CORRUPT });
  }
}
const CORRUPT = 11;
const READONLY = 8;

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** SQLite's primary result code of what was thrown (11 corrupt, 13 full, 26 not a database, …), or undefined. */
export function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** The file is damaged, or is none of ours: SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_ERROR of a foreign schema. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === CORRUPT || code === 26 || code === 24 || code === 1;
}

/** No room, or the disk fails: SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN. */
export function isDiskTrouble(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 13 || code === 10 || code === READONLY || code === 14;
}

/**
 * Moves a database and its log out of the way.
 * @returns where it is now
 */
export function setAside(path: string): string {
  const dir = dirname(path);
  const prefix = `${basename(path)}.damaged-`;
  const old = readdirSync(dir)
    .filter((name) => name.startsWith(prefix) && !name.endsWith('-wal') && !name.endsWith('-shm'))
    .toSorted();
  for (const name of old.slice(0, Math.max(0, old.length - KEPT_ASIDE + 1)))
    for (const tail of ['', '-wal', '-shm']) rmSync(join(dir, name + tail), { force: true });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '');
  let to = join(dir, prefix + stamp);
  for (let n = 1; existsSync(to); n++) to = join(dir, `${prefix}${stamp}-${n}`);
  try {
    for (const tail of ['', '-wal', '-shm']) if (existsSync(path + tail)) renameSync(path + tail, to + tail);
  } catch (error) {
    throw new AgentError('io', `cannot set ${path} aside: ${messageOf(error)}`, { cause: error });
  }
  return to;
}

/** Runs `work` in one transaction. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Checksum over parts: SQLite does not notice an altered row, so each row that matters carries one. */
export function checksum(...parts: readonly (string | number | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = part instanceof Uint8Array ? part : Buffer.from(String(part));
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex').slice(0, 32);
}
