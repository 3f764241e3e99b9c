import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Agent,
  AgentError,
  type AgentFinding,
  type AgentStatus,
  type Config,
  loadConfig,
  prepareProcess,
} from '@ringfence/agent';
import { firstPartyRelease } from '@ringfence/engine';
import { safeText } from '@ringfence/events';
import { type Command, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { parseDuration } from '../duration.ts';
import { requireLinux } from '../platform.ts';
import { renderFinding } from '../render-finding.ts';
import {
  renderActivity,
  renderProblems,
  renderPublishers,
  renderSensor,
  type Sample,
  sampleOf,
} from '../render-status.ts';
import { LiveBlock } from '../terminal/live-block.ts';
import { style } from '../terminal/style.ts';

interface UpOptions {
  readonly for?: number;
  readonly json?: true;
  readonly tier?: 'core' | 'full';
  readonly content?: readonly string[];
}

/** A person who sees nothing for so long is offered a way to see something. */
const HINT_AFTER_MS = 5000;

/** The first screen is there within three seconds, whatever the publishers do. */
const START_MS = 2000;

/** Harmless, and long enough to be seen by polling too: a shell under the name of a kernel thread, which only sleeps. */
const HINT = `bash -c 'exec -a "[kworker/0:1]" sleep 2'`;

export function register(program: Command): void {
  program
    .command('up')
    .description(
      'Watch this host until Ctrl-C: load the content, start the sensor, show findings as they happen.',
    )
    .option('--for <time>', 'stop after this time, such as 10s', parseDuration)
    .addOption(
      new Option(
        '--tier <tier>',
        'core taxes no unrelated system call; full sees every open, ptrace, mount …',
      ).choices(['core', 'full']),
    )
    .option(
      '--content <dir...>',
      "release folders, one per publisher (default: the configuration's, else the first-party rules)",
    )
    .option('--json', 'findings as OCSF JSON lines, and status lines {"type":"status",…} each second')
    .addHelpText(
      'after',
      `
Exit codes: 0 after a clean end, 1 when it cannot start, 2 for wrong usage.
Signals: SIGHUP reads the configuration again; Ctrl-C, SIGTERM or \`ringfence down\` ends it and removes everything from the kernel.

Examples:
  ringfence up
  ringfence up --for 10s --json > findings.jsonl
  ringfence up --tier full --content ./vendor-a ./vendor-b
`,
    )
    .action(up);
}

async function up(options: UpOptions): Promise<void> {
  requireLinux('up');
  prepareProcess();
  const screen: Screen =
    options.json === true
      ? new JsonScreen()
      : process.stdout.isTTY
        ? new TerminalScreen()
        : new PlainScreen();
  const end = Promise.withResolvers<void>();
  process.once('SIGINT', () => end.resolve());
  process.once('SIGTERM', () => end.resolve());
  let agent: Agent;
  try {
    agent = await Agent.start(configure(options));
  } catch (error) {
    screen.close();
    if (error instanceof AgentError)
      throw new CommandError(error.cure === undefined ? error.message : `${error.message}; ${error.cure}`);
    throw error;
  }
  process.on('SIGHUP', () => {
    reload(agent, options).catch((error: Error) => screen.notice(`not reloaded: ${error.message}`));
  });
  // `ringfence down`.
  let stopped = false;
  void agent.stopped.then(() => {
    stopped = true;
    end.resolve();
  });
  agent.onFinding((finding) => screen.finding(finding));
  agent.onNotice(({ text }) => screen.notice(text));
  await publishersStarted(agent);
  screen.started(agent.status());
  const ticker = setInterval(() => screen.tick(agent.status()), 1000);
  const timer = options.for === undefined ? undefined : setTimeout(() => end.resolve(), options.for);
  await end.promise;
  clearInterval(ticker);
  clearTimeout(timer);
  // A second Ctrl-C, while things are put away, ends at once: all that is left goes with the processes.
  process.once('SIGINT', () => process.exit(130));
  if (!stopped) screen.tick(agent.status());
  await agent.stop();
  screen.close();
}

async function reload(agent: Agent, options: UpOptions): Promise<void> {
  await agent.reload(configure(options));
}

/** Engines start side by side and take a moment; the first screen waits for them, but not for one that hangs. */
async function publishersStarted(agent: Agent): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (agent.status().publishers.some(({ state }) => state === 'starting') && performance.now() < deadline)
    await sleep(20);
}

/** The configuration, with what the command line says over it. */
function configure(options: UpOptions): Config {
  const config = loadConfig();
  const content = options.content?.map((dir) => resolve(dir)) ?? config.content;
  return {
    ...config,
    sensor: { ...config.sensor, ...(options.tier === undefined ? {} : { tier: options.tier }) },
    content: content.length > 0 ? content : [firstPartyRelease],
  };
}

/** Where a run is shown. */
interface Screen {
  started(status: AgentStatus): void;
  finding(finding: AgentFinding): void;
  notice(text: string): void;
  /** Each second. */
  tick(status: AgentStatus): void;
  close(): void;
}

/** JSON lines on standard output; notices on standard error. */
class JsonScreen implements Screen {
  started(status: AgentStatus): void {
    this.tick(status);
  }
  finding({ json }: AgentFinding): void {
    console.log(json);
  }
  notice(text: string): void {
    console.error(safeText(text));
  }
  tick(status: AgentStatus): void {
    console.log(JSON.stringify({ type: 'status', ...status }));
  }
  close(): void {}
}

/** Lines of text, for a pipe or a log: the status once a minute. */
class PlainScreen implements Screen {
  #before: Sample | undefined;
  #ticks = 0;

  started(status: AgentStatus): void {
    console.log(header(status).join('\n'));
    this.#before = sampleOf(status);
  }
  finding({ ocsf }: AgentFinding): void {
    console.log(renderFinding(ocsf).join('\n'));
  }
  notice(text: string): void {
    console.log(`• ${safeText(text)}`);
  }
  tick(status: AgentStatus): void {
    if (this.#before === undefined || ++this.#ticks % 60 !== 5) return;
    console.log(renderActivity(status, this.#before));
    this.#before = sampleOf(status);
  }
  close(): void {}
}

/** Findings scroll; the publishers and the activity stay below them and are redrawn each second. */
class TerminalScreen implements Screen {
  readonly #block = new LiveBlock(process.stdout);
  #before: Sample | undefined;
  #startedAt = 0;
  #findings = 0;

  started(status: AgentStatus): void {
    for (const line of header(status)) this.#block.print(line);
    this.#block.print('');
    this.#before = sampleOf(status);
    this.#startedAt = performance.now();
    this.tick(status);
  }
  finding({ ocsf }: AgentFinding): void {
    this.#findings++;
    for (const line of renderFinding(ocsf)) this.#block.print(line);
  }
  notice(text: string): void {
    this.#block.print(style('yellow', `• ${safeText(text)}`));
  }
  tick(status: AgentStatus): void {
    if (this.#before === undefined) return;
    const quiet = this.#findings === 0 && performance.now() - this.#startedAt > HINT_AFTER_MS;
    const hint = quiet
      ? [
          style('dim', 'Nothing found so far. This is harmless and raises a finding, in another terminal:'),
          `  ${HINT}`,
        ]
      : [];
    this.#block.update([
      ...hint,
      ...renderPublishers(status),
      renderActivity(status, this.#before),
      style('dim', 'Ctrl-C ends it; ringfence status shows more'),
    ]);
    this.#before = sampleOf(status);
  }
  close(): void {
    this.#block.close();
  }
}

function header(status: AgentStatus): string[] {
  return [
    style('bold', `ringfence ${status.version}`),
    ...renderSensor(status),
    ...status.publishers.map(
      (one) =>
        `publisher  ${one.name}: ${one.release?.name ?? 'nothing'} ${one.release?.version ?? ''}, ${one.rules.loaded} rules, user ${one.uid}`,
    ),
    ...renderProblems(status),
    `findings   ${status.places.findings}`,
  ];
}
