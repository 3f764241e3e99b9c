/** One agent per state directory: a lock that the kernel drops with the process, however that ends. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AgentError, messageOf } from './errors.ts';
import { sqliteCode } from './store/database.ts';

export class StateLock {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Takes the lock. Node has no flock; SQLite's exclusive transaction is a POSIX record lock underneath, which
   * survives nothing: kill -9 frees it.
   * @throws AgentError already-running, io
   */
  static take(state: string, run: string): StateLock {
    const pidFile = join(run, 'agent.pid');
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(join(state, 'lock.db'), { timeout: 0 });
      // Nothing is ever written, so there is no journal to leave behind.
      db.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
      chmodSync(join(state, 'lock.db'), 0o600);
      writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
      return new StateLock(db);
    } catch (error) {
      db?.close();
      if (sqliteCode(error) === 5) {
        throw new AgentError(
          'already-running',
          `an agent runs here already (pid ${readPid(pidFile)}, state ${state})`,
          {
            cure: '`ringfence status` shows it; stop it before you start another one',
          },
        );
      }
      throw new AgentError('io', `cannot lock ${state}: ${messageOf(error)}`, { cause: error });
    }
  }

  release(): void {
    this.#db.close();
  }
}

function readPid(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().slice(0, 12);
  } catch {
    return 'unknown';
  }
}
