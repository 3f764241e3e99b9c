/** QEMU: where its parts are, and one boot of a kernel to its end. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findExecutable } from './command.ts';
import type { Suite } from './debian.ts';

export interface Qemu {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const PROGRAM = 'qemu-system-x86_64';

/** The host's QEMU if it has one, else Debian's, unpacked into the cache. */
export function locateQemu(host: () => Suite): Qemu {
  const installed = findExecutable(PROGRAM);
  if (installed !== null) return { path: installed, args: [], env: process.env };
  const root = host().unpackWithDependencies('qemu-system-x86');
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((folder) => join(root, folder));
  const firmware = ['usr/share/qemu', 'usr/share/seabios', 'usr/lib/ipxe/qemu'].map((folder) =>
    join(root, folder),
  );
  return {
    path: join(root, 'usr/bin', PROGRAM),
    args: firmware.filter((folder) => existsSync(folder)).flatMap((folder) => ['-L', folder]),
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
  };
}

export interface Boot {
  readonly kernel: string;
  readonly initramfs: string;
  /** The disk; what the guest writes to it is thrown away. */
  readonly disk: string;
  /** Where the kernel's messages go. */
  readonly console: string;
  /** Arguments of the guest's /init. */
  readonly guestArguments: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Each line that the guest writes to its second serial port, as it comes. */
  onLine(line: string): void;
}

/** How a boot ended: null is an orderly power-off, else what went wrong. */
export async function boot(qemu: Qemu, options: Boot): Promise<string | null> {
  const commandLine = ['console=ttyS0', 'panic=-1', 'random.trust_cpu=on', 'mitigations=off', 'loglevel=5'];
  // A kernel that locks up ends, instead of taking the time of all.
  commandLine.push('softlockup_panic=1');
  // Arguments after "--" go to the initramfs's init, which hands none on: the disk's /init reads them as a variable.
  if (options.guestArguments.length > 0)
    commandLine.push(`RINGFENCE_CHECKS=${options.guestArguments.join(',')}`);
  const machine = '-machine pc -accel tcg,thread=multi -cpu max -smp 2 -m 1536';
  const args = [
    ...`${machine} -nodefaults -no-user-config -no-reboot -display none -serial`.split(' '),
    `file:${options.console}`,
    '-serial',
    'stdio',
    '-drive',
    `if=virtio,format=raw,file=${options.disk},snapshot=on`,
    '-kernel',
    options.kernel,
    '-initrd',
    options.initramfs,
    '-append',
    commandLine.join(' '),
  ];
  // setpriv becomes QEMU, which then dies with this process however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', qemu.path, ...qemu.args, ...args], {
    env: qemu.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  let end: string | null = null;
  const stop = (reason: string): void => {
    end ??= reason;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(
    () => stop(`not done after ${Math.round(options.timeoutMs / 1000)} s`),
    options.timeoutMs,
  );
  const onAbort = (): void => stop('interrupted');
  options.signal.addEventListener('abort', onAbort);
  if (options.signal.aborted) onAbort();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      end ??= error.message;
      resolve();
    });
    child.once('close', (code, signal) => {
      if (code !== 0) end ??= `QEMU ended with ${signal ?? code}: ${errors.trim().split('\n').at(-1) ?? ''}`;
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => options.onLine(line.trim()));
  await closed;
  clearTimeout(timer);
  options.signal.removeEventListener('abort', onAbort);
  return end;
}

/** Did the guest's kernel end because one of its processors made no progress? */
export function lockedUp(path: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8').includes('BUG: soft lockup');
}

/** How the kernel begins to tell that it failed. */
const FAILURE = /\b(?:BUG:|Oops|general protection|invalid opcode|Kernel panic)|cut here/;

/** The last lines of the guest's console, or from where its kernel says that it failed, the first so many. */
export function consoleTail(path: string, lines: number): string[] {
  if (!existsSync(path)) return [];
  const all = readFileSync(path, 'utf8').replaceAll('\r', '').trimEnd().split('\n');
  const failed = all.findIndex((line) => FAILURE.test(line));
  return failed < 0 ? all.slice(-lines) : all.slice(failed, failed + lines);
}
