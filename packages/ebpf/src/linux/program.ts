import type { ProgramSpec } from '../spec/types.ts';
import * as B from './bpf.ts';
import { SyscallError } from './errors.ts';
import type { Fd } from './fd.ts';
import { type AttachOptions, attachIterator, attachProgram, type IteratorLink, type Link } from './link.ts';
import { withScratch } from './memory.ts';

/** The result of one `testRun`. */
export interface TestRunResult {
  /** What the program returned. */
  readonly returnValue: number;
  /** What it left of the packet or data, for program types that have them. */
  readonly data: Uint8Array;
  readonly context: Uint8Array;
  /** Mean time of a run. */
  readonly nanoseconds: number;
}

/** A program in the kernel. */
export class Program implements Disposable {
  readonly name: string;
  readonly spec: ProgramSpec;
  readonly #fd: Fd;

  constructor(spec: ProgramSpec, fd: Fd) {
    this.name = spec.name;
    this.spec = spec;
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd.value;
  }

  /**
   * Attaches the program to what its section names. The link lives on its own: the program may be disposed.
   * @throws NotSupportedError, SyscallError, EbpfError `missing-option`
   */
  attach(options: AttachOptions = {}): Link {
    return attachProgram(this.spec, this.fd, options);
  }

  /** Attaches an `iter/…` program; each `read()` of the link runs it. */
  attachIterator(): IteratorLink {
    return attachIterator(this.fd, this.spec);
  }

  /**
   * Runs the program once or more, without attaching it (BPF_PROG_TEST_RUN).
   * @param input `data` is a packet, of 14 bytes at least for network types; `context` the struct that the program gets
   */
  testRun(input: { data?: Uint8Array; context?: Uint8Array; repeat?: number } = {}): TestRunResult {
    return withScratch((memory) => {
      const attr = new B.Attr(memory).u32(0, this.fd);
      const { data, context } = input;
      const dataOut = memory.allocate(data === undefined ? 0 : data.length + 256);
      const contextOut = memory.allocate(context?.length ?? 0);
      if (data !== undefined) {
        attr.u32(8, data.length).u32(12, dataOut.bytes.length).pointer(16, data).u64(24, dataOut.address);
      }
      if (input.repeat !== undefined) attr.u32(32, input.repeat);
      if (context !== undefined) {
        attr.u32(40, context.length).u32(44, context.length).pointer(48, context).u64(56, contextOut.address);
        // Program types without an output context refuse room for one.
        if (this.spec.kind === 'raw_tracepoint' || this.spec.kind === 'syscall') attr.u32(44, 0).u64(56, 0);
      } else {
        attr.u32(44, 0);
      }
      const result = B.bpf(B.BPF_PROG_TEST_RUN, attr);
      if (result < 0) throw new SyscallError(`BPF_PROG_TEST_RUN of ${this.name}`, -result);
      return {
        returnValue: attr.readU32(4),
        nanoseconds: attr.readU32(36),
        data: dataOut.bytes.slice(0, attr.readU32(12)),
        context: contextOut.bytes.slice(0, attr.readU32(44)),
      };
    });
  }

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]();
  }
}
