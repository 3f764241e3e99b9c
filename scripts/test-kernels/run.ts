/**
 * `npm run test:kernels [-- --kernel 6.1 --check host --console --keep]`: boots Debian's cloud kernels in QEMU (without
 * KVM if need be) and runs the checks of `guest/checks` in each. QEMU, kernels and busybox come from Debian by apt into
 * a cache folder, `$XDG_CACHE_HOME/ringfence-kernels`; the host's own packages and sources stay as they are.
 * The exit status is 0 when at least one kernel booted and every check passed in every kernel that booted.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ReportLine } from './guest/report.ts';
import { HarnessError } from './host/command.ts';
import { debianMirror, Suite } from './host/debian.ts';
import { buildInitramfs } from './host/initramfs.ts';
import { kernelFiles } from './host/kernel-files.ts';
import { KERNEL_PACKAGE, KERNELS, type KernelRelease } from './host/kernels.ts';
import { boot, consoleTail, locateQemu, lockedUp, type Qemu } from './host/qemu.ts';
import { buildRootfs } from './host/rootfs.ts';

const TOTAL_TIMEOUT_MS = 590_000;
/** A kernel is not started with less time left than this; the first always is. */
const BOOT_RESERVE_MS = 180_000;
const LOCKED_UP = 'the guest’s kernel locked up';
const checkout = resolve(import.meta.dirname, '../..');

interface Outcome {
  readonly kernel: string;
  /** Why the kernel did not boot or did not end in order; null if it did. */
  readonly failure: string | null;
  readonly booted: boolean;
  readonly passed: number;
  readonly failed: number;
}

function say(text: string): void {
  console.log(text);
}

interface Session {
  readonly qemu: Qemu;
  readonly busybox: string;
  readonly mirror: string;
  readonly cache: string;
  readonly work: string;
  readonly disk: string;
  readonly checks: readonly string[];
  readonly console: boolean;
  readonly signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

/**
 * An emulated processor can hang in the guest's kernel, with no program of ours on its stack (seen once on 5.10, in
 * kfree): such a kernel is booted once more.
 */
async function testKernel(release: KernelRelease, session: Session): Promise<Outcome> {
  const outcome = await bootAndTest(release, session);
  if (outcome.failure !== LOCKED_UP) return outcome;
  say('  once more');
  return bootAndTest(release, session);
}

async function bootAndTest(release: KernelRelease, session: Session): Promise<Outcome> {
  const suite = new Suite(join(session.cache, release.suite), release.suite, session.mirror);
  suite.update();
  const kernel = kernelFiles(suite.unpack(suite.dependencyOf(KERNEL_PACKAGE)));
  const initramfs = join(session.work, `${release.name}.cpio`);
  const script = join(import.meta.dirname, 'guest/initramfs-init.sh');
  writeFileSync(initramfs, buildInitramfs(kernel, session.busybox, script));
  const log = join(session.work, `${release.name}.console`);
  say(`\nkernel ${release.name} (${release.suite}, ${kernel.version})`);
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  let booted = false;
  let ended = false;
  const counts = { passed: 0, failed: 0 };
  const failure = await boot(session.qemu, {
    kernel: kernel.image,
    initramfs,
    disk: session.disk,
    console: log,
    guestArguments: session.checks,
    timeoutMs: session.deadline - performance.now(),
    signal: session.signal,
    onLine: (line) => {
      const message = parseLine(line);
      if (message === null) return say(`  ? ${line}`);
      if ('check' in message) {
        counts[message.ok ? 'passed' : 'failed']++;
        say(`  ${message.ok ? 'ok  ' : 'FAIL'} ${message.check}: ${message.detail}`);
      } else if (message.guest === 'start') {
        booted = true;
        say(`  booted in ${seconds()}: Linux ${message.kernel}, Node ${message.node}`);
      } else ended = true;
    },
  });
  const early = lockedUp(log) ? LOCKED_UP : 'the guest ended before its report did';
  const reason = failure ?? (ended ? null : early);
  if (reason !== null || session.console) {
    for (const line of consoleTail(log, session.console ? 10_000 : 60)) say(`  | ${line}`);
  }
  say(`  ${reason ?? 'powered off'} after ${seconds()}`);
  return { kernel: release.name, booted, failure: reason, ...counts };
}

function parseLine(line: string): ReportLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && ('check' in value || 'guest' in value)
      ? (value as ReportLine)
      : null;
  } catch {
    return null;
  }
}

function summary(outcomes: readonly Outcome[], skipped: number): { line: string; ok: boolean } {
  const booted = outcomes.filter((outcome) => outcome.booted);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  const broken = outcomes.filter((outcome) => outcome.failure !== null);
  const ok = booted.length > 0 && passed > 0 && failed === 0 && broken.length === 0;
  const names = booted.map((outcome) => outcome.kernel).join(', ') || 'no kernel';
  const trouble = broken.map((outcome) => `; ${outcome.kernel}: ${outcome.failure}`).join('');
  const left = skipped > 0 ? `; ${skipped} not tried for want of time` : '';
  return {
    ok,
    line: `test:kernels: ${ok ? 'ok' : 'FAILED'}: booted ${names}; ${passed} passed, ${failed} failed${trouble}${left}`,
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kernel: { type: 'string', multiple: true },
      check: { type: 'string', multiple: true },
      console: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    say('Usage: npm run test:kernels [-- --kernel NAME]… [--check NAME]… [--console] [--keep]\n');
    say(`kernels: ${KERNELS.map(({ name, suite }) => `${name} (${suite})`).join(', ')}`);
    return 0;
  }
  const kernels = KERNELS.filter(({ name }) => values.kernel?.includes(name) ?? true);
  if (process.platform !== 'linux' || process.arch !== 'x64' || kernels.length === 0) {
    say(
      kernels.length === 0
        ? `test:kernels: FAILED: no kernel ${values.kernel?.join(', ')}`
        : 'test:kernels: FAILED: it runs on x86-64 Linux only',
    );
    return 2;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  const deadline = performance.now() + TOTAL_TIMEOUT_MS;
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ringfence-kernels');
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'ringfence-kernels-'));
  const outcomes: Outcome[] = [];
  try {
    say(`QEMU, busybox and kernels: ${cache}`);
    const mirror = debianMirror();
    let own: Suite | undefined;
    const hostSuite = (): Suite => {
      own ??= new Suite(join(cache, 'host'), null, mirror);
      own.update();
      return own;
    };
    const qemu = locateQemu(hostSuite);
    const busybox = join(hostSuite().unpack('busybox-static'), 'bin/busybox');
    const disk = join(work, 'disk.ext4');
    buildRootfs(checkout, busybox, join(work, 'stage'), disk);
    say('disk built');
    const session = {
      qemu,
      busybox,
      mirror,
      cache,
      work,
      disk,
      checks: values.check ?? [],
      console: values.console,
      signal: abort.signal,
      deadline,
    };
    for (const release of kernels) {
      if (abort.signal.aborted || (outcomes.length > 0 && performance.now() + BOOT_RESERVE_MS > deadline))
        break;
      outcomes.push(await testKernel(release, session).catch((error: unknown) => notTested(release, error)));
    }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    say(error.message);
  } finally {
    if (values.keep) say(`kept: ${work}`);
    else rmSync(work, { recursive: true, force: true });
  }
  const { line, ok } = summary(outcomes, outcomes.length > 0 ? kernels.length - outcomes.length : 0);
  say(`\n${line}`);
  return ok ? 0 : 1;
}

/** A kernel that could not be fetched fails alone; anything but a `HarnessError` is a mistake in this script. */
function notTested(release: KernelRelease, error: unknown): Outcome {
  if (!(error instanceof HarnessError)) throw error;
  return { kernel: release.name, booted: false, failure: error.message, passed: 0, failed: 0 };
}

process.exitCode = await main();
