/**
 * Debian packages, fetched with apt into a folder of our own: the host's sources, lists and installed packages stay as
 * they are, and no root is needed. The mirror and the keys are those that the host's apt is configured with.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, run } from './command.ts';

const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
];
/** Lists older than this are fetched again before something is looked up in them. */
const LISTS_MAX_AGE_MS = 24 * 3600 * 1000;

/** The URI of the archive that the host gets Debian's main component from. Throws where the host is no Debian. */
export function debianMirror(): string {
  const format = '$(REPO_URI) $(RELEASE) $(ORIGIN)';
  const targets = run('apt-get', [
    'indextargets',
    '--format',
    format,
    'Created-By: Packages',
    'Component: main',
  ]);
  const rows = targets.split('\n').map((line) => line.split(' '));
  // Without lists `Origin` is empty; a release whose name has no suffix (-security, -updates, …) is the archive itself.
  const row = rows.find(
    ([uri, release]) => uri !== undefined && release !== undefined && /^[a-z]+$/.test(release),
  );
  const uri = row?.[0];
  if (uri === undefined) throw new HarnessError('apt on this host has no source for a Debian release (main)');
  return uri.replace(/\/$/, '');
}

/** One Debian release in a folder: its own source list, package lists and downloads. */
export class Suite {
  readonly #options: readonly string[];
  readonly #folder: string;

  /** `suite` null takes the host's own sources (for programs that run on the host, linked to its libraries). */
  constructor(folder: string, suite: string | null, mirror: string) {
    this.#folder = folder;
    for (const part of ['lists/partial', 'archives/partial'])
      mkdirSync(join(folder, part), { recursive: true });
    const set: Record<string, string> = {
      'Dir::State::lists': join(folder, 'lists'),
      'Dir::Cache::archives': join(folder, 'archives'),
      'Dir::Cache::pkgcache': '',
      'Dir::Cache::srcpkgcache': '',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
      'Debug::NoLocking': 'true', // of the host's dpkg, which a download does not touch
    };
    if (process.getuid?.() === 0) set['APT::Sandbox::User'] = 'root'; // the folder belongs to root, not to _apt
    if (suite !== null) {
      const keyring = KEYRINGS.find((path) => existsSync(path));
      if (keyring === undefined) throw new HarnessError("Debian's archive keyring is not installed");
      const list = join(folder, 'sources.list');
      writeFileSync(list, `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
      set['Dir::Etc::sourcelist'] = list;
      set['Dir::Etc::sourceparts'] = '/dev/null';
      set['Dir::Etc::preferencesparts'] = '/dev/null';
    }
    this.#options = Object.entries(set).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  /** Fetches the package lists when they are missing or a day old. */
  update(): void {
    const stamp = join(this.#folder, 'updated');
    if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < LISTS_MAX_AGE_MS) return;
    run('apt-get', [...this.#options, 'update', '-q', '--error-on=any']);
    writeFileSync(stamp, '');
  }

  /** The first package that `name` depends on (a metapackage's real one). */
  dependencyOf(name: string): string {
    const text = run('apt-cache', [...this.#options, 'depends', '--important', name]);
    const found = /^\s*Depends: (\S+)$/m.exec(text)?.[1];
    if (found === undefined) throw new HarnessError(`${name} names no dependency`);
    return found;
  }

  /** Downloads and unpacks one package, nothing that it depends on; returns the folder, complete or absent. */
  unpack(name: string): string {
    return this.#once(name, (downloads) =>
      run('apt-get', [...this.#options, 'download', '-q', name], { cwd: downloads }),
    );
  }

  /** As `unpack`, with all dependencies that the host has not installed. */
  unpackWithDependencies(name: string): string {
    return this.#once(`${name}+dependencies`, (downloads) => {
      const install = ['install', '--download-only', '--no-install-recommends', '-y', '-q', name];
      run('apt-get', [...this.#options, '-o', `Dir::Cache::archives=${downloads}`, ...install]);
    });
  }

  #once(name: string, download: (folder: string) => void): string {
    const target = join(this.#folder, 'unpacked', name);
    if (existsSync(target)) return target;
    const partial = `${target}.${process.pid}.partial`;
    const downloads = join(partial, 'archives');
    mkdirSync(join(downloads, 'partial'), { recursive: true });
    try {
      download(downloads);
      const root = join(partial, 'root');
      mkdirSync(root);
      const archives = readdirSync(downloads).filter((file) => file.endsWith('.deb'));
      if (archives.length === 0) throw new HarnessError(`apt downloaded nothing for ${name}`);
      for (const archive of archives) run('dpkg-deb', ['-x', join(downloads, archive), root]);
      renameSync(root, target);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
    return target;
  }
}
