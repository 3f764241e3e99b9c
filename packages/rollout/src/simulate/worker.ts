import { parentPort } from 'node:worker_threads';
import { createPlan } from '../plan/parse.ts';
import type { PlanInput } from '../plan/schema.ts';
import type { FleetSpec } from './reference-fleet.ts';
import { type PolicyName, scenarioNamed, simulate } from './run.ts';

/** A job as it crosses to a worker: names and plain data. */
export interface WorkerJob {
  readonly id: number;
  readonly scenario: string;
  readonly hosts: number;
  readonly seed: number;
  readonly policy: PolicyName;
  readonly plan: PlanInput;
  readonly spec: FleetSpec | null;
}

parentPort?.on('message', (job: WorkerJob) => {
  const { id } = job;
  try {
    const outcome = simulate(
      {
        scenario: scenarioNamed(job.scenario),
        hosts: job.hosts,
        seed: job.seed,
        policy: job.policy,
        plan: createPlan(job.plan),
        ...(job.spec === null ? {} : { spec: job.spec }),
      },
      { progress: (hours, exposed) => parentPort?.postMessage({ id, hours, exposed }) },
    );
    parentPort?.postMessage({ id, outcome });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
