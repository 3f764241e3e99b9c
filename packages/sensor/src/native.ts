/** All that the sensor asks of a foreign-function library: a few libc functions that Node has no name for. */
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { SensorError } from './errors.ts';

export interface Native {
  /** Nanoseconds of a clock (linux/time.h). */
  clock(id: number): bigint;
  gettid(): number;
  /** Nice value of one thread (0 is the calling one); false when refused. */
  setNice(tid: number, nice: number): boolean;
  /** Reads into `target`; bytes, or -errno. */
  read(fd: number, target: Uint8Array): number;
  /** A descriptor, or -errno. */
  fanotifyInit(flags: number, eventFlags: number): number;
  /** 0, or -errno. `path` null marks `directoryFd` itself. */
  fanotifyMark(fd: number, flags: number, mask: bigint, directoryFd: number, path: string | null): number;
  /** `handle` is a struct file_handle. A descriptor, or -errno. */
  openByHandle(mountFd: number, handle: Uint8Array, flags: number): number;
  /** Fills `handle` (handle_bytes set by the caller). 0, or -errno. */
  nameToHandle(path: string, handle: Uint8Array, mountId: Uint8Array, flags: number): number;
  /** The 8 bytes that fanotify calls fsid, as hex; `undefined` when the path cannot be asked. */
  fsid(path: string): string | undefined;
  /** Is there news on a descriptor of /proc/PID/mountinfo since the last call? */
  hasNews(fd: number): boolean;
  /** Waits; `set` holds structs pollfd, `timeout` is in milliseconds. How many have news, or -errno. */
  poll(set: Uint8Array, count: number, timeout: number): number;
  /** An eventfd(2) that never blocks. A descriptor, or -errno. */
  eventfd(): number;
}

export const CLOCK_REALTIME = 0;
export const CLOCK_BOOTTIME = 7;
const AT_FDCWD = -100;
/** Bits of poll(2). */
export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLOUT = 4;
const EFD_CLOEXEC = 0x8_0000;
const EFD_NONBLOCK = 0x800;

type Call = (...args: unknown[]) => number;
interface Koffi {
  load(path: string | null): { func(definition: string): Call };
  errno(): number;
}

let instance: Native | undefined;

/** This thread's `Native`, made at first use. @throws {SensorError} `no-ffi` */
export function native(): Native {
  instance ??= load();
  return instance;
}

function load(): Native {
  if (process.platform !== 'linux') throw new SensorError('no-ffi', 'The sensor needs Linux');
  let koffi: Koffi;
  try {
    const require = createRequire(import.meta.url);
    koffi = require('koffi') as Koffi;
  } catch (cause) {
    throw new SensorError('no-ffi', 'The FFI library koffi could not be loaded', {
      cause,
      cure: 'run npm install again',
    });
  }
  const libc = koffi.load(null);
  const checked = (definition: string): Call => {
    const call = libc.func(definition);
    return (...args) => {
      const result = call(...args);
      return result === -1 ? -koffi.errno() : result;
    };
  };
  const clockGettime = checked('int clock_gettime(int clock, _Out_ uint8_t *time)');
  const read = checked('long read(int fd, _Out_ uint8_t *buffer, size_t size)');
  const setpriority = checked('int setpriority(int which, uint32_t who, int nice)');
  const fanotifyInit = checked('int fanotify_init(uint32_t flags, uint32_t event_flags)');
  const fanotifyMark = checked(
    'int fanotify_mark(int fd, uint32_t flags, uint64_t mask, int dirfd, const char *path)',
  );
  const openByHandle = checked('int open_by_handle_at(int mount, const uint8_t *handle, int flags)');
  const nameToHandle = checked(
    'int name_to_handle_at(int dirfd, const char *path, _Inout_ uint8_t *handle, _Out_ uint8_t *mount, int flags)',
  );
  const statfs = checked('int statfs(const char *path, _Out_ uint8_t *buffer)');
  const poll = checked('int poll(_Inout_ uint8_t *fds, unsigned long count, int timeout)');
  const eventfd = checked('int eventfd(unsigned int value, int flags)');
  const gettid = libc.func('int gettid()');
  const time = Buffer.alloc(16);
  const fileSystem = Buffer.alloc(256);
  const pollFd = Buffer.alloc(8);
  return {
    clock(id) {
      clockGettime(id, time);
      return time.readBigInt64LE(0) * 1_000_000_000n + time.readBigInt64LE(8);
    },
    gettid: () => gettid(),
    setNice: (tid, nice) => setpriority(0, tid, nice) === 0,
    read: (fd, target) => read(fd, target, target.length),
    fanotifyInit: (flags, eventFlags) => fanotifyInit(flags, eventFlags),
    fanotifyMark: (fd, flags, mask, directoryFd, path) => fanotifyMark(fd, flags, mask, directoryFd, path),
    openByHandle: (mountFd, handle, flags) => openByHandle(mountFd, handle, flags),
    // f_fsid follows seven words in struct statfs of 64-bit machines.
    fsid: (path) => (statfs(path, fileSystem) === 0 ? fileSystem.toString('hex', 56, 64) : undefined),
    hasNews(fd) {
      pollFd.writeInt32LE(fd, 0);
      pollFd.writeInt32LE(POLLPRI, 4);
      return poll(pollFd, 1, 0) > 0;
    },
    poll: (set, count, timeout) => poll(set, count, timeout),
    eventfd: () => eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
    nameToHandle: (path, handle, mountId, flags) => nameToHandle(AT_FDCWD, path, handle, mountId, flags),
  };
}

const errnoNames = new Map<number, string>(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** `EPERM` for -1 or 1. */
export function errnoName(errno: number): string {
  return errnoNames.get(Math.abs(errno)) ?? `errno ${Math.abs(errno)}`;
}
