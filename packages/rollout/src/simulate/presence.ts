import { type Fleet, LAPTOP } from './fleet.ts';
import { exponential, mix, uniform } from './random.ts';

const DAY = 86_400;

/** When the hosts of a fleet are awake: a function of seed, host and time, so nothing is kept per host. */
export interface Presence {
  awakeAtStart(host: number, time: number): boolean;
  /** When a host that is awake now stops, in whole seconds, always later. */
  sleepsAt(host: number, time: number): number;
  /** When a host that fell asleep at `time` is back. */
  wakesAt(host: number, time: number): number;
  /** When a host that was asleep at the start first wakes. */
  firstWake(host: number, time: number): number;
  saysGoodbye(host: number, time: number): boolean;
}

/** Times are seconds since the Monday 00:00 UTC of the release's week; negative ones are the week before. */
export function makePresence(fleet: Fleet): Presence {
  const { spec, zone, always, kind } = fleet;
  const salt = mix(fleet.seed, 0x0a7e);
  const perSite = spec.hostsPerSite;
  const lossGap = DAY / spec.lossesPerDay;
  const closeGap = 60 / spec.closePerMinute;

  const offset = (host: number): number => zone[Math.floor(host / perSite)] as number;
  const dayOf = (host: number, time: number): number => Math.floor((time + offset(host)) / DAY);
  const works = (host: number, day: number): boolean => {
    const u = uniform(salt ^ 11, mix(host, day));
    const weekday = ((day % 7) + 7) % 7;
    return weekday >= 5 ? u < spec.weekend : u >= spec.dayOff;
  };
  const own = (host: number): number => (uniform(salt ^ 12, host) * 2 - 1) * spec.daySpread;
  const begin = (host: number, day: number): number =>
    Math.floor(
      day * DAY - offset(host) + spec.dayStarts + own(host) + uniform(salt ^ 13, mix(host, day)) * 900,
    );
  const end = (host: number, day: number): number =>
    Math.floor(
      day * DAY - offset(host) + spec.dayEnds + own(host) + uniform(salt ^ 14, mix(host, day)) * 900,
    );

  const nextDay = (host: number, from: number): number => {
    let day = from;
    while (!works(host, day)) day++;
    return begin(host, day);
  };

  return {
    awakeAtStart(host, time) {
      if (always[host] === 1) return true;
      const day = dayOf(host, time);
      return works(host, day) && time >= begin(host, day) && time < end(host, day);
    },
    sleepsAt(host, time) {
      if (always[host] === 1) return time + 1 + Math.floor(exponential(lossGap, salt ^ 15, mix(host, time)));
      const closing = end(host, dayOf(host, time));
      if (kind[host] !== LAPTOP) return Math.max(time + 1, closing);
      return Math.max(
        time + 1,
        Math.min(closing, time + 1 + Math.floor(exponential(closeGap, salt ^ 16, mix(host, time)))),
      );
    },
    wakesAt(host, time) {
      if (always[host] === 1)
        return time + 5 + Math.floor(exponential(spec.lossSeconds, salt ^ 17, mix(host, time)));
      const day = dayOf(host, time);
      const closing = end(host, day);
      const back = time + 60 + Math.floor(exponential(spec.napSeconds, salt ^ 18, mix(host, time)));
      if (time < closing && back < closing - 300) return back;
      return nextDay(host, day + 1);
    },
    firstWake(host, time) {
      const day = dayOf(host, time);
      if (works(host, day) && time < begin(host, day)) return begin(host, day);
      return nextDay(host, day + 1);
    },
    saysGoodbye(host, time) {
      return always[host] === 0 && uniform(salt ^ 19, mix(host, time)) < spec.goodbyes;
    },
  };
}
