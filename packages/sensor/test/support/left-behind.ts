import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Ids of loaded BPF programs: of a process, or of the whole kernel. */
export function bpfProgramsOf(pid: number | undefined): string[] {
  if (pid === undefined) {
    const list = JSON.parse(execFileSync('bpftool', ['-j', 'prog', 'list'], { encoding: 'utf8' })) as {
      id: number;
    }[];
    return list.map(({ id }) => String(id));
  }
  return readdirSync(`/proc/${pid}/fdinfo`).flatMap((fd) => {
    try {
      return /^prog_id:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
