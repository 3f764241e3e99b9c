import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { LaunchOptions, LayerName } from '../../src/index.ts';
import { outlive } from './outlive.ts';

/** What the attempts aim at on the host of the test. */
export interface Targets {
  /** Folder that everyone may write to. */
  readonly dir: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly abstractName: string;
  readonly socketPath: string;
  /** A process of root, as the agent is, and one of another publisher's uid. */
  readonly agent: number;
  readonly sibling: number;
  /** The engine's executable as it sees it. */
  readonly self: string;
  readonly handle: string;
  readonly limits: {
    readonly memoryBytes: number;
    readonly cpuPercent: number;
    readonly pids: number;
    readonly files: number;
  };
}

export interface Outcome {
  readonly stopped: boolean;
  /** `done`, an errno, or how the engine ended. */
  readonly how: string;
}

export interface Attempt {
  readonly name: string;
  /** What the engine is told; see testdata/attempts.c. */
  readonly line: (targets: Targets) => string;
  /** Layers that stop it alone. */
  readonly stops: readonly LayerName[];
  /** Why fewer than two layers must do. */
  readonly one?: string;
  /** Why it may not be possible even without a wall. */
  readonly absent?: string;
  /** May end the engine: it gets a process of its own. */
  readonly alone?: true;
  /** Ends the engine by itself. */
  readonly dumps?: true;
  /** Instead of asking a running engine: makes the attempt behind the given wall. */
  readonly run?: (options: LaunchOptions) => Promise<Outcome>;
  /** Whether it had an effect on the host, where the engine's own word is not enough. Undoes it. */
  readonly effect?: (targets: Targets, outcome: string) => boolean;
  readonly before?: (targets: Targets) => void;
}

const secret = (t: Targets): string => `${t.dir}/state/secret`;
const other = (t: Targets): string => `${t.dir}/other/rules.yml`;
const shared = (t: Targets): string => `${t.dir}/shared`;
const DOMAIN = 'ringfence-attempt';

export const attempts: readonly Attempt[] = [
  {
    name: 'open a socket, of every family',
    line: () => 'socket',
    effect: (_, how) => how.startsWith('done'),
    stops: ['seccomp'],
    one: 'only a filter of system calls forbids the call itself; what a socket could reach is the next five rows',
  },
  {
    name: 'connect to 127.0.0.1 by TCP',
    line: (t) => `tcp ${t.tcpPort}`,
    stops: ['network-namespace', 'landlock', 'seccomp'],
  },
  {
    name: 'talk to 127.0.0.1 by UDP',
    line: (t) => `udp ${t.udpPort}`,
    stops: ['network-namespace', 'seccomp'],
  },
  {
    name: 'connect to an abstract Unix socket',
    line: (t) => `unix @${t.abstractName}`,
    stops: ['network-namespace', 'landlock', 'seccomp'],
  },
  {
    name: 'connect to a Unix socket in a folder',
    line: (t) => `unix ${t.socketPath}`,
    stops: ['mount-namespace', 'seccomp'],
  },
  {
    name: 'attach System V shared memory',
    line: () => 'sysv',
    stops: ['ipc-namespace', 'seccomp'],
  },
  {
    name: 'open a POSIX message queue',
    line: () => 'mqueue',
    stops: ['ipc-namespace', 'landlock', 'seccomp'],
  },
  {
    name: 'write POSIX shared memory',
    line: () => 'write /dev/shm/ringfence-attempt',
    before: () => writeFileSync('/dev/shm/ringfence-attempt', '', { mode: 0o666 }),
    stops: ['mount-namespace', 'rlimits', 'landlock', 'seccomp'],
  },
  {
    name: 'write to a file that anyone may write to',
    line: (t) => `write ${shared(t)}`,
    stops: ['mount-namespace', 'rlimits', 'landlock', 'seccomp'],
  },
  {
    name: 'create a file, in ten folders',
    line: (t) => `create ${t.dir}`,
    stops: ['mount-namespace', 'rlimits', 'landlock', 'seccomp'],
  },
  {
    name: 'delete a file that anyone may delete',
    line: (t) => `delete ${t.dir}/doomed`,
    before: (t) => writeFileSync(`${t.dir}/doomed`, ''),
    effect: (t) => !existsSync(`${t.dir}/doomed`),
    stops: ['mount-namespace', 'landlock', 'seccomp'],
  },
  {
    name: "make root's file set-uid",
    line: (t) => `chmod ${t.dir}/tool`,
    before: (t) => writeFileSync(`${t.dir}/tool`, '', { mode: 0o755 }),
    effect: (t) => {
      const set = (statSync(`${t.dir}/tool`).mode & 0o4000) !== 0;
      rmSync(`${t.dir}/tool`);
      return set;
    },
    stops: ['mount-namespace', 'uid', 'seccomp'],
  },
  {
    name: "read the agent's state or keys (mode 0600)",
    line: (t) => `read ${secret(t)}`,
    stops: ['mount-namespace', 'uid', 'landlock'],
  },
  {
    name: "read another publisher's content",
    line: (t) => `read ${other(t)}`,
    stops: ['mount-namespace', 'landlock'],
  },
  {
    name: 'open a file by its handle, around the mounts',
    line: (t) => `handle ${t.self} ${t.handle}`,
    stops: ['capabilities', 'uid', 'landlock', 'seccomp'],
  },
  {
    name: 'write a setting in /sys',
    line: () => 'rewrite /sys/kernel/mm/ksm/pages_to_scan',
    stops: ['mount-namespace', 'uid', 'landlock', 'seccomp'],
  },
  {
    name: 'read /proc/kcore',
    line: () => 'read /proc/kcore',
    stops: ['mount-namespace', 'uid', 'landlock'],
    absent: 'this kernel has none',
  },
  {
    name: 'read /dev/mem',
    line: () => 'read /dev/mem',
    stops: ['mount-namespace', 'uid', 'landlock'],
    absent: 'this kernel has none',
  },
  {
    name: 'fork',
    line: () => 'fork',
    stops: ['seccomp'],
    one: 'the kernel has no other switch against fork; how many processes and threads there may be is a row below',
  },
  {
    name: 'run another program',
    line: (t) => `exec ${t.dir}/program`,
    alone: true,
    stops: ['mount-namespace', 'landlock', 'seccomp'],
  },
  {
    name: 'run a set-uid program and become its owner',
    line: (t) => `exec ${t.dir}/setuid`,
    alone: true,
    effect: (_, outcome) => outcome.startsWith('done as'),
    stops: ['mount-namespace', 'no-new-privs', 'landlock', 'seccomp'],
  },
  {
    name: 'run a program from memory',
    line: (t) => `exec-memory ${t.self}`,
    alone: true,
    stops: ['rlimits', 'seccomp'],
  },
  {
    name: "run its own program again, by the launcher's form of exec",
    line: (t) => `exec-self ${t.self} ${t.limits.files}`,
    alone: true,
    stops: ['rlimits'],
    one: 'rlimits keeps the number of the descriptor out of reach; seccomp allows this form alone, for the launcher',
  },
  ...processAttempts('agent'),
  ...processAttempts('sibling'),
  {
    name: "read a key of root's keyring",
    line: () => 'key',
    stops: ['uid', 'seccomp'],
  },
  {
    name: 'mount',
    line: (t) => `mount ${t.dir}/mnt`,
    effect: (t) => {
      const mounted = readFileSync('/proc/self/mounts', 'utf8').includes(` ${t.dir}/mnt `);
      if (mounted) execFileSync('umount', [`${t.dir}/mnt`]);
      return mounted;
    },
    stops: ['mount-namespace', 'capabilities', 'uid', 'landlock', 'seccomp'],
  },
  {
    name: 'enter a user namespace',
    line: () => 'user-namespace',
    alone: true,
    stops: ['seccomp'],
    one: 'its privileges end at the namespace: mounts, signals and files stay with landlock and the other namespaces',
  },
  {
    name: 'enter other namespaces',
    line: () => 'namespaces',
    alone: true,
    stops: ['capabilities', 'uid', 'seccomp'],
  },
  {
    name: "change the host's (NIS) domain name",
    line: () => `domain-name ${DOMAIN}`,
    effect: () => {
      const path = '/proc/sys/kernel/domainname';
      const changed = readFileSync(path, 'utf8').trim() === DOMAIN;
      if (changed) writeFileSync(path, '(none)');
      return changed;
    },
    stops: ['uts-namespace', 'capabilities', 'uid', 'seccomp'],
  },
  {
    name: 'load an eBPF program',
    line: () => 'bpf',
    stops: ['capabilities', 'uid', 'seccomp'],
  },
  {
    name: 'set up io_uring',
    line: () => 'io_uring',
    stops: ['seccomp'],
    one: 'a request in it meets the same uid, landlock and namespaces as the system call it stands for',
  },
  {
    name: 'make a system call by the 32-bit entry',
    line: () => 'foreign-abi',
    stops: ['seccomp'],
    one: 'what the call then does meets every other layer',
  },
  {
    name: 'raise a hard limit',
    line: () => 'raise-limits',
    stops: ['capabilities', 'uid', 'seccomp'],
    absent: 'root itself has no CAP_SYS_RESOURCE here',
  },
  {
    name: 'take a real-time priority',
    line: () => 'realtime',
    stops: ['capabilities', 'uid', 'seccomp'],
  },
  {
    name: 'use twice the memory limit',
    line: (t) => `memory ${2 * t.limits.memoryBytes}`,
    alone: true,
    stops: ['cgroup'],
    one: 'a limit of address space does not serve V8; the agent also watches what the cgroup counts',
  },
  {
    name: 'use more CPU time than the limit',
    line: (t) => `cpu ${t.limits.cpuPercent}`,
    stops: ['cgroup'],
    one: 'the agent also watches what the cgroup counts',
  },
  {
    name: 'open twice the limit of files',
    line: (t) => `descriptors ${2 * t.limits.files}`,
    alone: true,
    stops: ['rlimits'],
    one: 'what descriptors cost is kernel memory, which the cgroup bounds',
  },
  {
    name: 'start twice the limit of threads',
    line: (t) => `threads ${2 * t.limits.pids}`,
    alone: true,
    stops: ['cgroup'],
    one: 'rlimits binds too, but only together with uid: the kernel does not hold root to it',
  },
  {
    name: 'dump core into a folder',
    line: (t) => `core ${t.dir}/core`,
    alone: true,
    dumps: true,
    effect: (t) => {
      const dumps = readdirSync(`${t.dir}/core`);
      for (const name of dumps) rmSync(`${t.dir}/core/${name}`);
      return dumps.length > 0;
    },
    stops: ['mount-namespace', 'rlimits', 'landlock', 'seccomp'],
  },
  {
    name: 'hang, and outlive the agent that is killed',
    line: () => 'hang',
    run: outlive,
    alone: true,
    stops: ['parent-death-signal'],
    one: 'an engine that is not hung ends by itself when its channel does',
  },
];

function processAttempts(whose: 'agent' | 'sibling'): Attempt[] {
  const what = whose === 'agent' ? 'the agent' : "another publisher's engine";
  return [
    {
      name: `trace ${what}`,
      line: (t) => `trace ${t[whose]}`,
      stops: ['pid-namespace', 'capabilities', 'uid', 'landlock', 'seccomp'],
    },
    {
      name: `read the memory of ${what}`,
      line: (t) => `read-memory ${t[whose]}`,
      stops: ['pid-namespace', 'capabilities', 'uid', 'landlock', 'seccomp'],
    },
    {
      name: `take a descriptor from ${what}`,
      line: (t) => `steal ${t[whose]}`,
      stops: ['pid-namespace', 'capabilities', 'uid', 'landlock', 'seccomp'],
    },
    {
      name: `send a signal to ${what}`,
      line: (t) => `signal ${t[whose]}`,
      stops:
        whose === 'agent'
          ? ['pid-namespace', 'uid', 'landlock', 'seccomp']
          : ['pid-namespace', 'capabilities', 'uid', 'landlock', 'seccomp'],
    },
  ];
}
