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
    // Changes of credentials keep the process table right, whoever wants their events.
    const on = this.#probes.filter(
      ({ name, classes }) => name === 'credential' || classes.some((name_) => wanted[classId(name_)] === 1),
    );
    const needed = on.some(({ name }) => name !== 'credential') || wanted[classId('credential_change')] === 1;
    this.#collection.variables.set(
      'told_numbers',
      toldNumbers(needed ? on.flatMap((p) => p.syscalls ?? []) : []),
    );
    this.#collection.variables.set(
      'acceptor_is_seen',
      needed && on.some(({ name }) => name === 'accept') ? 1 : 0,
    );
    if (needed) this.#link ??= this.#collection.program('syscall_exit').attach();
    else this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#link?.[Symbol.dispose]();
    this.#link = undefined;
  }
}
