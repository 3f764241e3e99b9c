import { ClockOffset } from '@ringfence/events';
import { CLOCK_BOOTTIME, CLOCK_REALTIME, type Native } from './native.ts';

/**
 * What turns CLOCK_BOOTTIME into Unix time, frozen when the sensor starts: a process keeps one start time, hence one
 * identity, whatever later happens to the wall clock.
 */
export function freezeClock(native: Native): ClockOffset {
  let best = 0n;
  let spread = 1n << 62n;
  // The pair of readings that lies closest together is the least disturbed one.
  for (let i = 0; i < 8; i++) {
    const before = native.clock(CLOCK_BOOTTIME);
    const wall = native.clock(CLOCK_REALTIME);
    const after = native.clock(CLOCK_BOOTTIME);
    if (after - before >= spread) continue;
    spread = after - before;
    best = wall - (before + after) / 2n;
  }
  return new ClockOffset(best);
}
