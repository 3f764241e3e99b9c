/**
 * Reduced mode: processes by polling /proc. One that ends between two polls is not seen. File events come from
 * fanotify where rights suffice.
 */
import { RecordFlag } from '@ringfence/events';
import type { Source } from '../drain/source.ts';
import type { State } from '../drain/state.ts';
import type { Waiter } from '../drain/waiter.ts';
import { FileWatch } from '../files/file-watch.ts';
import { high32, low32 } from '../ingest/actors.ts';
import { probes } from '../kernel/probe-list.ts';
import { CLOCK_BOOTTIME } from '../native.ts';
import type { Missing, ProbeState } from '../protocol.ts';
import { Process } from '../table/process-table.ts';
import { parseStat } from './parse.ts';
import { readSmall } from './read-file.ts';
import { listPids, readProcess } from './read-process.ts';

const POLL_MS = 75;
const FILE_MS = 20;
/** A process may call exec after it was first seen: young ones are looked at again for this long. */
const YOUNG_MS = 2000;
/** Of all others a few in each poll, so that a late exec is found too. */
const OLD_PER_POLL = 32;

interface Young {
  readonly process: Process;
  readonly since: number;
}

export class ProcfsSource implements Source {
  readonly hello: Source['hello'];
  readonly ring: Source['ring'] = { fill: 0, size: 0 };
  readonly forksLost = 0;
  readonly wakers: Source['wakers'] = [];
  readonly #state: State;
  readonly #files: FileWatch;
  #live = new Map<number, Process>();
  #young: Young[] = [];
  #polled = -Infinity;
  #nextOld = 0;

  /** @param reason why kernel probes are not used */
  constructor(state: State, reason: string, cure: string) {
    this.#state = state;
    this.#files = new FileWatch(state);
    for (const pid of listPids()) {
      const process = state.actors.adoptPid(pid);
      if (process) this.#live.set(pid, process);
    }
    this.hello = {
      mode: 'procfs',
      reason,
      missing: [...missing(reason, cure, this.#files.probes), ...this.#files.missing],
      probes: [
        ...probes
          .filter(({ programs }) => programs.length > 0)
          .map(({ name, classes }) => off(name, classes, reason)),
        ...this.#files.probes,
      ],
    };
  }

  wait(waiter: Waiter, most: number): void {
    waiter.pause(Math.min(this.#files.active ? FILE_MS : POLL_MS, most));
  }
  get overflows(): number {
    return this.#files.overflows;
  }

  round(now: number): boolean {
    const more = this.#files.read();
    if (now - this.#polled >= POLL_MS || this.#files.bytesRead > 0) {
      this.#polled = now;
      this.#poll(now);
    }
    this.#files.report(now);
    return more;
  }

  #poll(now: number): void {
    const { table, native, processes } = this.#state;
    const time = native.clock(CLOCK_BOOTTIME);
    const [low, high] = [low32(time), high32(time)];
    const live = new Map<number, Process>();
    for (const pid of listPids()) {
      const known = this.#live.get(pid);
      if (known) live.set(pid, known);
      else this.#appeared(pid, now, low, high, live);
    }
    for (const [pid, process] of this.#live)
      if (live.get(pid) !== process && table.exit(process, now))
        processes.encodePolledExit(process, low, high);
    this.#live = live;
    this.#lookAgain(now, low, high);
  }

  #appeared(pid: number, now: number, low: number, high: number, live: Map<number, Process>): void {
    const process = this.#state.actors.adoptPid(pid);
    if (!process) return;
    live.set(pid, process);
    this.#young.push({ process, since: now });
    if (process.image.path.length > 0 || process.image.argv.length > 0)
      this.#state.processes.reportStart(process, low, high, RecordFlag.POLLED);
  }

  /** Finds execs, and pids that were given to another process between two polls. */
  #lookAgain(now: number, low: number, high: number): void {
    this.#young = this.#young.filter(({ since }) => now - since < YOUNG_MS);
    for (const { process } of this.#young) this.#check(process, now, low, high);
    const all = [...this.#live.values()];
    for (let i = 0; i < Math.min(OLD_PER_POLL, all.length); i++) {
      this.#nextOld = (this.#nextOld + 1) % all.length;
      this.#check(all[this.#nextOld] as Process, now, low, high);
    }
  }

  #check(process: Process, now: number, low: number, high: number): void {
    const { users, containers, processes, table } = this.#state;
    const bytes = readSmall(`/proc/${process.pid}/stat`);
    const stat = bytes && parseStat(bytes);
    if (!stat || process.exitedAt >= 0) return;
    if (low32(stat.startTime) !== process.startLow || high32(stat.startTime) !== process.startHigh) {
      if (table.exit(process, now)) processes.encodePolledExit(process, low, high);
      this.#live.delete(process.pid);
      this.#appeared(process.pid, now, low, high, this.#live);
      return;
    }
    const read = readProcess(process.pid, users, containers);
    if (!read) return;
    const { path, argv } = process.image;
    if (same(read.image.path, path) && same(read.image.argv, argv)) return;
    if (read.image.path.length === 0 && read.image.argv.length === 0) return; // it is ending
    process.setImage(read.image, low, high);
    processes.reportStart(process, low, high, RecordFlag.POLLED);
  }

  subscribe(): void {}
  countLost(): void {}

  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function off(name: string, classes: readonly string[], reason: string): ProbeState {
  return { name, state: 'unavailable', reason, classes };
}

function missing(reason: string, cure: string, files: readonly ProbeState[]): Missing[] {
  const list: Missing[] = [
    {
      what: `kernel probes: ${reason}`,
      effect:
        'processes are polled from /proc: those that live less than about 0.1 s are missed; connections, ' +
        'capability checks, io_uring, memory files and all of tier full are not seen',
      cure,
    },
  ];
  for (const { name, state, reason: why } of files)
    if (state === 'unavailable')
      list.push({
        what: `${name}: ${why ?? 'unavailable'}`,
        effect: probes.find((probe) => probe.name === name)?.effect ?? '',
        cure,
      });
  if (process.getuid?.() !== 0)
    list.push({
      what: 'rights to see other users’ processes',
      effect:
        'executables and folders of processes of other users are unknown, and with hidepid the processes too',
      cure: 'run as root',
    });
  return list;
}
