/** The layers of the wall: what each is called, and what it stops. */

export const layerNames = [
  'cgroup',
  'pid-namespace',
  'network-namespace',
  'mount-namespace',
  'ipc-namespace',
  'uts-namespace',
  'rlimits',
  'capabilities',
  'no-new-privs',
  'uid',
  'parent-death-signal',
  'landlock',
  'seccomp',
] as const;

export type LayerName = (typeof layerNames)[number];

/** What a layer stops, as `doctor` says it when the layer is missing. */
export const layerStops: Readonly<Record<LayerName, string>> = {
  cgroup: 'using more memory, CPU time or processes than the limit',
  'pid-namespace': 'seeing and signalling other processes; outliving the launcher',
  'network-namespace': "reaching the network, 127.0.0.1 and the host's abstract sockets",
  'mount-namespace': 'seeing any file but the runtime and the release; mounting on the host',
  'ipc-namespace': "reaching the host's System V and POSIX message queues and shared memory",
  'uts-namespace': "changing the host's name",
  rlimits: 'opening too many files, writing files, dumping core',
  capabilities: "using any of root's privileges",
  'no-new-privs': 'gaining privileges from set-uid programs',
  uid: "touching what belongs to root, the agent or another publisher's process",
  'parent-death-signal': 'outliving the agent while hung',
  landlock: 'reading or writing files outside the runtime and the release; TCP; abstract sockets; signals',
  seccomp: 'every system call that computing does not need: sockets, fork, ptrace, mount, bpf, io_uring, ...',
};

export interface LayerReport {
  readonly layer: LayerName;
  readonly applied: boolean;
  /** Why it is not applied, or what of it is missing. */
  readonly reason?: string;
  /** What it stops; when it is not applied, what is therefore not stopped. */
  readonly stops: string;
}
