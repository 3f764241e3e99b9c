/** The one hook on system calls. It is attached only while somebody wants an event of it, since it taxes every call. */
import type { Collection } from '@ringfence/ebpf';
import { classId } from '@ringfence/events';
import type { Probe } from './probe-list.ts';
import { toldNumbers } from './syscall-numbers.ts';

export class SyscallHook implements Disposable {
  readonly #collection: Collection;
  readonly #probes: readonly Probe[];
  #link: Disposable | undefined;

  constructor(collection: Collection, probes: readonly Probe[]) {
    this.#collection = collection;
    this.#probes = probes;
  }

  /** @param wanted 1 for each class id that the agent wants */
  subscribe(wanted: Uint8Array): void {
    const isWanted = ({ classes }: Probe): boolean => classes.some((name) => wanted[classId(name)] === 1);
    const needed = this.#probes.some(isWanted);
    // While the hook is there: changes of credentials keep the process table right, whoever wants their events.
    const on = needed ? this.#probes.filter((probe) => probe.name === 'credential' || isWanted(probe)) : [];
    const { variables } = this.#collection;
    variables.set('told_numbers', toldNumbers(on.flatMap(({ syscalls }) => syscalls ?? [])));
    variables.set('acceptor_is_seen', on.some(({ name }) => name === 'accept') ? 1 : 0);
    if (needed) this.#link ??= this.#collection.program('syscall_exit').attach();
    else this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#link?.[Symbol.dispose]();
    this.#link = undefined;
  }
}
