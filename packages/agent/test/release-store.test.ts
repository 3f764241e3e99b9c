import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ReleaseStore } from '../src/store/release-store.ts';

const root = mkdtempSync(join(tmpdir(), 'rf-store-'));
afterAll(() => {
  chmodAll(root);
  rmSync(root, { recursive: true, force: true });
});
function chmodAll(dir: string): void {
  chmodSync(dir, 0o700);
  for (const entry of readdirSync(dir, { withFileTypes: true }))
    if (entry.isDirectory()) chmodAll(join(dir, entry.name));
}
let made = 0;
function release(files: Record<string, string> = {}): string {
  const dir = join(root, `content-${++made}`);
  mkdirSync(join(dir, 'rules'), { recursive: true });
  writeFileSync(
    join(dir, 'release.json'),
    JSON.stringify({ publisher: 'acme', name: 'rules', version: '1' }),
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}
const state = (): string => {
  const dir = join(root, `state-${++made}`);
  mkdirSync(dir);
  return dir;
};

describe('the release store', () => {
  it('copies a release under the hash of all that is in it, read-only', () => {
    const dir = release({ 'rules/one.yml': 'title: one' });
    chmodSync(join(dir, 'rules/one.yml'), 0o755);
    const where = state();
    const stored = new ReleaseStore(where).add(dir);
    expect(stored.release).toMatchObject({
      publisher: 'acme',
      version: '1',
      dir: join(where, 'releases', stored.hash),
    });
    expect(readFileSync(join(stored.release.dir, 'rules/one.yml'), 'utf8')).toBe('title: one');
    expect(statSync(join(stored.release.dir, 'rules/one.yml')).mode & 0o777).toBe(0o555);
    expect(statSync(join(stored.release.dir, 'release.json')).mode & 0o777).toBe(0o444);
    expect(statSync(join(stored.release.dir, 'rules')).mode & 0o777).toBe(0o555);
  });

  it('tells releases apart by path, content and mode, and knows one again', () => {
    const store = new ReleaseStore(state());
    const dir = release({ 'rules/one.yml': 'a' });
    const { hash } = store.add(dir);
    expect(store.add(dir).hash).toBe(hash);
    expect(store.add(release({ 'rules/one.yml': 'a' })).hash).toBe(hash);
    expect(store.add(release({ 'rules/one.yml': 'b' })).hash).not.toBe(hash);
    expect(store.add(release({ 'rules/two.yml': 'a' })).hash).not.toBe(hash);
    chmodSync(join(dir, 'rules/one.yml'), 0o755);
    expect(store.add(dir).hash).not.toBe(hash);
  });

  it('refuses links, special files and what is too large, and leaves nothing of it', () => {
    const where = state();
    const store = new ReleaseStore(where);
    const link = release();
    symlinkSync('/etc/shadow', join(link, 'rules/shadow.yml'));
    expect(() => store.add(link)).toThrow(/not a regular file/);
    const huge = release({ 'rules/huge.yml': '' });
    truncateSync(join(huge, 'rules/huge.yml'), 300 * 1024 * 1024);
    expect(() => store.add(huge)).toThrow(/bound|large/);
    expect(() => store.add(join(root, 'nowhere'))).toThrow();
    expect(readdirSync(join(where, 'releases'))).toEqual([]);
  });

  it('gives out no release whose content is not what its name says', () => {
    const where = state();
    const { hash, release: stored } = new ReleaseStore(where).add(release({ 'rules/one.yml': 'good' }));
    const file = join(stored.dir, 'rules/one.yml');
    expect(new ReleaseStore(where).get(hash)).not.toBeNull();
    chmodSync(file, 0o644);
    writeFileSync(file, 'evil');
    chmodSync(file, 0o444);
    expect(new ReleaseStore(where).get(hash)).toBeNull();
    expect(new ReleaseStore(where).get('../../etc')).toBeNull();
    // A good copy takes its place.
    const again = new ReleaseStore(where).add(release({ 'rules/one.yml': 'good' }));
    expect(readFileSync(join(again.release.dir, 'rules/one.yml'), 'utf8')).toBe('good');
  });

  it('removes half copies of a killed agent, and releases that nobody needs', () => {
    const where = state();
    const store = new ReleaseStore(where);
    const { hash } = store.add(release({ 'rules/one.yml': 'a' }));
    const { hash: other } = store.add(release({ 'rules/one.yml': 'b' }));
    mkdirSync(join(where, 'releases', '.copy-1234', 'rules'), { recursive: true });
    const next = new ReleaseStore(where);
    expect(readdirSync(join(where, 'releases')).toSorted()).toEqual([hash, other].toSorted());
    next.prune(new Set([other]));
    expect(readdirSync(join(where, 'releases'))).toEqual([other]);
    expect(next.get(hash)).toBeNull();
  });
});
