/** How a program attaches. */
export type ProgramKind =
  | 'tp_btf'
  | 'raw_tracepoint'
  | 'tracepoint'
  | 'cgroup'
  | 'iterator'
  | 'fentry'
  | 'kprobe'
  | 'perf_event'
  | 'syscall'
  | 'socket'
  | 'net'
  | 'lsm'
  | 'other';

/** What a section name says about its programs. */
export interface SectionKind {
  readonly kind: ProgramKind;
  /** BPF_PROG_TYPE_*; 0 is not known. */
  readonly type: number;
  /** BPF_* attach type. */
  readonly attachType: number;
  readonly attachTo: string;
  readonly sleepable: boolean;
  readonly autoload: boolean;
}

const PROG_TYPE_KPROBE = 2;
const PROG_TYPE_TRACEPOINT = 5;
const PROG_TYPE_RAW_TRACEPOINT = 17;
const PROG_TYPE_TRACING = 26;
const PROG_TYPE_LSM = 29;
const PROG_TYPE_SYSCALL = 31;
const ATTACH_TRACE_RAW_TP = 23;
const ATTACH_TRACE_ITER = 28;

// prefix, kind, program type, attach type, sleepable. From bpf.h and libbpf's documented section names.
const prefixes: readonly (readonly [string, ProgramKind, number, number, boolean?])[] = [
  ['tp_btf', 'tp_btf', PROG_TYPE_TRACING, ATTACH_TRACE_RAW_TP],
  ['raw_tp', 'raw_tracepoint', PROG_TYPE_RAW_TRACEPOINT, 0],
  ['raw_tracepoint', 'raw_tracepoint', PROG_TYPE_RAW_TRACEPOINT, 0],
  ['raw_tp.w', 'raw_tracepoint', 24, 0],
  ['raw_tracepoint.w', 'raw_tracepoint', 24, 0],
  ['tp', 'tracepoint', PROG_TYPE_TRACEPOINT, 0],
  ['tracepoint', 'tracepoint', PROG_TYPE_TRACEPOINT, 0],
  ['iter', 'iterator', PROG_TYPE_TRACING, ATTACH_TRACE_ITER],
  ['iter.s', 'iterator', PROG_TYPE_TRACING, ATTACH_TRACE_ITER, true],
  ['fentry', 'fentry', PROG_TYPE_TRACING, 24],
  ['fentry.s', 'fentry', PROG_TYPE_TRACING, 24, true],
  ['fexit', 'fentry', PROG_TYPE_TRACING, 25],
  ['fexit.s', 'fentry', PROG_TYPE_TRACING, 25, true],
  ['fmod_ret', 'fentry', PROG_TYPE_TRACING, 26],
  ['fmod_ret.s', 'fentry', PROG_TYPE_TRACING, 26, true],
  ['lsm', 'lsm', PROG_TYPE_LSM, 27],
  ['lsm.s', 'lsm', PROG_TYPE_LSM, 27, true],
  ['kprobe', 'kprobe', PROG_TYPE_KPROBE, 0],
  ['kretprobe', 'kprobe', PROG_TYPE_KPROBE, 0],
  ['uprobe', 'kprobe', PROG_TYPE_KPROBE, 0],
  ['uretprobe', 'kprobe', PROG_TYPE_KPROBE, 0],
  ['perf_event', 'perf_event', 7, 0],
  ['syscall', 'syscall', PROG_TYPE_SYSCALL, 0, true],
  ['socket', 'socket', 1, 0],
  ['xdp', 'net', 6, 37],
  ['tc', 'net', 3, 0],
  ['tcx/ingress', 'net', 3, 46],
  ['tcx/egress', 'net', 3, 47],
  ['classifier', 'net', 3, 0],
  ['action', 'net', 4, 0],
  ['sk_lookup', 'net', 30, 36],
  ['sk_msg', 'net', 16, 7],
  ['sockops', 'cgroup', 13, 3],
  ['cgroup_skb/ingress', 'cgroup', 8, 0],
  ['cgroup_skb/egress', 'cgroup', 8, 1],
  ['cgroup/skb', 'cgroup', 8, 0],
  ['cgroup/sock', 'cgroup', 9, 2],
  ['cgroup/sock_create', 'cgroup', 9, 2],
  ['cgroup/sock_release', 'cgroup', 9, 34],
  ['cgroup/post_bind4', 'cgroup', 9, 12],
  ['cgroup/post_bind6', 'cgroup', 9, 13],
  ['cgroup/dev', 'cgroup', 15, 6],
  ['cgroup/bind4', 'cgroup', 18, 8],
  ['cgroup/bind6', 'cgroup', 18, 9],
  ['cgroup/connect4', 'cgroup', 18, 10],
  ['cgroup/connect6', 'cgroup', 18, 11],
  ['cgroup/sendmsg4', 'cgroup', 18, 14],
  ['cgroup/sendmsg6', 'cgroup', 18, 15],
  ['cgroup/recvmsg4', 'cgroup', 18, 19],
  ['cgroup/recvmsg6', 'cgroup', 18, 20],
  ['cgroup/getpeername4', 'cgroup', 18, 29],
  ['cgroup/getpeername6', 'cgroup', 18, 30],
  ['cgroup/getsockname4', 'cgroup', 18, 31],
  ['cgroup/getsockname6', 'cgroup', 18, 32],
  ['cgroup/connect_unix', 'cgroup', 18, 48],
  ['cgroup/sendmsg_unix', 'cgroup', 18, 49],
  ['cgroup/sysctl', 'cgroup', 23, 18],
  ['cgroup/getsockopt', 'cgroup', 25, 21],
  ['cgroup/setsockopt', 'cgroup', 25, 22],
];

const table = new Map(prefixes.map((entry) => [entry[0], entry]));

/** Reads a section name as `SEC()` gives it; an unknown one has kind `other` and type 0. */
export function sectionKind(section: string): SectionKind {
  const autoload = !section.startsWith('?');
  const name = autoload ? section : section.slice(1);
  const slash = name.indexOf('/');
  const whole = table.get(name);
  const entry = whole ?? (slash < 0 ? undefined : table.get(name.slice(0, slash)));
  return {
    kind: entry?.[1] ?? 'other',
    type: entry?.[2] ?? 0,
    attachType: entry?.[3] ?? 0,
    attachTo: whole !== undefined || slash < 0 ? '' : name.slice(slash + 1),
    sleepable: entry?.[4] ?? false,
    autoload,
  };
}
