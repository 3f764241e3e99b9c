/** The parts of an unpacked kernel package: its image, and modules with what they depend on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HarnessError, run } from './command.ts';

export interface KernelFiles {
  readonly version: string;
  readonly image: string;
  /** The modules named, each after those it depends on; one that is built into the image is left out. */
  modules(names: readonly string[]): KernelModule[];
}

export interface KernelModule {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Opens the files of an unpacked `linux-image-…` package. */
export function kernelFiles(root: string): KernelFiles {
  const image = readdirSync(join(root, 'boot')).find((file) => file.startsWith('vmlinuz-'));
  if (image === undefined) throw new HarnessError(`no vmlinuz in ${root}/boot`);
  const version = image.slice('vmlinuz-'.length);
  const folder = ['lib', 'usr/lib']
    .map((lib) => join(root, lib, 'modules', version))
    .find((path) => existsSync(path));
  if (folder === undefined) throw new HarnessError(`no modules of ${version} in ${root}`);
  const builtIn = namesIn(readFileSync(join(folder, 'modules.builtin'), 'utf8').split('\n'));
  const paths = namesIn(
    readdirSync(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, 'kernel', path),
    ),
  );

  function modules(names: readonly string[]): KernelModule[] {
    const found = new Map<string, KernelModule>();
    function add(name: string): void {
      if (found.has(name) || builtIn.has(name)) return;
      const path = paths.get(name);
      if (path === undefined) return; // not a module of this kernel: the guest says so if it needs it
      const bytes = readModule(path);
      for (const dependency of dependenciesOf(bytes)) add(dependency);
      found.set(name, { name, bytes });
    }
    for (const name of names) add(name);
    return [...found.values()];
  }
  return { version, image: join(root, 'boot', image), modules };
}

function namesIn(paths: readonly string[]): Map<string, string> {
  const files = paths.filter((path) => /\.ko(\.xz)?$/.test(path));
  return new Map(
    files.map((path) => [
      basename(path)
        .replace(/\.ko(\.xz)?$/, '')
        .replaceAll('-', '_'),
      path,
    ]),
  );
}

function readModule(path: string): Buffer {
  if (!path.endsWith('.xz')) return readFileSync(path);
  return Buffer.from(run('sh', ['-c', 'xz -dc "$1" | base64 -w0', 'sh', path]), 'base64');
}

/** `.modinfo` holds NUL-terminated `key=value` strings; `depends` lists names with commas. */
function dependenciesOf(bytes: Buffer): string[] {
  const start = bytes.indexOf('\0depends=');
  if (start < 0) return [];
  const end = bytes.indexOf(0, start + 1);
  const list = bytes.toString('latin1', start + '\0depends='.length, end);
  return list
    .split(',')
    .filter((name) => name !== '')
    .map((name) => name.replaceAll('-', '_'));
}
