import { createRequire } from 'node:module';
import { NotSupportedError } from './errors.ts';

/**
 * All that this package asks of a foreign-function library. Addresses are plain numbers: user space ends below 2^53
 * on every supported machine.
 */
export interface Native {
  /** Calls libc's `syscall`. Returns the result, or -errno. */
  syscall(number: number, a?: number, b?: number, c?: number, d?: number, e?: number, f?: number): number;
  /** An ArrayBuffer over foreign memory. Costs about 1 µs: keep it. It does not own the memory. */
  view(address: number, length: number): ArrayBuffer;
  /** Bytes in a page of memory. */
  readonly pageSize: number;
}

interface Koffi {
  load(path: string | null): { func(definition: string): (...args: number[]) => number };
  view(address: number, length: number): ArrayBuffer;
  errno(): number;
}

let instance: Native | undefined;

/**
 * The process's `Native`, made at first use, so that the pure parts of the package work where there is no Linux.
 * @throws NotSupportedError away from Linux on x64 or arm64, or when koffi cannot be loaded
 */
export function native(): Native {
  instance ??= koffiNative();
  return instance;
}

function koffiNative(): Native {
  if (process.platform !== 'linux') throw new NotSupportedError('eBPF needs Linux');
  let koffi: Koffi;
  try {
    const require = createRequire(import.meta.url);
    koffi = require('koffi') as Koffi;
  } catch (cause) {
    throw new NotSupportedError('The FFI library koffi could not be loaded', { cause });
  }
  // null is the process itself, which has glibc's or musl's syscall(). The fixed argument list is right for a variadic
  // C function in the calling conventions of x86-64 and arm64 Linux, where integers go to registers either way.
  const libc = koffi.load(null);
  const call = libc.func('long syscall(long n, long a, long b, long c, long d, long e, long f)');
  const pageSize = libc.func('int getpagesize()')();
  return {
    pageSize,
    syscall(number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0) {
      const result = call(number, a, b, c, d, e, f);
      return result === -1 ? -koffi.errno() : result;
    },
    view: (address, length) => koffi.view(address, length),
  };
}
