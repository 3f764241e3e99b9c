import type { PublisherStatus, Command as Request } from '@ringfence/agent';
import { safeText } from '@ringfence/events';
import type { Command } from 'commander';
import { withAgent } from '../connect.ts';
import { style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';

interface Options {
  readonly json?: true;
}

export function register(program: Command): void {
  const publisher = program
    .command('publisher')
    .description('Publishers of the running agent: which releases they run, and what may be done about one.')
    .addHelpText(
      'after',
      `
All of it works offline: what is decided here is kept on this host, over restarts.

Examples:
  ringfence publisher list
  ringfence publisher revert acme          back to its last known good release
  ringfence publisher disable acme         stop it until it is enabled
  ringfence publisher unquarantine acme    try its quarantined releases again
`,
    );
  publisher
    .command('list')
    .description('Each publisher with its release, last known good release, quarantine and restarts.')
    .option('--json', 'one JSON document')
    .action(async (options: Options) => {
      const all = (await ask({ op: 'publisher.list' })) as PublisherStatus[];
      console.log(options.json === true ? JSON.stringify(all, null, 2) : renderList(all).join('\n'));
    });
  const commands = [
    ['disable', 'Stop a publisher and keep it stopped, over restarts too.', 'is disabled'],
    ['enable', 'Start a publisher that was disabled, and forget its failures.', 'is enabled'],
    ['revert', 'Quarantine the release that runs and go back to the last known good one.', 'is reverted'],
  ] as const;
  for (const [name, description, done] of commands) {
    publisher
      .command(`${name} <publisher>`)
      .description(description)
      .option('--json', 'its status as one JSON document')
      .action(async (target: string, options: Options) => {
        show((await ask({ op: `publisher.${name}`, publisher: target })) as PublisherStatus, done, options);
      });
  }
  publisher
    .command('unquarantine <publisher> [release]')
    .description('Set quarantined releases free: all of them, or the one whose hash begins so.')
    .option('--json', 'its status as one JSON document')
    .action(async (target: string, release: string | undefined, options: Options) => {
      const status = await ask({ op: 'publisher.unquarantine', publisher: target, release });
      show(status as PublisherStatus, 'has its release back', options);
    });
}

async function ask(request: Request): Promise<unknown> {
  return withAgent('publisher', (client) => client.request(request));
}

function show(status: PublisherStatus, done: string, options: Options): void {
  if (options.json === true) console.log(JSON.stringify(status, null, 2));
  else console.log([`${status.name} ${done}.`, ...renderList([status])].join('\n'));
}

function renderList(all: readonly PublisherStatus[]): string[] {
  if (all.length === 0) return ['No publisher: the configuration names no content.'];
  const lines = table(
    ['publisher', 'state', 'runs', 'offered', 'last known good', 'restarts', 'uid'],
    all.map((one) => [
      one.name,
      one.state,
      release(one.state === 'running' ? one.release : null),
      release(one.offered),
      release(one.lastKnownGood),
      String(one.restarts.count),
      String(one.uid),
    ]),
  );
  for (const one of all) {
    if (one.reason !== null) lines.push(style('yellow', `${one.name}: ${safeText(one.reason)}`));
    for (const { hash, cause } of one.quarantined)
      lines.push(style('yellow', `${one.name}: quarantined ${hash.slice(0, 12)} (${cause})`));
    for (const { at, cause, detail, evidence } of one.restarts.last.slice(-3)) {
      const where = evidence === null ? '' : `; evidence ${evidence}`;
      lines.push(style('dim', `${one.name}: ${at} ${cause}: ${safeText(detail, 200)}${where}`));
    }
  }
  return lines;
}

function release(one: PublisherStatus['release']): string {
  return one === null ? '–' : `${one.name} ${one.version} ${one.hash.slice(0, 8)}`;
}
