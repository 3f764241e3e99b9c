import { describe, type Event, eventClasses } from '@ringfence/events';
import { type Command, InvalidArgumentError } from 'commander';
import { interrupted, withAgent } from '../connect.ts';
import { parseDuration } from '../duration.ts';

interface EventsOptions {
  readonly class?: readonly string[];
  readonly grep?: RegExp;
  readonly for?: number;
  readonly json?: true;
}

/** An event as the agent streams it. */
interface StreamedEvent {
  readonly event: Event;
  /** Events left out before this one. */
  readonly dropped?: number;
}

export function register(program: Command): void {
  program
    .command('events')
    .description('The live stream of events as the sensor sees them.')
    .option(
      '-c, --class <name...>',
      `only these classes (${eventClasses.map(({ name }) => name).join(', ')})`,
      parseClass,
    )
    .option('-g, --grep <pattern>', 'only lines that match this regular expression', parsePattern)
    .option('--for <time>', 'stop after this time, such as 10s', parseDuration)
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence events -c process_start\n  ringfence events -c file_create file_write -g /etc/ --for 30s\n  ringfence events --json | jq -c \'[.class, .["process.path"]]\'\n',
    )
    .action(showEvents);
}

async function showEvents(options: EventsOptions): Promise<void> {
  await withAgent('events', async (client) => {
    const show = (item: unknown): void => {
      const { event, dropped } = item as StreamedEvent;
      if (dropped !== undefined) console.error(`(${dropped} events left out: this reader is too slow)`);
      const text = describe(event);
      if (options.grep !== undefined && !options.grep.test(text)) return;
      console.log(options.json === true ? JSON.stringify(event) : text);
    };
    await client.request(
      { op: 'events', ...(options.class === undefined ? {} : { classes: [...options.class] }) },
      show,
    );
    const time =
      options.for === undefined ? [] : [new Promise<void>((resolve) => setTimeout(resolve, options.for))];
    await Promise.race([interrupted(), client.closed, ...time]);
  });
}

function parseClass(name: string, before: readonly string[] = []): readonly string[] {
  if (!eventClasses.some((known) => known.name === name))
    throw new InvalidArgumentError(`There is no class ${name}.`);
  return [...before, name];
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
