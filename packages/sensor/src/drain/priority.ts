/**
 * The drain thread is raised only while a ring fills, so that a flood of events cannot starve the one thread that
 * takes them out; all else in this process runs lowered. Without CAP_SYS_NICE nothing changes.
 */
import { writeFileSync } from 'node:fs';
import type { Native } from '../native.ts';

/** Nice values. */
export const LOWERED = 5;
const RAISED = -15;
const CALM_MS = 200;

export class Priority {
  readonly #native: Native;
  #raised = false;
  #refused = false;
  #calmSince = 0;

  constructor(native: Native) {
    this.#native = native;
    native.setNice(0, LOWERED);
    setAutogroup(LOWERED);
  }

  /** @param fill how full the fullest ring is, 0 to 1. @param now milliseconds, monotonic */
  update(fill: number, now: number): void {
    if (fill > 0.02) {
      this.#calmSince = now;
      if (!this.#raised) this.#set(true);
    } else if (this.#raised && now - this.#calmSince > CALM_MS) {
      this.#set(false);
    }
  }

  get raised(): boolean {
    return this.#raised;
  }

  #set(raised: boolean): void {
    if (this.#refused) return;
    if (!this.#native.setNice(0, raised ? RAISED : LOWERED)) {
      this.#refused = raised;
      return;
    }
    this.#raised = raised;
    setAutogroup(raised ? RAISED : LOWERED);
  }
}

/**
 * The kernel's autogroups (sched(7)) weigh sessions against each other before nice values count within one. The sensor
 * has a session of its own, so its group must be raised too.
 */
function setAutogroup(nice: number): void {
  try {
    writeFileSync('/proc/self/autogroup', String(nice));
  } catch {
    // No autogroups in this kernel, or the write came too often: the next change tries again.
  }
}
