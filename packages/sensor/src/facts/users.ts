/** Names of user ids, from /etc/passwd. Directory services are not asked: that could block. */
import { readFileSync, statSync } from 'node:fs';

const MAX_PASSWD_BYTES = 4 << 20;

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

/** The entries of a passwd file; malformed lines are skipped. */
export function parsePasswd(text: string): User[] {
  const users: User[] = [];
  for (const line of text.split('\n')) {
    const [name, , uid, , , home] = line.split(':');
    if (!name || !uid || !/^\d{1,10}$/.test(uid)) continue;
    users.push({ name, uid: Number(uid), home: home ?? '' });
  }
  return users;
}

/** A cache over one passwd file, read again when its time or size changes. */
export class Users {
  readonly #path: string;
  #stamp = '';
  #checked = -Infinity;
  #users: User[] = [];
  readonly #names = new Map<number, Buffer>();

  constructor(path = '/etc/passwd') {
    this.#path = path;
  }

  /** Looks at the file when the last look is older than a second. @param now milliseconds, monotonic */
  refresh(now: number): boolean {
    if (now - this.#checked < 1000) return false;
    this.#checked = now;
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    const stamp = stat ? `${stat.ino}:${stat.size}:${stat.mtimeMs}` : '';
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    this.#names.clear();
    try {
      this.#users =
        stat && stat.size <= MAX_PASSWD_BYTES ? parsePasswd(readFileSync(this.#path, 'utf8')) : [];
    } catch {
      this.#users = [];
    }
    for (const { name, uid } of this.#users)
      if (!this.#names.has(uid)) this.#names.set(uid, Buffer.from(name).subarray(0, 256));
    return true;
  }

  get all(): readonly User[] {
    return this.#users;
  }

  /** UTF-8 bytes of the name; the number as text for one without. */
  name(uid: number): Buffer {
    let name = this.#names.get(uid);
    if (name === undefined) {
      if (this.#names.size > 65_536) this.#names.clear();
      name = Buffer.from(String(uid));
      this.#names.set(uid, name);
    }
    return name;
  }
}
