import type { SyscallName } from '../syscall-numbers.ts';
import type { FilterOptions } from './seccomp.ts';

/** A condition on one argument: its low 32 bits, masked, are one of the values; else EPERM. */
export interface Check {
  readonly argument: 0 | 1 | 2 | 3 | 4 | 5;
  readonly mask?: number;
  readonly values: readonly number[];
  /** What the high 32 bits must be; without it they are not looked at, for the kernel takes an int there. */
  readonly high?: number;
}

export interface Rule {
  readonly name: SyscallName;
  readonly checks?: readonly Check[];
}

/** open(2): access mode, O_CREAT, O_TRUNC and __O_TMPFILE. The numbers are the same on x64 and arm64. */
const OPEN_WRITES = 0o3 | 0o100 | 0o1000 | 0o20_000_000;
/** clone(2): CLONE_THREAD, and every CLONE_NEW* that must not come with it. */
const CLONE_THREAD = 0x0001_0000;
const CLONE_NEW = 0x7e02_0000 | 0x80;
/** fcntl(2): DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC. Not SETOWN, SETLEASE, NOTIFY, which send signals. */
const FCNTL = [0, 1, 2, 3, 4, 1030];
/** ioctl(2): TCGETS, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. */
const IOCTL = [0x5401, 0x541b, 0x5421, 0x5450, 0x5451];
/** prctl(2): GET_DUMPABLE, SET_NAME, GET_NAME, SET_VMA (names of mappings). */
const PRCTL = [3, 15, 16, 0x5356_4d41];
/** membarrier(2): QUERY and the private commands, which disturb only the process itself. */
const MEMBARRIER = [0, 8, 16];
const AT_EMPTY_PATH = 0x1000;

/** Without conditions; the frequent ones first, for older kernels walk the filter at every call. */
const free: readonly SyscallName[] = [
  'read',
  'write',
  'futex',
  'madvise',
  'mmap',
  'munmap',
  'mprotect',
  'clock_gettime',
  'epoll_wait',
  'epoll_pwait',
  'readv',
  'writev',
  'pread64',
  'preadv',
  'close',
  'fstat',
  'stat',
  'lstat',
  'newfstatat',
  'statx',
  'lseek',
  'mremap',
  'brk',
  'rt_sigaction',
  'rt_sigprocmask',
  'rt_sigreturn',
  'rt_sigpending',
  'rt_sigtimedwait',
  'rt_sigsuspend',
  'pause',
  'sigaltstack',
  'poll',
  'ppoll',
  'select',
  'pselect6',
  'epoll_create',
  'epoll_create1',
  'epoll_ctl',
  'epoll_pwait2',
  'eventfd2',
  'pipe',
  'pipe2',
  'dup',
  'dup2',
  'dup3',
  'futex_waitv',
  'set_robust_list',
  'rseq',
  'set_tid_address',
  'gettid',
  'getpid',
  'getppid',
  'getuid',
  'geteuid',
  'getgid',
  'getegid',
  'getresuid',
  'getresgid',
  'getgroups',
  'capget',
  'uname',
  'sysinfo',
  'getrlimit',
  'getrusage',
  'times',
  'clock_getres',
  'clock_nanosleep',
  'nanosleep',
  'gettimeofday',
  'time',
  'getcpu',
  'sched_yield',
  'sched_getaffinity',
  'sched_getscheduler',
  'sched_getparam',
  'sched_get_priority_min',
  'sched_get_priority_max',
  'getrandom',
  'arch_prctl',
  'exit',
  'exit_group',
  'restart_syscall',
  'readlink',
  'readlinkat',
  'getdents64',
  'access',
  'faccessat',
  'faccessat2',
  'getcwd',
  'close_range',
  'pkey_alloc',
  'pkey_mprotect',
  'pkey_free',
  'getsockopt',
  'getsockname',
  'getpeername',
]; // prettier-ignore

/**
 * Every call that the filter lets through. What is not here does not exist for the engine. clone3 is not, since
 * its flags are behind a pointer; the C libraries then fall back to clone.
 *
 * The launcher itself needs one exec after the filter is in place: execveat on a descriptor, of a number that
 * is above the limit of open files by then. The exec closes it, and with the limit in force no other descriptor
 * can ever have that number: the engine has no exec left.
 */
export function allowed({ execDescriptor, pid }: FilterOptions): Rule[] {
  return [
    ...free.map((name): Rule => ({ name })),
    { name: 'open', checks: [{ argument: 1, mask: OPEN_WRITES, values: [0] }] },
    { name: 'openat', checks: [{ argument: 2, mask: OPEN_WRITES, values: [0] }] },
    { name: 'fcntl', checks: [{ argument: 1, values: FCNTL }] },
    { name: 'ioctl', checks: [{ argument: 1, values: IOCTL }] },
    { name: 'prctl', checks: [{ argument: 0, values: PRCTL }] },
    { name: 'membarrier', checks: [{ argument: 0, values: MEMBARRIER }] },
    // Reading a limit: the new one is a null pointer.
    { name: 'prlimit64', checks: [{ argument: 2, values: [0], high: 0 }] },
    { name: 'clone', checks: [{ argument: 0, mask: CLONE_THREAD | CLONE_NEW, values: [CLONE_THREAD] }] },
    { name: 'tgkill', checks: [{ argument: 0, values: [pid] }] },
    {
      name: 'execveat',
      checks: [
        { argument: 0, values: [execDescriptor] },
        { argument: 4, values: [AT_EMPTY_PATH] },
      ],
    },
  ];
}
