/**
 * `npm run demo`: Ringfence in less than a minute. Three publishers watch this host, five techniques are emulated, a
 * faulty release goes to one publisher, and what the others saw is counted. Everything happens in temporary folders.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Agent,
  type AgentStatus,
  type Config,
  makeConfig,
  type PublisherStatus,
  removeTree,
  type StartEngine,
  startWalled,
} from '@ringfence/agent';
import { firstPartyRelease } from '@ringfence/engine';
import { safeText } from '@ringfence/events';
import { style } from '../packages/cli/src/terminal/style.ts';
import { table } from '../packages/cli/src/terminal/table.ts';
import { type Technique, Techniques } from './demo/techniques.ts';

const PUBLISHERS = ['alpha', 'beta', 'gamma'] as const;
const VICTIM = 'beta';
const HEALTHY = PUBLISHERS.filter((name) => name !== VICTIM);
/** The whole tour, whatever happens. */
const MOST_MS = 58_000;
const root = new URL('..', import.meta.url).pathname;

/** Why the tour ended early. */
class Stopped extends Error {}

class Tour implements AsyncDisposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'ringfence-demo-'));
  readonly #techniques: Techniques = new Techniques();
  readonly #stop: AbortController = new AbortController();
  readonly #failures: string[] = [];
  /** `publisher technique` of each finding since the round began. */
  readonly #found: Set<string> = new Set();
  #agent: Agent | undefined;

  /** @returns the exit code */
  async run(): Promise<number> {
    const stop = (why: string) => () => this.#stop.abort(new Stopped(why));
    process.once('SIGINT', stop('interrupted'));
    process.once('SIGTERM', stop('interrupted'));
    const deadline = setTimeout(stop('this host is too busy for the tour: a minute was not enough'), MOST_MS);
    try {
      await this.#start();
      await this.#emulate();
      await this.#trust();
      await this.#breakOne();
      this.#end();
      return this.#failures.length === 0 ? 0 : 1;
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
      const why = (this.#stop.signal.reason as Error).message;
      say('', style('yellow', `${why}; everything is put away`));
      return why === 'interrupted' ? 130 : 1;
    } finally {
      clearTimeout(deadline);
    }
  }

  async #start(): Promise<void> {
    heading('Ringfence: no sensor, rule or update can take this host down');
    say('Three publishers get the first-party rules, each in a process of its own behind a wall.', '');
    this.#agent = await Agent.start(this.#config('1.0.0'), { startEngine });
    this.#agent.onFinding(({ publisher, ocsf }) => {
      const { title } = (ocsf as { finding_info: { title: string } }).finding_info;
      this.#found.add(`${publisher} ${title}`);
    });
    await this.#until('three publishers run, each with a spare', () =>
      PUBLISHERS.every((name) => this.#publisher(name).spare === 'ready'),
    );
    const { sensor, publishers } = this.#status;
    const { hello } = sensor;
    say(`sensor   ${hello === null ? 'did not start' : `${hello.mode}: ${safeText(hello.reason)}`}`);
    for (const { what, effect, cure } of hello?.missing.slice(0, 3) ?? [])
      say(style('yellow', `         missing ${safeText(what)}: ${safeText(effect)} (${safeText(cure)})`));
    say(
      ...table(
        ['publisher', 'release', 'rules', 'user', 'process', 'layers of the wall'],
        publishers.map((it) => [
          it.name,
          it.release?.version ?? '',
          String(it.rules.loaded),
          String(it.uid),
          String(it.pid),
          `${it.layers.filter(({ applied }) => applied).length} of ${it.layers.length}`,
        ]),
      ),
    );
    if (process.getuid?.() !== 0) {
      const missing = publishers[0]?.layers.filter(({ applied }) => !applied).map(({ layer }) => layer) ?? [];
      say(
        style(
          'yellow',
          'Not root, so this tour cannot show the kernel sensor (it polls /proc, and misses what is short),',
        ),
        style('yellow', `a user for each publisher, nor these layers: ${missing.join(', ')}.`),
      );
    }
    await this.#pause(1500);
  }

  async #emulate(): Promise<void> {
    heading('Five techniques of attackers, emulated: nothing comes of them');
    await this.#round(PUBLISHERS, ({ id, what, command, rule }, found) => {
      say(`${style('bold', id.padEnd(10))}${what}`, style('dim', `          $ ${command}`));
      say(`          ${found}: ${rule}`);
    });
    await this.#pause(1000);
  }

  /** Runs all five, and tells of each when those who are expected to have found it. */
  async #round(
    expected: readonly string[],
    tell: (technique: Technique, found: string) => void,
  ): Promise<void> {
    this.#found.clear();
    for (const technique of this.#techniques.all) {
      await this.#techniques.run(technique, this.#stop.signal);
      const has = (name: string): boolean => this.#found.has(`${name} ${technique.rule}`);
      for (let waited = 0; waited < 2000 && !expected.every(has); waited += 20) await this.#pause(20);
      for (const name of expected)
        if (!has(name)) this.#failures.push(`${name} did not find ${technique.id}`);
      const by = PUBLISHERS.filter(has).join(', ');
      tell(technique, by === '' ? style('red', 'not found') : `${style('green', 'found')} by ${by}`);
    }
  }

  /** A release is trusted when it has run for a while: in this tour some seconds, by default ten minutes. */
  async #trust(): Promise<void> {
    await this.#until('the releases pass their probation', () =>
      PUBLISHERS.every((name) => this.#publisher(name).lastKnownGood !== null),
    );
    say(
      '',
      `Release 1.0.0 has passed its probation: it is now each publisher's ${style('bold', 'last known good')} release.`,
    );
    await this.#pause(1000);
  }

  async #breakOne(): Promise<void> {
    heading(`A faulty release goes to ${VICTIM}: 2.0.0 crashes on the first process that it sees`);
    const before = this.#status;
    const quiet = this.#agent?.onNotice(({ text }) => {
      if (!text.startsWith(`${VICTIM}:`)) return;
      say(`${style('yellow', '•')} ${safeText(text)}`);
    });
    await this.#agent?.reload(this.#config('2.0.0'));
    await this.#until(
      `2.0.0 takes over at ${VICTIM}`,
      () => this.#publisher(VICTIM).release?.version === '2.0.0',
    );
    say('The five techniques again, meanwhile:');
    await this.#round(HEALTHY, ({ id }, found) => say(`${style('bold', id.padEnd(10))}${found}`));
    await this.#until(`the last known good release runs at ${VICTIM} again`, () => {
      const { quarantined, release, state } = this.#publisher(VICTIM);
      return quarantined.length > 0 && release?.version === '1.0.0' && state === 'running';
    });
    quiet?.();
    await this.#pause(500);
    this.#result(before);
  }

  #result(before: AgentStatus): void {
    const rows = PUBLISHERS.map((name) => {
      const then = before.publishers.find((it) => it.name === name) as PublisherStatus;
      const now = this.#publisher(name);
      const found = this.#techniques.all.filter(({ rule }) => this.#found.has(`${name} ${rule}`)).length;
      const lost = now.lost.total - then.lost.total;
      if (name !== VICTIM && lost > 0) this.#failures.push(`${name} lost ${lost} events`);
      if (name !== VICTIM && now.restarts.count > then.restarts.count)
        this.#failures.push(`${name} was restarted`);
      return [
        name,
        now.release?.version ?? 'none',
        String(now.restarts.count - then.restarts.count),
        String(now.events.acknowledged - then.events.acknowledged),
        String(lost),
        `${found} of ${this.#techniques.all.length}`,
      ];
    });
    say(
      '',
      ...table(['publisher', 'runs release', 'restarts', 'events', 'lost', 'techniques found'], rows),
      '',
    );
  }

  #end(): void {
    if (this.#failures.length > 0) {
      for (const failure of this.#failures) say(style('red', `✗ ${failure}`));
      return;
    }
    say(
      style(
        'green',
        `${HEALTHY.join(' and ')} saw everything and lost nothing. ${VICTIM} fell back to its last known good release by itself.`,
      ),
      '',
      style('bold', 'Where to go on'),
      '  npx ringfence up              watch this host',
      '  npx ringfence drill hang      another fault, in the same way: crash, hang, bloat, spin, flood, garbage',
      '  npx ringfence doctor          what this host can do, layer by layer',
      '  npx ringfence simulate        what rings would have done on 19 July 2024',
      `  ${join(root, 'ARCHITECTURE.md').replace(`${process.cwd()}/`, '')}               one page; then RATIONALE.md and SECURITY.md`,
    );
  }

  get #status(): AgentStatus {
    if (this.#agent === undefined) throw new Error('no agent runs');
    return this.#agent.status();
  }

  #publisher(name: string): PublisherStatus {
    const found = this.#status.publishers.find((publisher) => publisher.name === name);
    if (found === undefined) throw new Error(`there is no publisher ${name}`);
    return found;
  }

  /** The configuration in which one publisher has this release and the others 1.0.0. */
  #config(version: string): Config {
    const content = PUBLISHERS.map((name) => this.#release(name, name === VICTIM ? version : '1.0.0'));
    return makeConfig(
      {
        content,
        recovery: { probationSeconds: 3, probationEvents: 10 },
        findings: { collapseSeconds: 0 },
      },
      {
        config: join(this.#folder, 'none.yaml'),
        state: join(this.#folder, 'state'),
        run: join(this.#folder, 'run'),
      },
    );
  }

  /** Writes a release of a publisher, once. */
  #release(publisher: string, version: string): string {
    const folder = join(this.#folder, 'content', `${publisher}-${version}`);
    if (existsSync(folder)) return folder;
    mkdirSync(folder, { recursive: true });
    cpSync(join(firstPartyRelease, 'rules'), join(folder, 'rules'), { recursive: true });
    writeFileSync(
      join(folder, 'release.json'),
      JSON.stringify({ publisher, name: `${publisher}-rules`, version }),
    );
    if (version === '2.0.0')
      writeFileSync(join(folder, 'fault.json'), JSON.stringify({ kind: 'crash', trigger: '' }));
    return folder;
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    for (let waited = 0; !condition(); waited += 20) {
      if (waited > 25_000) throw new Error(`not within 25 s: ${what}`);
      await this.#pause(20);
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.stop();
    this.#techniques[Symbol.dispose]();
    removeTree(this.#folder);
  }
}

/** As production, but a release with a `fault.json` brings the engine of `ringfence drill`, which misbehaves as that file says. */
const startEngine: StartEngine = (spec) => {
  if (!existsSync(join(spec.releaseDir, 'fault.json'))) return startWalled(spec);
  const entry = join(root, 'packages/agent/src/drills/engine.ts');
  return startWalled({ ...spec, engine: { kind: 'node', entry, execArgv: ['--conditions=source'] } });
};

function heading(text: string): void {
  say('', style('bold', text), '');
}

function say(...lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

if (process.platform !== 'linux') {
  say(`The demo watches a Linux host. On ${process.platform}: npx ringfence simulate`);
} else {
  await using tour = new Tour();
  process.exitCode = await tour.run();
}
