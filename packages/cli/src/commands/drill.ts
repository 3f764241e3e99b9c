import { type DrillKind, type DrillReport, drillKinds, places, runDrill } from '@ringfence/agent';
import { safeText } from '@ringfence/events';
import { Argument, type Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { requireLinux } from '../platform.ts';
import { style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';

export function register(program: Command): void {
  program
    .command('drill')
    .description(
      'Let a faulty release misbehave beside two healthy publishers, and see that nothing else is hurt.',
    )
    .addArgument(new Argument('<fault>', 'what the release does').choices(drillKinds))
    .option('--json', 'the result as one JSON document')
    .addHelpText(
      'after',
      `
The running agent is used, or one is started for the drill. Three publishers of the drill's own run on the real
sensor's events: one whose release is faulty, two whose events are counted. Exit code 0 only if the fault was
called by its cause, content ran again, the others lost nothing, and nothing was left behind.

  crash    it aborts                       hang     it never answers again
  bloat    it takes memory without end     spin     it computes without end
  flood    it reports findings without end garbage  it sends what is no frame

Examples:
  ringfence drill crash
  ringfence drill spin --json | jq .others
`,
    )
    .action(drill);
}

async function drill(kind: DrillKind, options: { json?: true }): Promise<void> {
  requireLinux('drill');
  const progress = (line: string): void => console.error(style('dim', line));
  const report = await runDrill(kind, { run: places().run, progress });
  if (options.json === true) console.log(JSON.stringify(report.result));
  else console.log(render(report).join('\n'));
  if (!report.result.pass) throw new CommandError(`the drill failed: ${report.failures.join('; ')}`);
}

function render({ result, evidence, running }: DrillReport): string[] {
  const { drill: kind, cause, detectMs, recoverMs, ownLost, others, agentAlive, residue } = result;
  const time = (ms: number | null): string => (ms === null ? 'never' : `${ms.toLocaleString('en')} ms`);
  const lines = [
    `drill ${kind} in ${running ? 'the running agent' : 'an agent started for it'}`,
    ...table(
      ['publisher', 'events', 'lost'],
      [
        ['drill-faulty', '', String(ownLost)],
        ...others.map(({ publisher, events, lost }) => [publisher, String(events), String(lost)]),
      ],
    ),
    `cause      ${cause ?? 'not seen'}${evidence === null ? '' : `: ${safeText(evidence.detail)}`}`,
    `detected   ${time(detectMs)} after the process that set it off, the sensor's delay included`,
    `recovered  ${time(recoverMs)} later content was fed again`,
    `agent      ${agentAlive ? 'alive' : 'does not answer'}`,
    `left       ${residue.length === 0 ? 'nothing' : residue.join(', ')}`,
  ];
  if (evidence !== null) {
    const batches = evidence.unacknowledged.map(({ id, events }) => `${id} (${events} events)`).join(', ');
    lines.push(
      `evidence   batch ${evidence.lastBatch ?? 'none'} was the last, unacknowledged ${batches === '' ? 'none' : batches}`,
    );
    for (const sample of evidence.resources.slice(-5)) {
      const megabytes = (sample.memoryBytes / 1e6).toFixed(0);
      lines.push(
        style(
          'dim',
          `           at ${(sample.at / 1000).toFixed(1)} s: ${sample.cpuSeconds.toFixed(2)} s of CPU, ${megabytes} MB`,
        ),
      );
    }
  }
  lines.push(result.pass ? style('green', 'passed') : style('red', 'failed'));
  return lines;
}
