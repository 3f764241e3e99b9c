import type { Btf } from '../btf/btf.ts';
import * as K from '../btf/kinds.ts';
import type { ProgramSpec } from '../spec/types.ts';
import { NotSupportedError } from './errors.ts';

/** The kernel has no such tracepoint, iterator or function. */
export class MissingHookError extends NotSupportedError {}

/**
 * The kernel's type that a program attaches to, for those that name one at load.
 * @throws MissingHookError when this kernel lacks it, NotSupportedError for a section that is not known
 */
export function hookBtfId(spec: ProgramSpec, kernel: () => Btf): number | undefined {
  switch (spec.kind) {
    case 'tp_btf':
      return require(kernel(), K.KIND_TYPEDEF, `btf_trace_${spec.attachTo}`, `tracepoint ${spec.attachTo}`);
    case 'iterator':
      return require(kernel(), K.KIND_FUNC, `bpf_iter_${spec.attachTo}`, `iterator ${spec.attachTo}`);
    case 'fentry':
      return require(kernel(), K.KIND_FUNC, spec.attachTo, `function ${spec.attachTo}`);
    case 'lsm':
      return require(kernel(), K.KIND_FUNC, `bpf_lsm_${spec.attachTo}`, `LSM hook ${spec.attachTo}`);
    case 'raw_tracepoint':
      if (spec.attachTo !== '') requireTracepoint(spec.attachTo, kernel);
      return undefined;
    case 'tracepoint':
    case 'cgroup':
    case 'kprobe':
    case 'perf_event':
    case 'syscall':
    case 'socket':
    case 'net':
      return undefined;
    case 'other':
      throw new NotSupportedError(
        `Program ${spec.name}: section ${spec.section} names no program type that is known`,
      );
  }
}

function require(kernel: Btf, kind: number, name: string, what: string): number {
  const id = kernel.find(kind, name);
  if (id === undefined) throw new MissingHookError(`This kernel has no ${what}`);
  return id;
}

/** Loading needs no such check; but it tells early what attaching would. A kernel without BTF is left to that. */
function requireTracepoint(name: string, kernel: () => Btf): void {
  let types: Btf;
  try {
    types = kernel();
  } catch {
    return;
  }
  require(types, K.KIND_TYPEDEF, `btf_trace_${name}`, `tracepoint ${name}`);
}
