import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Collapser } from '../src/journal/collapse.ts';
import { FindingsFile } from '../src/journal/findings-file.ts';
import { Journal, type JournalEntry } from '../src/journal/journal.ts';

const root = mkdtempSync(join(tmpdir(), 'rf-journal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const folder = (): string => {
  const dir = join(root, String(++made));
  mkdirSync(dir);
  return dir;
};
const bounds = { maxFindings: 100, maxBytes: 4 * 1024 * 1024 };
const entry = (n: number, publisher = 'acme', size = 10): JournalEntry => ({
  publisher,
  uid: `uid-${publisher}-${n}`,
  at: n,
  body: JSON.stringify({ n, pad: 'x'.repeat(size) }),
});

describe('the journal', () => {
  it('keeps findings in order, once each, over a restart', () => {
    const dir = folder();
    const journal = new Journal(dir, bounds, () => undefined);
    const rows = journal.append([entry(1), entry(2)]);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(journal.append([entry(2), entry(3)]).map(({ uid }) => uid)).toEqual(['uid-acme-3']);
    journal.append([], new Map([['uid-acme-2', 5]]));
    journal.close();
    const again = new Journal(dir, bounds, () => undefined);
    expect(again.recent(10).map(({ at, count }) => [at, count])).toEqual([
      [1, 1],
      [2, 6],
      [3, 1],
    ]);
    expect(again.recent(1).map(({ at }) => at)).toEqual([3]);
    expect(again.recent(10, rows[0]?.seq).map(({ at }) => at)).toEqual([2, 3]);
    again.close();
  });

  it('knows what the findings file lacks', () => {
    const journal = new Journal(folder(), bounds, () => undefined);
    const [first] = journal.append([entry(1), entry(2)]);
    journal.markWritten(first === undefined ? [] : [first]);
    expect(journal.unwritten().map(({ at }) => at)).toEqual([2]);
    journal.append([], new Map([['uid-acme-1', 1]]));
    expect(journal.unwritten().map(({ at, count }) => [at, count])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    journal.close();
  });

  it('lets the oldest go when it is full, and counts them', () => {
    const dir = folder();
    const journal = new Journal(dir, bounds, () => undefined);
    for (let n = 0; n < 350; n++) journal.append([entry(n)]);
    expect(journal.recent(1_000).map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, n) => n + 250));
    expect(journal.status()).toMatchObject({ findings: 100, expired: 250 });
    journal.close();
    const again = new Journal(dir, bounds, () => undefined);
    expect(again.status()).toMatchObject({ findings: 100, expired: 250 });
    again.close();
  });

  it('stays within its bytes', () => {
    const dir = folder();
    const journal = new Journal(dir, { maxFindings: 1_000_000, maxBytes: 1024 * 1024 }, () => undefined);
    for (let n = 0; n < 300; n++) journal.append([entry(n, 'acme', 20_000)]);
    expect(journal.status().expired).toBeGreaterThan(200);
    expect(journal.recent(1)[0]?.at).toBe(299);
    journal.close();
    expect(statSync(join(dir, 'journal.db')).size).toBeLessThanOrEqual(1024 * 1024);
  });

  it('skips a row that was altered and says so', () => {
    const dir = folder();
    const journal = new Journal(dir, bounds, () => undefined);
    journal.append([entry(1), entry(2)]);
    const db = new DatabaseSync(join(dir, 'journal.db'));
    db.exec(`UPDATE finding SET body = '{"n":99}' WHERE seq = 1`);
    db.close();
    expect(journal.recent(10).map(({ at }) => at)).toEqual([2]);
    expect(journal.status().damaged).toBe(1);
    journal.close();
  });

  it('is begun anew when it is damaged, whatever the damage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), fc.boolean(), (bytes, whole) => {
        const dir = folder();
        if (whole) {
          const journal = new Journal(dir, bounds, () => undefined);
          for (let n = 0; n < 20; n++) journal.append([entry(n, 'acme', 500)]);
          journal.close();
          const file = readFileSync(join(dir, 'journal.db'));
          bytes.forEach((byte, index) => {
            file[(index * 7919 + byte) % file.length] = byte;
          });
          writeFileSync(join(dir, 'journal.db'), file);
        } else writeFileSync(join(dir, 'journal.db'), bytes);
        const notices: string[] = [];
        const journal = new Journal(dir, bounds, (text) => notices.push(text));
        expect(journal.append([entry(1_000)]).length).toBe(1);
        expect(journal.recent(1)[0]?.at).toBe(1_000);
        journal.close();
        rmSync(dir, { recursive: true });
      }),
      { numRuns: 40 },
    );
  });
});

describe('findings.jsonl', () => {
  it('goes on in a new file when it was rotated', () => {
    let now = 0;
    const path = join(folder(), 'findings.jsonl');
    const file = new FindingsFile(path, 0, () => now);
    file.append(['one']);
    renameSync(path, `${path}.old`);
    now += 1_000;
    file.append(['two']);
    expect(readFileSync(`${path}.old`, 'utf8')).toBe('one\n');
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // At once, on SIGHUP.
    renameSync(path, `${path}.old2`);
    file.reopen();
    file.append(['three']);
    expect(readFileSync(path, 'utf8')).toBe('three\n');
    file.reopen();
  });

  it('is moved away at its size', () => {
    const path = join(folder(), 'findings.jsonl');
    const file = new FindingsFile(path, 100);
    for (let n = 0; n < 30; n++) file.append([`line number ${n}`]);
    expect(statSync(path).size).toBeLessThan(120);
    expect(existsSync(`${path}.1`)).toBe(true);
    file.reopen();
  });

  it('ends a line that a power cut left half written', () => {
    const path = join(folder(), 'findings.jsonl');
    appendFileSync(path, '{"half":');
    const file = new FindingsFile(path, 0);
    file.append(['{}']);
    expect(readFileSync(path, 'utf8')).toBe('{"half":\n{}\n');
    file.reopen();
  });

  // A real file system with no room left, in a mount namespace of its own.
  it.skipIf(process.getuid?.() !== 0)('takes back what a full disk let it write of a line', () => {
    const dir = folder();
    const module = new URL('../src/journal/findings-file.ts', import.meta.url).href;
    const script = join(root, 'full.ts');
    writeFileSync(
      script,
      `import { readFileSync, rmSync, writeFileSync } from 'node:fs';
       import { FindingsFile } from ${JSON.stringify(module)};
       const file = new FindingsFile('${dir}/findings.jsonl', 0);
       file.append(['before']);
       writeFileSync('${dir}/ballast', Buffer.alloc(4096 * 6));
       let code = 'none';
       try { file.append(['x'.repeat(100000)]); } catch (error) { code = error.code; }
       rmSync('${dir}/ballast');
       file.append(['after']);
       console.log(JSON.stringify([code, readFileSync('${dir}/findings.jsonl', 'utf8')]));`,
    );
    const node = `${process.execPath} --conditions=source ${script}`;
    const run = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', `mount -t tmpfs -o size=64k none ${dir} && exec ${node}`],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(run.stdout)).toEqual(['ENOSPC', 'before\nafter\n']);
  });
});

describe('repeats', () => {
  const one = (n: number, variant = 'same', key = 'rule') => ({ uid: `u${n}`, key, variant });

  it('are counted on the first, whatever differs is written, up to a number', () => {
    const collapser = new Collapser({ windowMs: 1_000, variants: 2 });
    expect(collapser.admit(one(1), 0)).toBe('new');
    expect(collapser.admit(one(2), 10)).toEqual({ repeats: 'u1' });
    expect(collapser.admit(one(3, 'other'), 20)).toBe('new');
    expect(collapser.admit(one(4, 'third'), 30)).toEqual({ repeats: 'u3' });
    expect(collapser.admit(one(5, 'same', 'another rule'), 40)).toBe('new');
    expect(collapser.expired(999)).toEqual([]);
    expect(collapser.expired(1_000).toSorted()).toEqual(['u1', 'u3']);
    expect(collapser.admit(one(6), 1_001)).toBe('new');
  });

  it('of the same delivery are known', () => {
    const collapser = new Collapser({ windowMs: 0, variants: 1 });
    expect(collapser.admit(one(1), 0)).toBe('new');
    expect(collapser.admit(one(1), 0)).toBe('again');
    expect(collapser.admit(one(2), 0)).toBe('new');
  });

  it('never lose a finding: each is written, counted on a written one, or known', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat({ max: 40 }),
            fc.constantFrom('a', 'b', 'c'),
            fc.constantFrom('k', 'l'),
            fc.nat({ max: 700 }),
          ),
          { maxLength: 200 },
        ),
        (script) => {
          const collapser = new Collapser({ windowMs: 1_000, variants: 2 });
          const written = new Set<string>();
          const seen = new Set<string>();
          const repeated = new Set<string>();
          const told: string[] = [];
          let now = 0;
          for (const [n, variant, key, pause] of script) {
            now += pause;
            told.push(...collapser.expired(now));
            const finding = { uid: `u${n}${variant}${key}`, key, variant };
            const result = collapser.admit(finding, now);
            if (result === 'again') expect(seen.has(finding.uid)).toBe(true);
            else if (result === 'new') written.add(finding.uid);
            else {
              expect(written.has(result.repeats)).toBe(true);
              repeated.add(result.repeats);
            }
            seen.add(finding.uid);
          }
          told.push(...collapser.flush());
          expect(new Set(told)).toEqual(repeated);
        },
      ),
    );
  });
});
