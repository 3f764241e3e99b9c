/** The probes: what they are called, which programs of the object they are, and which event classes they feed. */
import type { Tier } from '../options.ts';

export interface Probe {
  readonly name: string;
  readonly tier: Tier;
  /** Programs of bpf/ringfence.bpf.o; the first that the kernel takes is used. None: the probe is fanotify. */
  readonly programs: readonly string[];
  readonly classes: readonly string[];
  /** What is not seen without it. */
  readonly effect: string;
  /** For system-call probes: the x86-64 numbers whose exits it takes. */
  readonly syscalls?: readonly number[];
}

export const probes: readonly Probe[] = [
  {
    name: 'exec',
    tier: 'core',
    programs: ['process_exec'],
    classes: ['process_start', 'memory_exec'],
    effect: 'process starts are polled from /proc',
  },
  {
    name: 'fork',
    tier: 'core',
    programs: ['process_fork'],
    classes: [],
    effect: 'processes that never call exec have no parent in events',
  },
  {
    name: 'exit',
    tier: 'core',
    programs: ['process_exit'],
    classes: ['process_exit'],
    effect: 'process exits are not reported',
  },
  {
    name: 'tcp',
    tier: 'core',
    programs: ['tcp_state'],
    classes: ['network_connect', 'network_accept', 'network_listen'],
    effect: 'TCP connections and listening sockets are not seen',
  },
  {
    name: 'udp4',
    tier: 'core',
    programs: ['udp_connect4'],
    classes: ['network_connect'],
    effect: 'UDP connects to IPv4 addresses are not seen',
  },
  {
    name: 'udp6',
    tier: 'core',
    programs: ['udp_connect6'],
    classes: ['network_connect'],
    effect: 'UDP connects to IPv6 addresses are not seen',
  },
  {
    name: 'capability',
    tier: 'core',
    programs: ['capability_check'],
    classes: ['capability_check'],
    effect: 'capability checks are not seen',
  },
  {
    name: 'io_uring',
    tier: 'core',
    programs: ['io_uring_req', 'io_uring_sqe'],
    classes: ['io_uring_request'],
    effect: 'files and connections opened through io_uring are seen only by their effects',
  },
  {
    name: 'files',
    tier: 'core',
    programs: [],
    classes: ['file_create', 'file_write', 'file_rename', 'file_delete', 'file_change', 'file_link'],
    effect: 'changes of files are not seen',
  },
  {
    name: 'secrets',
    tier: 'core',
    programs: [],
    classes: ['secret_read'],
    effect: 'reads of credentials are not seen',
  },
  {
    name: 'open',
    tier: 'full',
    programs: ['call_open'],
    classes: ['file_open'],
    effect: 'opens of files are not seen',
    syscalls: [2, 85, 257, 437],
  },
  {
    name: 'ptrace',
    tier: 'full',
    programs: ['call_ptrace'],
    classes: ['ptrace'],
    effect: 'attaching to other processes is not seen',
    syscalls: [101],
  },
  {
    name: 'credential',
    tier: 'full',
    programs: ['call_credential'],
    classes: ['credential_change'],
    effect: 'changes of user and group ids are seen at the next exec only',
    syscalls: [105, 106, 113, 114, 116, 117, 119, 122, 123, 126],
  },
  {
    name: 'memfd',
    tier: 'full',
    programs: ['call_memfd'],
    classes: ['memory_file'],
    effect: 'memory files are seen only when they are executed',
    syscalls: [319],
  },
  {
    name: 'bpf',
    tier: 'full',
    programs: ['call_bpf'],
    classes: ['bpf_load'],
    effect: 'loading of BPF programs is not seen',
    syscalls: [321],
  },
  {
    name: 'mount',
    tier: 'full',
    programs: ['call_mount'],
    classes: ['mount'],
    effect: 'mounts are not seen',
    syscalls: [165, 429],
  },
  {
    name: 'module',
    tier: 'full',
    programs: ['call_module'],
    classes: ['module_load'],
    effect: 'loading of kernel modules is not seen',
    syscalls: [175, 313],
  },
  {
    name: 'accept',
    tier: 'full',
    programs: ['call_accept'],
    classes: ['network_accept'],
    effect: 'accepted connections are attributed to the process that made the port listen',
    syscalls: [43, 288],
  },
];
