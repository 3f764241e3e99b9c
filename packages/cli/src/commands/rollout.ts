import {
  type Baseline,
  BaselineEstimator,
  baselineLines,
  describePlan,
  Explainer,
  explainLine,
  type Plan,
  timeline,
} from '@ringfence/rollout';
import { type Command, InvalidArgumentError } from 'commander';
import { readable, readLog, readPlan, withLane } from '../rollout-files.ts';
import { ProgressLine } from '../terminal/progress.ts';

interface PlanOptions {
  readonly hosts: number;
  readonly lane?: 'standard' | 'emergency';
  readonly json?: true;
}

interface LogOptions {
  readonly json?: true;
}

export function register(program: Command): void {
  const rollout = program
    .command('rollout')
    .description('Rings: what a plan would do, what a release did and why, what is normal in this fleet.')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence rollout plan --hosts 20000\n  ringfence rollout plan plan.yaml --lane emergency\n  ringfence rollout explain rollout.log\n  ringfence rollout baseline history.log >> plan.yaml\n',
    );
  rollout
    .command('plan')
    .argument('[file]', 'a plan in YAML or JSON; the shipped default plan without one')
    .description('Check a plan and say in words what a release would do, when, to how many hosts.')
    .option('--hosts <number>', 'size of the fleet', parseHosts, 10_000)
    .option('--lane <lane>', 'standard or emergency, instead of the plan’s own', parseLane)
    .option('--json', 'the checked plan and its timeline as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence rollout plan --hosts 8500000\n  ringfence rollout plan plan.yaml --json\n\nExit code 1: the plan is refused, and why.\n',
    )
    .action(showPlan);
  rollout
    .command('explain')
    .argument('<log>', 'an event log')
    .description('What was decided when, on what evidence, from an event log.')
    .option('--json', 'one JSON object per decision')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence rollout explain rollout.log\n  ringfence rollout explain rollout.log --json | jq .decision.type\n\nExit code 1: the log is damaged, cut or of another version.\n',
    )
    .action(explain);
  rollout
    .command('baseline')
    .argument('<log>', 'an event log of the fleet’s history')
    .description(
      'Estimate background failures, gaps between check-ins and false silence; print the plan’s lines for them.',
    )
    .option('--json', 'the estimate as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence rollout baseline history.log\n  ringfence rollout baseline history.log >> plan.yaml\n',
    )
    .action(estimateBaseline);
}

async function showPlan(file: string | undefined, options: PlanOptions): Promise<void> {
  const read = await readPlan(file);
  const plan = options.lane === undefined ? read : withLane(read, options.lane);
  try {
    if (options.json === true) {
      const { seed: _secret, ...shown } = plan;
      console.log(
        JSON.stringify(
          { hosts: options.hosts, plan: shown, timeline: timeline(plan, options.hosts) },
          null,
          2,
        ),
      );
    } else process.stdout.write(describePlan(plan, options.hosts));
  } catch (error) {
    throw readable(error, file ?? 'default plan');
  }
}

async function explain(file: string, options: LogOptions): Promise<void> {
  const progress = new ProgressLine();
  let explainer: Explainer | null = null;
  let start: number | null = null;
  try {
    await readLog(
      file,
      (event, plan: Plan) => {
        explainer ??= new Explainer(plan);
        for (const explanation of explainer.take(event)) {
          start ??= explanation.at;
          progress.clear();
          console.log(
            options.json === true
              ? JSON.stringify(explanation, plainArrays)
              : explainLine(explanation, start, plan),
          );
        }
      },
      (share) => progress.update(() => `explaining: ${Math.round(share * 100)} % of ${file}`),
    );
  } catch (error) {
    throw readable(error, file);
  } finally {
    progress.clear();
  }
  const hands = (explainer as Explainer | null)?.needsHands() ?? new Uint32Array(0);
  if (hands.length > 0)
    console.error(
      `${hands.length} hosts need hands: ${[...hands.subarray(0, 20)].join(', ')}${hands.length > 20 ? ', …' : ''}`,
    );
}

function plainArrays(_key: string, value: unknown): unknown {
  return value instanceof Uint32Array ? [...value] : value;
}

async function estimateBaseline(file: string, options: LogOptions): Promise<void> {
  const progress = new ProgressLine();
  let estimator: BaselineEstimator | null = null;
  const plan = await readLog(
    file,
    (event, header) => {
      estimator ??= new BaselineEstimator(header);
      estimator.take(event);
    },
    (share) => progress.update(() => `reading: ${Math.round(share * 100)} % of ${file}`),
  ).finally(() => progress.clear());
  const baseline: Baseline = (estimator ?? new BaselineEstimator(plan)).finish();
  if (options.json === true) console.log(JSON.stringify(baseline));
  else process.stdout.write(baselineLines(baseline, plan));
}

function parseHosts(text: string): number {
  const hosts = Number(text);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > 100_000_000)
    throw new InvalidArgumentError('a fleet has 1 to 100000000 hosts.');
  return hosts;
}

function parseLane(text: string): 'standard' | 'emergency' {
  if (text !== 'standard' && text !== 'emergency')
    throw new InvalidArgumentError('a lane is standard or emergency.');
  return text;
}
