import { closeSync } from 'node:fs';
import type { Waker } from '../drain/waiter.ts';
import { SensorError } from '../errors.ts';
import { errnoName, type Native, POLLIN } from '../native.ts';

const BUFFER_BYTES = 256 * 1024;
const EAGAIN = 11;
const EINTR = 4;

/** A fanotify group: its descriptor, its marks, and a buffer for what it reports. */
export class FanotifyGroup implements Disposable {
  readonly buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #native: Native;
  readonly #fd: number;
  #closed = false;

  /** @throws {SensorError} `system-call` */
  constructor(native: Native, flags: number) {
    this.#native = native;
    this.#fd = native.fanotifyInit(flags, 0);
    if (this.#fd < 0)
      throw new SensorError('system-call', `fanotify_init: ${errnoName(this.#fd)}`, {
        value: this.#fd,
        cure: 'run as root (CAP_SYS_ADMIN)',
      });
  }

  get waker(): Waker {
    return { fd: this.#fd, events: POLLIN };
  }

  /** 0, or -errno. */
  mark(flags: number, mask: number, path: string): number {
    return this.#native.fanotifyMark(this.#fd, flags, BigInt(mask), -100, path);
  }

  /** Reads once into `buffer`; bytes, 0 when there is nothing. @throws {SensorError} `system-call` */
  read(): number {
    const length = this.#native.read(this.#fd, this.buffer);
    if (length === -EAGAIN || length === -EINTR) return 0;
    if (length < 0)
      throw new SensorError('system-call', `fanotify read: ${errnoName(length)}`, { value: length });
    return length;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }
}
