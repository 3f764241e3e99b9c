import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Native, SyscallError } from '../native.ts';
import { enterMountNamespace } from './namespaces.ts';

/** mount(2), include/uapi/linux/mount.h */
const MS_RDONLY = 1;
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_NOEXEC = 8;
const MS_REMOUNT = 32;
const MS_BIND = 4096;
const MS_REC = 16384;
const MS_PRIVATE = 1 << 18;
const MNT_DETACH = 2;
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;

/** More links than any path has; the kernel gives up at 40 too (path_resolution(7)). */
const MAX_LINKS = 40;

export interface View {
  /** Read-only, at the path where they are. */
  readonly readOnly: readonly string[];
  /** Read-only, at another path. */
  readonly release: { readonly from: string; readonly to: string };
  /** Whether a program of the release is to be executed. */
  readonly executeRelease: boolean;
}

/**
 * Gives the process a root of its own: an empty tmpfs that holds read-only bind mounts of the given paths,
 * /dev/null and a /proc of its own PID namespace, and nothing else (pivot_root(2), "pivot_root(".", ".")").
 * Bind mounts ignore the modes of the folders above, so it works below a folder of mode 0700.
 */
export function enterOwnRoot(native: Native, view: View): void {
  enterMountNamespace(native);
  const mount = (
    source: string,
    target: string,
    type: string | null,
    flags: number,
    data: string | null,
  ): void => {
    native.call('mount', source, target, type, flags, data);
  };
  mount('none', '/', null, MS_REC | MS_PRIVATE, null);
  // Opened before the new root hides them, after the unshare: a bind mount must not cross mount namespaces.
  const places = new Places();
  for (const path of view.readOnly) places.add(path);
  const release = openPath(view.release.from);
  const devNull = openPath('/dev/null');

  const root = ['/run', '/tmp', '/mnt', '/dev'].find((path) => existsSync(path));
  if (root === undefined) throw new Error('no folder to mount the new root on');
  mount('ringfence', root, 'tmpfs', MS_NOSUID | MS_NODEV, 'size=1m,nr_inodes=16k,mode=755');
  places.build(root, (fd, target) => bind(native, fd, target, MS_RDONLY | MS_NOSUID | MS_NODEV));
  mkdirSync(join(root, view.release.to), { recursive: true });
  const noexec = view.executeRelease ? 0 : MS_NOEXEC;
  bind(native, release, join(root, view.release.to), MS_RDONLY | MS_NOSUID | MS_NODEV | noexec);
  mkdirSync(join(root, 'dev'), { recursive: true });
  writeFileSync(join(root, 'dev/null'), '');
  bind(native, devNull, join(root, 'dev/null'), MS_NOSUID | MS_NOEXEC);
  // TOMOYO, which is on in Debian 11, looks up /dev/fd/N when descriptor N is executed.
  symlinkSync('/proc/self/fd', join(root, 'dev/fd'));
  mkdirSync(join(root, 'proc'), { recursive: true });
  mountProc(native, join(root, 'proc'));

  native.call('chdir', root);
  native.call('pivot_root', '.', '.');
  native.call('umount2', '.', MNT_DETACH);
  native.call('chdir', '/');
  mount('none', '/', null, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
}

/** Only processes, and only one's own: Documentation/filesystems/proc.rst, "Mount Options" (subset since 5.8). */
function mountProc(native: Native, target: string): void {
  const flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  try {
    native.call('mount', 'proc', target, 'proc', flags, 'subset=pid,hidepid=2');
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EINVAL') throw error;
    native.call('mount', 'proc', target, 'proc', flags, 'hidepid=2');
  }
}

function bind(native: Native, fd: number, target: string, flags: number): void {
  native.call('mount', `/proc/self/fd/${fd}`, target, null, MS_BIND, null);
  try {
    native.call('mount', 'none', target, null, MS_REMOUNT | MS_BIND | flags, null);
  } catch (error) {
    // In a user namespace, flags of the original mount are locked and may only be repeated.
    if (!(error instanceof SyscallError) || error.code !== 'EPERM') throw error;
    native.call('mount', 'none', target, null, MS_REMOUNT | MS_BIND | flags | MS_NOEXEC, null);
  }
  closeSync(fd);
}

function openPath(path: string): number {
  return openSync(path, O_PATH | O_CLOEXEC | constants.O_NOFOLLOW);
}

/** Paths to be seen in the new root: symbolic links on the way are made again, what they lead to is bound. */
class Places {
  readonly #links: Map<string, string> = new Map();
  readonly #targets: Map<string, { fd: number; folder: boolean }> = new Map();

  /** Paths that do not exist are left out: the runtime says by itself what it misses. */
  add(path: string): void {
    let rest = resolve(path).split('/').slice(1);
    let here = '/';
    for (let links = 0; rest.length > 0; ) {
      const next = join(here, rest[0] ?? '');
      const stat = lstatSync(next, { throwIfNoEntry: false });
      if (stat === undefined) return;
      rest = rest.slice(1);
      if (!stat.isSymbolicLink()) {
        here = next;
        continue;
      }
      if (++links > MAX_LINKS) return;
      const target = readlinkSync(next);
      this.#links.set(next, target);
      rest = [...resolve(here, target).split('/').slice(1), ...rest];
      here = '/';
    }
    if (this.#targets.has(here)) return;
    this.#targets.set(here, { fd: openPath(here), folder: lstatSync(here).isDirectory() });
  }

  build(root: string, mount: (fd: number, target: string) => void): void {
    // Shorter paths first, so that a file inside a folder that is bound too does not hide the folder.
    for (const [path, { fd, folder }] of [...this.#targets].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const target = join(root, path);
      if (lstatSync(target, { throwIfNoEntry: false }) !== undefined && this.#covered(path)) {
        closeSync(fd);
        continue;
      }
      mkdirSync(folder ? target : dirname(target), { recursive: true });
      if (!folder) writeFileSync(target, '');
      mount(fd, target);
    }
    for (const [path, target] of this.#links) {
      const link = join(root, path);
      if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(target, link);
    }
  }

  /** Whether a folder above is bound, so that the path is there already. */
  #covered(path: string): boolean {
    for (let up = dirname(path); up !== '/'; up = dirname(up)) if (this.#targets.has(up)) return true;
    return false;
  }
}
