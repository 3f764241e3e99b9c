import {
  formatCount,
  MAX_SIMULATED,
  type Plan,
  reportScenario,
  runScenario,
  SCENARIOS,
  type Scenario,
  type ScenarioSummary,
  scenarioNamed,
} from '@ringfence/rollout';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError } from '../command-error.ts';
import { readable, readPlan } from '../rollout-files.ts';
import { ProgressLine } from '../terminal/progress.ts';

interface SimulateOptions {
  readonly hosts?: number;
  readonly policy?: string;
  readonly seeds: number;
  readonly workers?: number;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command('simulate')
    .argument('<scenario>', 'list, all, or the name of a scenario')
    .description('Replay a release on a simulated fleet under four policies, yours among them.')
    .option('--hosts <number>', 'size of the fleet, instead of the scenario’s own', parseHosts)
    .option('--policy <file>', 'your rollout plan, instead of the shipped default plan')
    .option('--seeds <number>', 'how many times, each with other chances', parseSeeds, 1)
    .option('--workers <number>', 'threads; one per core unless told', parseWorkers)
    .option('--json', 'the figures as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence simulate list\n  ringfence simulate july-19\n  ringfence simulate rare-late --hosts 100000 --seeds 20\n  ringfence simulate all --policy plan.yaml --hosts 20000 --json\n',
    )
    .action(simulate);
}

async function simulate(name: string, options: SimulateOptions): Promise<void> {
  if (name === 'list') return list(options);
  const plan = await readPlan(options.policy);
  const scenarios = name === 'all' ? SCENARIOS : [named(name)];
  const abort = new AbortController();
  const stop = (): void => abort.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const summaries: ScenarioSummary[] = [];
  try {
    for (const scenario of scenarios) {
      const { summary, report } = await play(scenario, plan, options, abort.signal);
      summaries.push(summary);
      if (options.json !== true) console.log(report);
    }
  } catch (error) {
    if (!abort.signal.aborted) throw readable(error, options.policy ?? name);
    console.error('Interrupted.');
    process.exitCode = 130;
    return;
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
  if (options.json === true) console.log(JSON.stringify(name === 'all' ? summaries : summaries[0]));
}

async function play(
  scenario: Scenario,
  plan: Plan,
  options: SimulateOptions,
  signal: AbortSignal,
): Promise<{ summary: ScenarioSummary; report: string }> {
  const progress = new ProgressLine();
  try {
    const { summary, first } = await runScenario(
      { scenario, hosts: options.hosts ?? scenario.hosts, seeds: options.seeds, plan },
      {
        ...(options.workers === undefined ? {} : { workers: options.workers }),
        signal,
        progress: (p) =>
          progress.update(
            () =>
              `${scenario.name}: ${p.done} of ${p.jobs} runs done; ${p.policy}: ${p.hours} h, ${formatCount(p.exposed)} hosts exposed`,
          ),
      },
    );
    return { summary, report: reportScenario(scenario, summary, first) };
  } finally {
    progress.clear();
  }
}

function named(name: string): Scenario {
  try {
    return scenarioNamed(name);
  } catch (error) {
    throw new CommandError((error as Error).message, 2);
  }
}

function list(options: SimulateOptions): void {
  if (options.json === true) {
    console.log(
      JSON.stringify(
        SCENARIOS.map(({ name, story, criterion, hosts }) => ({ name, story, criterion, hosts })),
      ),
    );
    return;
  }
  for (const s of SCENARIOS)
    console.log(
      `${s.name.padEnd(16)}${s.story}\n${' '.repeat(16)}${s.criterion}; ${formatCount(s.hosts)} hosts`,
    );
}

function whole(text: string, most: number, what: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new InvalidArgumentError(`${what} is a whole number from 1 to ${most}.`);
  return value;
}

function parseHosts(text: string): number {
  return whole(text, MAX_SIMULATED, 'a number of hosts');
}

function parseSeeds(text: string): number {
  return whole(text, 100_000, 'a number of seeds');
}

function parseWorkers(text: string): number {
  return whole(text, 64, 'a number of threads');
}
