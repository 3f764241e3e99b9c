import { closeSync, openSync, readFileSync } from 'node:fs';
import { EbpfError } from '../errors.ts';
import type { ProgramSpec } from '../spec/types.ts';
import * as B from './bpf.ts';
import { NotSupportedError, SyscallError } from './errors.ts';
import { Fd } from './fd.ts';
import { withScratch } from './memory.ts';
import { native } from './native.ts';
import { readAll } from './read.ts';
import { syscallNumbers } from './syscalls.ts';

const ATTACH_PERF_EVENT = 41;
const PERF_TYPE_TRACEPOINT = 2;
const PERF_ATTR_BYTES = 128;
const PERF_FLAG_FD_CLOEXEC = 8;
const PERF_EVENT_IOC_ENABLE = 0x2400;
const PERF_EVENT_IOC_SET_BPF = 0x40042408;

/** A program at its hook. Disposing it, or the end of the process, detaches the program. */
export class Link implements Disposable {
  readonly #fds: readonly Fd[];

  /** @param fds the link first, then what it rests on */
  constructor(...fds: readonly Fd[]) {
    this.#fds = fds;
  }

  /** The link's descriptor. */
  get fd(): number {
    return this.#fds[0]?.value ?? -1;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds) fd[Symbol.dispose]();
  }
}

/** An attached iterator program. */
export class IteratorLink extends Link {
  /**
   * Runs the iterator over all that it iterates and returns what the program wrote.
   * @param limit bytes after which it stops, 256 MiB unless given
   */
  read(limit: number = 256 << 20): Uint8Array {
    const fd = new Fd(B.callBpf(B.BPF_ITER_CREATE, 'BPF_ITER_CREATE', (attr) => attr.u32(0, this.fd)));
    try {
      return readAll(fd.value, limit);
    } finally {
      fd[Symbol.dispose]();
    }
  }
}

/** How a program is attached, where its section does not say all. */
export interface AttachOptions {
  /** For cgroup programs: the directory in a cgroup2 file system, or its descriptor. */
  readonly cgroup?: string | number;
}

/** Attaches a program by what its section names. */
export function attachProgram(spec: ProgramSpec, programFd: number, options: AttachOptions): Link {
  switch (spec.kind) {
    case 'tp_btf':
    case 'fentry':
    case 'lsm':
      return openRawTracepoint(programFd, '', spec);
    case 'raw_tracepoint':
      return openRawTracepoint(programFd, spec.attachTo, spec);
    case 'tracepoint':
      return attachTracepoint(programFd, spec);
    case 'cgroup':
      return attachCgroup(programFd, spec, options.cgroup);
    case 'iterator':
      return attachIterator(programFd, spec);
    case 'kprobe':
    case 'perf_event':
    case 'syscall':
    case 'socket':
    case 'net':
    case 'other':
      throw new NotSupportedError(
        `Programs in section ${spec.section} cannot be attached by this library yet`,
      );
  }
}

export function attachIterator(programFd: number, spec: ProgramSpec): IteratorLink {
  if (spec.kind !== 'iterator') throw new EbpfError('wrong-program-type', `${spec.name} is no iterator`);
  return new IteratorLink(new Fd(createLink(spec, programFd, 0)));
}

function openRawTracepoint(programFd: number, name: string, spec: ProgramSpec): Link {
  const operation = `attach ${spec.name} to ${spec.section}`;
  return new Link(
    new Fd(
      B.callBpf(B.BPF_RAW_TRACEPOINT_OPEN, operation, (attr) => {
        if (name !== '') attr.string(0, name);
        attr.u32(8, programFd);
      }),
    ),
  );
}

function createLink(
  spec: ProgramSpec,
  programFd: number,
  target: number,
  attachType: number = spec.attachType,
): number {
  return B.callBpf(B.BPF_LINK_CREATE, `attach ${spec.name} to ${spec.section}`, (attr) =>
    attr.u32(0, programFd).u32(4, target).u32(8, attachType).u32(12, 0),
  );
}

function attachCgroup(programFd: number, spec: ProgramSpec, cgroup: string | number | undefined): Link {
  if (cgroup === undefined) {
    throw new EbpfError(
      'missing-option',
      `${spec.name} is a cgroup program: attach({ cgroup: '/sys/fs/cgroup/…' })`,
    );
  }
  if (typeof cgroup === 'number') return new Link(new Fd(createLink(spec, programFd, cgroup)));
  const directory = openSync(cgroup, 'r');
  try {
    return new Link(new Fd(createLink(spec, programFd, directory)));
  } finally {
    closeSync(directory);
  }
}

const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** A tracepoint's number, from tracefs. @throws NotSupportedError when tracefs is not mounted or lacks it */
function tracepointId(name: string): number {
  if (!/^\w+\/\w+$/.test(name))
    throw new EbpfError('missing-option', `${name} is no category/name of a tracepoint`);
  for (const directory of TRACEFS) {
    try {
      return Number(readFileSync(`${directory}/events/${name}/id`, 'utf8'));
    } catch {
      // Not here.
    }
  }
  const mounted = TRACEFS.some((directory) => {
    try {
      return readFileSync(`${directory}/README`).length > 0;
    } catch {
      return false;
    }
  });
  throw new NotSupportedError(
    mounted
      ? `This kernel has no tracepoint ${name}`
      : `Tracepoint ${name} needs tracefs, which is not mounted (mount -t tracefs tracefs /sys/kernel/tracing); raw_tp and tp_btf programs do not need it`,
  );
}

function attachTracepoint(programFd: number, spec: ProgramSpec): Link {
  const id = tracepointId(spec.attachTo);
  const operation = `attach ${spec.name} to ${spec.section}`;
  const { perfEventOpen, ioctl } = syscallNumbers();
  const lib = native();
  const event = withScratch((memory) => {
    const { address, bytes } = memory.allocate(PERF_ATTR_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(0, PERF_TYPE_TRACEPOINT, true);
    view.setUint32(4, PERF_ATTR_BYTES, true);
    view.setBigUint64(8, BigInt(id), true);
    view.setBigUint64(16, 1n, true); // sample_period
    // A tracepoint's program runs on all CPUs, whichever CPU the event names.
    return lib.syscall(perfEventOpen, address, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  });
  if (event < 0) throw new SyscallError(`perf_event_open for ${spec.section}`, -event);
  const owner = new Fd(event);
  const check = (result: number): void => {
    if (result < 0) throw new SyscallError(operation, -result);
  };
  try {
    let link: Fd | undefined;
    try {
      link = new Fd(createLink(spec, programFd, event, ATTACH_PERF_EVENT));
    } catch (error) {
      // Before Linux 5.15 a perf event is no link: it holds the program itself.
      if (!(error instanceof SyscallError && error.errno === 'EINVAL')) throw error;
      check(lib.syscall(ioctl, event, PERF_EVENT_IOC_SET_BPF, programFd));
    }
    check(lib.syscall(ioctl, event, PERF_EVENT_IOC_ENABLE, 0));
    return link === undefined ? new Link(owner) : new Link(link, owner);
  } catch (error) {
    owner[Symbol.dispose]();
    throw error;
  }
}
