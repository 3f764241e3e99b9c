import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { freshDurable } from '../src/publisher/machine.ts';
import { type PublisherRecord, StateStore } from '../src/store/state-store.ts';

// Memory-backed where there is one: thousands of databases are opened.
const root = mkdtempSync(existsSync('/dev/shm') ? '/dev/shm/rf-state-' : '/tmp/rf-state-');
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const folder = (): string => {
  const dir = join(root, String(++made));
  mkdirSync(dir);
  return dir;
};
const hash = (character: string): string => character.repeat(64);
const record = (name: string, more: Partial<PublisherRecord['durable']> = {}): PublisherRecord => ({
  name,
  uid: 90_000,
  source: `/content/${name}`,
  durable: { ...freshDurable, ...more },
});
const open = (dir: string, notices: string[] = []): StateStore =>
  StateStore.open(dir, (text) => notices.push(text));

describe('the durable state', () => {
  it('gives back what was kept', () => {
    const dir = folder();
    const store = open(dir);
    const full = record('acme', {
      offered: hash('b'),
      lkg: hash('a'),
      quarantined: [{ hash: hash('c'), cause: 'hang' }],
      failures: [{ at: 5, hash: hash('b'), cause: 'crash', held: true }],
    });
    store.save(full);
    store.saveEngineState('acme', hash('b'), Buffer.from('state'));
    store.close();
    const again = open(dir);
    expect(again.get('acme')).toEqual(full);
    expect(Buffer.from(again.engineState('acme', hash('b')) ?? []).toString()).toBe('state');
    expect(again.engineState('acme', hash('a'))).toBeNull();
    again.close();
  });

  it('is a state that was kept, after a cut of the write-ahead log at every byte', {
    timeout: 120_000,
  }, () => {
    const dir = folder();
    open(dir).close(); // so that the log holds nothing but what follows
    const store = open(dir);
    const kept: (PublisherRecord | undefined)[] = [undefined];
    for (const lkg of ['a', 'b', 'c']) {
      const next = record('acme', { lkg: hash(lkg), offered: hash(lkg) });
      store.save(next);
      kept.push(next);
    }
    const log = readFileSync(join(dir, 'state.db-wal'));
    const main = readFileSync(join(dir, 'state.db'));
    store.close();
    const seen = new Set<number>();
    const cut = folder();
    for (let length = 0; length <= log.length; length++) {
      for (const name of readdirSync(cut)) rmSync(join(cut, name), { recursive: true });
      writeFileSync(join(cut, 'state.db'), main);
      writeFileSync(join(cut, 'state.db-wal'), log.subarray(0, length));
      const notices: string[] = [];
      const opened = open(cut, notices);
      const found = opened.get('acme');
      opened.close();
      const index = kept.findIndex((one) => JSON.stringify(one) === JSON.stringify(found));
      expect(index, `cut at ${length}: ${JSON.stringify(found)}`).toBeGreaterThanOrEqual(0);
      expect(notices).toEqual([]);
      seen.add(index);
    }
    // The whole log gives the last state, nothing of it the first: all were seen.
    expect(seen).toEqual(new Set([0, 1, 2, 3]));
  });

  it('sets a damaged database aside and goes on with the last known good releases', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 40 }),
        (damage) => {
          const dir = folder();
          const store = open(dir);
          store.save(record('acme', { offered: hash('b') }));
          store.save(record('acme', { offered: hash('b'), lkg: hash('a') }));
          store.save(record('other', { lkg: hash('d') }));
          store.close();
          const bytes = readFileSync(join(dir, 'state.db'));
          for (const [at, value] of damage) bytes[at % bytes.length] = value;
          writeFileSync(join(dir, 'state.db'), bytes);
          const notices: string[] = [];
          const again = open(dir, notices);
          expect(again.get('acme')?.durable.lkg).toBe(hash('a'));
          expect(again.get('other')?.durable.lkg).toBe(hash('d'));
          if (again.recovered.size > 0) {
            expect(notices.join()).toContain('damaged');
            expect(readdirSync(dir).some((name) => name.includes('.damaged-'))).toBe(true);
          }
          again.save(record('acme', { lkg: hash('e') })); // and it can be written
          again.close();
          const last = open(dir);
          expect(last.get('acme')?.durable.lkg).toBe(hash('e'));
          last.close();
          rmSync(dir, { recursive: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes a header that says read-only for damage', () => {
    const dir = folder();
    open(dir).close();
    const bytes = readFileSync(join(dir, 'state.db'));
    bytes[18] = 3;
    writeFileSync(join(dir, 'state.db'), bytes);
    const notices: string[] = [];
    const store = open(dir, notices);
    expect(notices.join()).toContain('read-only');
    expect(store.save(record('acme'))).toBe(true);
    store.close();
  });

  it('leaves a database alone that the disk does not let it use, and goes on without', () => {
    const dir = folder();
    const store = open(dir);
    store.save(record('acme', { lkg: hash('a') }));
    store.close();
    // Its log cannot be created: a folder is in the way.
    mkdirSync(join(dir, 'state.db-wal'));
    const notices: string[] = [];
    const again = open(dir, notices);
    expect(again.get('acme')?.durable.lkg).toBe(hash('a'));
    expect(notices.join()).toContain('nothing is kept');
    again.close();
    rmSync(join(dir, 'state.db-wal'), { recursive: true });
    const last = open(dir, notices);
    expect(last.get('acme')?.durable.lkg).toBe(hash('a'));
    last.close();
  });

  it('notices a row that was altered, which SQLite does not', () => {
    const dir = folder();
    const store = open(dir);
    store.save(record('acme', { lkg: hash('a'), offered: hash('a') }));
    store.save(record('other', { enabled: false }));
    store.close();
    const db = new DatabaseSync(join(dir, 'state.db'));
    db.exec(`UPDATE publisher SET body = replace(body, '${hash('a')}', '${hash('f')}') WHERE name = 'acme'`);
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    db.close();
    const notices: string[] = [];
    const again = open(dir, notices);
    expect(again.get('acme')?.durable).toEqual({ ...freshDurable, lkg: hash('a') });
    expect(again.recovered).toEqual(new Set(['acme']));
    expect(again.get('other')?.durable.enabled).toBe(false); // its row was whole
    expect(notices.join()).toContain('damaged');
    again.close();
  });

  it('does not take a last-known-good file that was altered', () => {
    const dir = folder();
    const store = open(dir);
    store.save(record('acme', { lkg: hash('a') }));
    store.close();
    const marker = join(dir, 'lkg', 'acme.json');
    writeFileSync(marker, readFileSync(marker, 'utf8').replaceAll('aaaa', 'ffff'));
    writeFileSync(join(dir, 'state.db'), 'no database');
    const again = open(dir);
    expect(again.all()).toEqual([]);
    again.close();
  });

  it('refuses engine state that was altered', () => {
    const dir = folder();
    const store = open(dir);
    store.saveEngineState('acme', hash('a'), Buffer.from('honest'));
    const db = new DatabaseSync(join(dir, 'state.db'));
    db.exec("UPDATE engine_state SET body = x'00'");
    db.close();
    expect(store.engineState('acme', hash('a'))).toBeNull();
    store.close();
  });

  it('keeps a whole state through kill -9 at any time', { timeout: 60_000 }, async () => {
    const dir = folder();
    const script = join(dir, 'writer.ts');
    const module = new URL('../src/store/state-store.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { StateStore } from ${JSON.stringify(module)};
       const store = StateStore.open(process.argv[2], () => process.exit(3));
       for (let n = 0; ; n++) {
         const lkg = (n % 16).toString(16).repeat(64);
         store.save({ name: 'acme', uid: 90000, source: '', durable: { enabled: true, offered: lkg, lkg, quarantined: [], failures: [] } });
         if (n === 3) process.stdout.write('going');
       }`,
    );
    const state = join(dir, 'state');
    mkdirSync(state);
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [
        '--conditions=source',
        '--disable-warning=ExperimentalWarning',
        script,
        state,
      ]);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      const notices: string[] = [];
      const store = open(state, notices);
      const { durable } = store.get('acme') ?? {};
      expect(durable?.lkg).toMatch(/^(.)\1{63}$/);
      expect(durable?.offered).toBe(durable?.lkg);
      expect(notices).toEqual([]);
      store.close();
    }
  });

  it('writes itself anew when the database is damaged under it', () => {
    const dir = folder();
    const notices: string[] = [];
    const store = open(dir, notices);
    store.save(record('acme', { lkg: hash('a') }));
    const db = new DatabaseSync(join(dir, 'state.db'));
    db.exec('DROP TABLE publisher');
    db.close();
    expect(store.save(record('other'))).toBe(true);
    expect(notices.join()).toContain('written anew');
    store.close();
    const again = open(dir);
    expect(again.all().map(({ name }) => name)).toEqual(['acme', 'other']);
    again.close();
  });

  it('keeps its files to itself', () => {
    const dir = folder();
    const store = open(dir);
    store.save(record('acme', { lkg: hash('a') }));
    expect(statSync(join(dir, 'lkg')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'lkg', 'acme.json')).mode & 0o777).toBe(0o600);
    store.close();
  });
});
