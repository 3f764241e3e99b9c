import { type Command, InvalidArgumentError } from 'commander';
import { interrupted, withAgent } from '../connect.ts';
import { renderFinding } from '../render-finding.ts';

interface FindingsOptions {
  readonly limit: number;
  readonly follow?: true;
  readonly json?: true;
}

/** A finding as the agent hands it out. */
interface Kept {
  readonly finding: object;
  /** How often it was seen, repeats that were collapsed into it among them. */
  readonly count?: number;
}

export function register(program: Command): void {
  program
    .command('findings')
    .description('The findings that the agent has kept, oldest first.')
    .option('-n, --limit <count>', 'the newest so many', parseLimit, 20)
    .option('-f, --follow', 'then show new ones as they come')
    .option('--json', 'OCSF Detection Findings, one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence findings\n  ringfence findings --follow\n  ringfence findings --json -n 1000 | jq .finding_info.title\n',
    )
    .action(showFindings);
}

async function showFindings(options: FindingsOptions): Promise<void> {
  const show = (item: unknown): void => {
    const { finding, count } = item as Kept;
    const counted = count === undefined || count === 1 ? finding : { ...finding, count };
    console.log(options.json === true ? JSON.stringify(counted) : renderFinding(counted).join('\n'));
  };
  await withAgent('findings', async (client) => {
    const follow = options.follow === true;
    const kept = (await client.request(
      { op: 'findings', limit: options.limit, follow },
      follow ? show : undefined,
    )) as unknown[];
    for (const finding of kept) show(finding);
    if (kept.length === 0 && options.json !== true) console.log('No findings so far.');
    if (follow) await Promise.race([interrupted(), client.closed]);
  });
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000))
    throw new InvalidArgumentError('Give a number from 1 to 1000.');
  return limit;
}
