import type { RolloutEvent } from '../decide/events.ts';
import { RolloutError } from '../errors.ts';
import { planInput } from '../history/log.ts';
import { createPlan } from '../plan/parse.ts';
import type { Plan } from '../plan/plan.ts';
import { type Fleet, makeFleet } from './fleet.ts';
import type { Policy } from './policy.ts';
import { ALL_AT_ONCE, FIXED, FIXED_TIMEOUT, FixedPolicy } from './policy-fixed.ts';
import { RingfencePolicy } from './policy-ringfence.ts';
import { type FleetSpec, REFERENCE_FLEET } from './reference-fleet.ts';
import { buildsFor, SCENARIOS, type Scenario } from './scenarios.ts';
import { type Outcome, World, type WorldOptions } from './world.ts';

export const POLICIES = ['all-at-once', 'fixed', 'fixed-timeout', 'ringfence'] as const;
export type PolicyName = (typeof POLICIES)[number];

/** The largest fleet that a simulation takes. */
export const MAX_SIMULATED = 10_000_000;

export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((s) => s.name === name);
  if (scenario === undefined)
    throw new RolloutError(
      'bad-number',
      `no scenario "${name}": there are ${SCENARIOS.map((s) => s.name).join(', ')}`,
      { received: name },
    );
  return scenario;
}

/** One release in one fleet under one policy. */
export interface Job {
  readonly scenario: Scenario;
  readonly hosts: number;
  readonly seed: number;
  readonly policy: PolicyName;
  readonly plan: Plan;
  readonly spec?: FleetSpec;
}

/** The fleet of a job. */
export function fleetFor(job: Pick<Job, 'scenario' | 'hosts' | 'seed' | 'spec'>): Fleet {
  if (!Number.isInteger(job.hosts) || job.hosts < 1 || job.hosts > MAX_SIMULATED) {
    throw new RolloutError(
      'bad-number',
      `a simulated fleet has 1 to ${MAX_SIMULATED} hosts, not ${job.hosts}`,
      { received: job.hosts },
    );
  }
  const spec = { ...(job.spec ?? REFERENCE_FLEET), ...job.scenario.fleet };
  return makeFleet(spec, job.hosts, job.seed, buildsFor(job.scenario, spec));
}

/** The policy of a job; each seed has its own secret order. */
export function policyFor(
  job: Pick<Job, 'policy' | 'plan' | 'seed'>,
  tap: ((event: RolloutEvent) => void) | null = null,
): Policy {
  switch (job.policy) {
    case 'all-at-once':
      return new FixedPolicy(ALL_AT_ONCE);
    case 'fixed':
      return new FixedPolicy(FIXED);
    case 'fixed-timeout':
      return new FixedPolicy(FIXED_TIMEOUT);
    case 'ringfence':
      return new RingfencePolicy(
        createPlan({ ...planInput(job.plan), seed: `${job.plan.seed}/${job.seed}` }),
        tap,
      );
  }
}

/** Plays a job to its end. */
export function simulate(job: Job, options: WorldOptions = {}): Outcome {
  return new World(fleetFor(job), policyFor(job), job.scenario, options).run();
}
