import { Attr, BPF_PROG_GET_FD_BY_ID, BPF_PROG_GET_NEXT_ID, bpf, objectInfo } from './bpf.ts';
import { SyscallError } from './errors.ts';
import { Fd } from './fd.ts';
import { withScratch } from './memory.ts';

/** A program that is loaded in this kernel, whoever loaded it. */
export interface LoadedProgram {
  readonly id: number;
  /** Value of enum bpf_prog_type. */
  readonly type: number;
  /** Up to 15 characters; empty for a program without a name. */
  readonly name: string;
}

const ENOENT = 2;
/** `struct bpf_prog_info` up to and with `name`. */
const INFO_BYTES = 80;

/**
 * Lists the programs that are loaded now. One that goes away meanwhile is left out; a program stays for some 300 ms
 * after its owner's end. Needs CAP_SYS_ADMIN.
 * @throws SyscallError
 */
export function loadedPrograms(): LoadedProgram[] {
  return withScratch((memory) => {
    const programs: LoadedProgram[] = [];
    for (let id = 0; ; ) {
      const next = new Attr(memory).u32(0, id).u32(4, 0);
      const found = bpf(BPF_PROG_GET_NEXT_ID, next);
      if (found === -ENOENT) return programs;
      if (found < 0) throw new SyscallError('BPF_PROG_GET_NEXT_ID', -found);
      id = next.readU32(4);
      const fd = bpf(BPF_PROG_GET_FD_BY_ID, new Attr(memory).u32(0, id).u32(4, 0));
      if (fd === -ENOENT) continue;
      if (fd < 0) throw new SyscallError('BPF_PROG_GET_FD_BY_ID', -fd);
      using own = new Fd(fd);
      const info = objectInfo(own.value, INFO_BYTES, 'BPF_OBJ_GET_INFO_BY_FD');
      const name = Buffer.from(info.buffer, 64, 16).toString('latin1').replace(/\0.*$/s, '');
      programs.push({ id, type: info.getUint32(0, true), name });
    }
  });
}
