import type { Fleet } from './fleet.ts';

/** What the simulated world tells a policy, and what the policy makes it do. All times are seconds from the start. */
export interface Policy {
  readonly name: string;
  /** The fleet as it stands when the release starts. */
  begin(fleet: Fleet, talks: (host: number) => boolean): void;
  clock(time: number): void;
  talking(host: number): void;
  silent(host: number): void;
  goodbye(host: number): void;
  /** A host asks for its offer. False when the offer is void by now: nothing is delivered. */
  deliver(host: number): boolean;
  loaded(host: number): void;
  soaked(host: number): void;
  failed(host: number): void;
  keptOld(host: number): void;
  removed(host: number): void;
  reverted(host: number): void;
  /** The next hosts to offer and to revert; taking empties them. */
  takeOffers(): Uint32Array | null;
  takeReverts(): Uint32Array | null;
  /** When it halted, or null; how often it asked; whether it has nothing left to do. */
  readonly haltedAt: number | null;
  readonly asked: number;
  readonly finished: boolean;
  /** How long a host's trial lasts. */
  readonly soak: number;
  /** Until then the policy does not care who of the unexposed hosts talks; 0 when it does. */
  quietUntil(): number;
}
