import { EbpfError } from '../errors.ts';
import { SyscallError } from './errors.ts';
import { native } from './native.ts';
import { syscallNumbers } from './syscalls.ts';

const F_DUPFD_CLOEXEC = 1030;

/** A file descriptor that is closed once. All that the kernel makes for bpf(2) is close-on-exec. */
export class Fd implements Disposable {
  #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** A descriptor of its own for the same object. */
  static duplicate(fd: number): Fd {
    const copy = native().syscall(syscallNumbers().fcntl, fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) throw new SyscallError('fcntl F_DUPFD_CLOEXEC', -copy);
    return new Fd(copy);
  }

  /** @throws EbpfError `disposed` */
  get value(): number {
    if (this.#fd < 0) throw new EbpfError('disposed', 'This object was disposed');
    return this.#fd;
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    native().syscall(syscallNumbers().close, this.#fd);
    this.#fd = -1;
  }
}
