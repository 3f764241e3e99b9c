import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { RolloutError } from '../errors.ts';
import { planInput } from '../history/log.ts';
import type { Plan } from '../plan/plan.ts';
import type { Job } from './run.ts';
import { POLICIES, type PolicyName } from './run.ts';
import type { Scenario } from './scenarios.ts';
import { type ScenarioSummary, summarize } from './summary.ts';
import type { Outcome } from './world.ts';

/** What a pool reports while it works. */
export interface Progress {
  readonly done: number;
  readonly jobs: number;
  /** The job that last said something: its policy, its simulated hours, its exposed hosts. */
  readonly policy: PolicyName;
  readonly hours: number;
  readonly exposed: number;
}

export interface PoolOptions {
  readonly workers?: number;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

type Reply = { id: number; outcome?: Outcome; error?: string; hours?: number; exposed?: number };

/** Plays jobs on worker threads; the outcomes come in the order of the jobs. Stops at once when the signal says so. */
export async function simulateAll(jobs: readonly Job[], options: PoolOptions = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const count = Math.max(1, Math.min(jobs.length, options.workers ?? availableParallelism()));
  let next = 0;
  let done = 0;
  const workers: Worker[] = [];
  try {
    await Promise.all(
      Array.from({ length: count }, () => {
        return new Promise<void>((resolve, reject) => {
          const worker = new Worker(new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url), {
            execArgv: process.execArgv,
          });
          workers.push(worker);
          const give = (): void => {
            const id = next++;
            const job = jobs[id];
            if (job === undefined) return resolve();
            worker.postMessage({
              id,
              scenario: job.scenario.name,
              hosts: job.hosts,
              seed: job.seed,
              policy: job.policy,
              plan: planInput(job.plan),
              spec: job.spec ?? null,
            });
          };
          worker.on('error', reject);
          worker.on('message', (reply: Reply) => {
            const job = jobs[reply.id] as Job;
            if (reply.error !== undefined) return reject(new RolloutError('bad-number', reply.error));
            if (reply.outcome !== undefined) {
              outcomes[reply.id] = reply.outcome;
              done++;
            }
            options.progress?.({
              done,
              jobs: jobs.length,
              policy: job.policy,
              hours: reply.hours ?? 0,
              exposed: reply.exposed ?? reply.outcome?.exposed ?? 0,
            });
            if (reply.outcome !== undefined) give();
          });
          options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error), {
            once: true,
          });
          give();
        });
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return outcomes;
}

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly hosts: number;
  readonly seeds: number;
  readonly plan: Plan;
  readonly policies?: readonly PolicyName[];
}

/** A scenario under each policy, summed up over the seeds, with the outcomes of the first seed for a chart. */
export async function runScenario(
  run: ScenarioRun,
  options: PoolOptions = {},
): Promise<{ summary: ScenarioSummary; first: ReadonlyMap<PolicyName, Outcome> }> {
  const policies = run.policies ?? POLICIES;
  const jobs = policies.flatMap((policy) =>
    Array.from(
      { length: run.seeds },
      (_, i): Job => ({ scenario: run.scenario, hosts: run.hosts, seed: i + 1, policy, plan: run.plan }),
    ),
  );
  const outcomes = await simulateAll(jobs, options);
  const first = new Map<PolicyName, Outcome>();
  const summaries = policies.map((policy, i) => {
    const own = outcomes.slice(i * run.seeds, (i + 1) * run.seeds);
    first.set(policy, own[0] as Outcome);
    return summarize(policy, run.scenario, own);
  });
  return {
    summary: { scenario: run.scenario.name, hosts: run.hosts, seeds: run.seeds, policies: summaries },
    first,
  };
}
