/**
 * Marks each mounted file system once, and follows new mounts. Only local file systems: a lookup on one that asks
 * another machine or process could hang this thread.
 */
import { closeSync, openSync } from 'node:fs';
import type { Waker } from '../drain/waiter.ts';
import { errnoName, type Native, POLLPRI } from '../native.ts';
import type { Missing } from '../protocol.ts';
import { Fan, Mark } from './fanotify.ts';
import type { FanotifyGroup } from './fanotify-group.ts';
import type { Folders } from './folders.ts';
import { type Mount, mounts } from './mountinfo.ts';

const local = new Set(
  'ext2 ext3 ext4 xfs btrfs f2fs bcachefs zfs jfs reiserfs nilfs2 tmpfs ramfs devtmpfs vfat msdos exfat ntfs3 hfsplus udf overlay'.split(
    ' ',
  ),
);
/** They hold no files that anybody writes. */
const uninteresting = new Set(
  'proc sysfs cgroup cgroup2 devpts mqueue debugfs tracefs securityfs pstore bpf hugetlbfs configfs fusectl binfmt_misc autofs nsfs rpc_pipefs efivarfs selinuxfs smackfs resctrl squashfs iso9660 erofs cramfs romfs'.split(
    ' ',
  ),
);
const EOPNOTSUPP = 95;
const ENODEV = 19;

export class MountMarks implements Disposable {
  readonly #native: Native;
  readonly #group: FanotifyGroup;
  readonly #folders: Folders;
  readonly #mask: number;
  readonly #news: number;
  /** Another, to wait with: what poll(2) told about a descriptor it does not tell again. */
  readonly #waker: number;
  #marked: readonly (readonly [fsid: string, path: string])[] = [];
  #missing = new Map<string, Missing>();
  /** Folders in which overlay mounts keep what containers write. */
  upperFolders: readonly string[] = [];

  constructor(native: Native, group: FanotifyGroup, folders: Folders, mask: number) {
    this.#native = native;
    this.#group = group;
    this.#folders = folders;
    this.#mask = mask;
    this.#news = openSync('/proc/self/mountinfo', 'r');
    this.#waker = openSync('/proc/self/mountinfo', 'r');
    this.refresh();
  }

  get waker(): Waker {
    return { fd: this.#waker, events: POLLPRI };
  }

  /** How many file systems are marked. */
  get marked(): number {
    return this.#marked.length;
  }
  get missing(): Missing[] {
    return [...this.#missing.values()];
  }

  /** Looks at the mounts again if there are new ones. True: there were. */
  follow(): boolean {
    if (!this.#native.hasNews(this.#news)) return false;
    this.refresh();
    return true;
  }

  refresh(): void {
    const list = mounts();
    const marked: [fsid: string, path: string][] = [];
    const missing = new Map<string, Missing>();
    for (const mount of preferred(list)) {
      // Marked ones too: a device number is used again, by another file system, as soon as its first one is unmounted.
      const reason = this.#mark(mount);
      const fsid = this.#native.fsid(mount.path);
      if (reason !== undefined) missing.set(mount.device, missingMount(mount, reason));
      else if (fsid !== undefined) marked.push([fsid, mount.path]);
    }
    for (const { type, device, path } of list)
      if (!local.has(type) && !uninteresting.has(type))
        missing.set(device, {
          what: `file events on ${path} (${type})`,
          effect: 'files written there are not reported',
          cure: 'none: only local file systems are watched',
        });
    this.#marked = marked;
    this.#missing = missing;
    this.upperFolders = list.flatMap(({ type, options }) => {
      const upper = type === 'overlay' ? /(?:^|,)upperdir=([^,]+)/.exec(options)?.[1] : undefined;
      return upper ? [`${upper}/`] : [];
    });
    this.#folders.setMounts(marked);
  }

  /** Undefined, or why not. */
  #mark(mount: Mount): string | undefined {
    const flags = Mark.ADD | Mark.FILESYSTEM;
    // Closing /dev/null after writing is no news; a file that is created there is.
    const mask = mount.type === 'devtmpfs' ? this.#mask & ~Fan.CLOSE_WRITE : this.#mask;
    const result = this.#group.mark(flags, mask, mount.path);
    if (result === 0) return undefined;
    if (result === -EOPNOTSUPP) return 'the file system cannot name its files by handles';
    // tmpfs before 5.13.
    return result === -ENODEV ? 'the file system has no id on this kernel' : errnoName(result);
  }

  [Symbol.dispose](): void {
    closeSync(this.#news);
    closeSync(this.#waker);
  }
}

/** One mount for each local file system: of its root if there is one, and the shortest path. */
function preferred(list: readonly Mount[]): Mount[] {
  const chosen = new Map<string, Mount>();
  const better = (a: Mount, b: Mount): boolean =>
    (a.root === '/' ? 0 : 1) - (b.root === '/' ? 0 : 1) < 0 ||
    (a.root === b.root && a.path.length < b.path.length);
  for (const mount of list) {
    if (!local.has(mount.type)) continue;
    const other = chosen.get(mount.device);
    if (!other || better(mount, other)) chosen.set(mount.device, mount);
  }
  return [...chosen.values()];
}

function missingMount({ path, type }: Mount, reason: string): Missing {
  return {
    what: `file events on ${path} (${type}): ${reason}`,
    effect:
      type === 'overlay'
        ? 'what is written there is reported with the path in its upper folder'
        : 'files written there are not reported',
    cure: type === 'overlay' ? 'mount it with nfs_export=on' : type === 'tmpfs' ? 'a newer kernel' : 'none',
  };
}

export const FILE_MASK: number = Fan.CREATE | Fan.DELETE | Fan.ATTRIB | Fan.CLOSE_WRITE | Fan.ONDIR;
