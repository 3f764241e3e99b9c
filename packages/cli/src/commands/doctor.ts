import { accessSync, constants, existsSync } from 'node:fs';
import { hostname, release, type, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { type AgentStatus, ControlClient, type Places, places } from '@ringfence/agent';
import { type LayerReport, launch, UID_RANGE } from '@ringfence/compartment';
import { engineRuntime, firstPartyRelease } from '@ringfence/engine';
import { safeText } from '@ringfence/events';
import { type Hello, type ProbeState, startSensor } from '@ringfence/sensor';
import type { Command } from 'commander';
import { requireLinux } from '../platform.ts';
import { style } from '../terminal/style.ts';

/** What was found out, as `--json` prints it. */
interface Report {
  readonly host: {
    readonly name: string;
    readonly system: string;
    readonly node: string;
    readonly user: string;
  };
  readonly sensor: { readonly core: Hello; readonly full: Hello };
  readonly wall: { readonly layers: readonly LayerReport[]; readonly failure: string | null };
  readonly places: Places & { readonly problems: readonly string[] };
  /** Process id of a running agent. */
  readonly agent: number | null;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'What this host can do: probes, layers of the wall, places. Each missing thing with its effect and cure.',
    )
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nLoads each probe and starts one engine for a moment, then removes both.\nExit code 1 when something is missing.\n\nExamples:\n  ringfence doctor\n  ringfence doctor --json | jq .wall.layers\n',
    )
    .action(doctor);
}

async function doctor(options: { json?: true }): Promise<void> {
  requireLinux('doctor');
  const report: Report = {
    host: {
      name: hostname(),
      system: `${type()} ${release()}`,
      node: process.version,
      user: userInfo().username,
    },
    sensor: { core: await tryTier('core'), full: await tryTier('full') },
    wall: await tryWall(),
    places: { ...places(), problems: placeProblems(places()) },
    agent: await runningAgent(),
  };
  if (options.json === true) console.log(JSON.stringify(report, null, 2));
  else console.log(render(report).join('\n'));
  if (!isWhole(report)) process.exitCode = 1;
}

async function tryTier(tier: 'core' | 'full'): Promise<Hello> {
  const sensor = startSensor({ tier });
  try {
    return await sensor.hello;
  } finally {
    await sensor.stop();
  }
}

/** Starts the engine on the first-party rules behind every layer and looks which of them held. */
async function tryWall(): Promise<Report['wall']> {
  const { entry, execArgv, paths } = engineRuntime();
  const id = process.geteuid?.() === 0 ? UID_RANGE.last : (process.getuid?.() ?? 0);
  try {
    using compartment = await launch({
      publisher: 'doctor',
      uid: id,
      gid: id,
      engine: { kind: 'node', entry, execArgv, runtime: paths },
      releaseDir: firstPartyRelease,
    });
    return { layers: compartment.layers, failure: null };
  } catch (error) {
    return { layers: [], failure: (error as Error).message };
  }
}

function placeProblems({ state, run }: Places): string[] {
  return [state, run].flatMap((place) => {
    let folder = place;
    while (!existsSync(folder)) folder = dirname(folder);
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
      return [];
    } catch (error) {
      return [`${place}: ${(error as Error).message}`];
    }
  });
}

async function runningAgent(): Promise<number | null> {
  try {
    using client = await ControlClient.connect(places().run);
    return ((await client.request({ op: 'status' })) as AgentStatus).pid;
  } catch {
    return null;
  }
}

function isWhole({ sensor, wall, places: where }: Report): boolean {
  const hellos = [sensor.core, sensor.full];
  return (
    hellos.every(
      ({ mode, missing, probes }) =>
        mode === 'kernel' && missing.length === 0 && probes.every(({ state }) => state !== 'unavailable'),
    ) &&
    wall.failure === null &&
    wall.layers.every(({ applied }) => applied) &&
    where.problems.length === 0
  );
}

const YES = (): string => style('green', 'yes');
const NO = (): string => style('red', 'no ');

function render({ host, sensor, wall, places: where, agent }: Report): string[] {
  return [
    `host       ${safeText(host.name)}, ${host.system}, Node ${host.node}, user ${safeText(host.user)}`,
    `agent      ${agent === null ? 'not running' : `running, process ${agent}`}`,
    '',
    ...renderSensor(sensor.core, sensor.full),
    '',
    ...renderWall(wall),
    '',
    `places     configuration ${where.config}, state ${where.state}, socket ${where.run}`,
    ...where.problems.map(
      (problem) =>
        `  ${NO()} ${problem}; set RINGFENCE_STATE and RINGFENCE_RUN to folders that you may write`,
    ),
  ];
}

function renderSensor(core: Hello, full: Hello): string[] {
  const lines = [
    `sensor     ${core.mode === 'kernel' ? 'kernel probes' : 'reduced mode (procfs)'}: ${safeText(core.reason)}`,
  ];
  const added = full.probes.filter(
    ({ name, state }) => !core.probes.some((one) => one.name === name && one.state === state),
  );
  lines.push('  tier core', ...core.probes.filter(({ state }) => state !== 'off').map(renderProbe));
  if (added.length > 0) lines.push('  tier full adds', ...added.map(renderProbe));
  for (const { what, effect, cure } of core.missing) {
    lines.push(
      `  ${NO()} ${safeText(what)}`,
      `        lost: ${safeText(effect)}`,
      `        cure: ${safeText(cure)}`,
    );
  }
  return lines;
}

function renderProbe({ name, state, classes, reason }: ProbeState): string {
  const what = classes.length === 0 ? 'process table' : classes.join(', ');
  if (state === 'active') return `    ${YES()} ${name.padEnd(12)} ${what}`;
  return `    ${state === 'off' ? 'off' : NO()} ${name.padEnd(12)} ${what}: ${safeText(reason ?? state)}`;
}

function renderWall({ layers, failure }: Report['wall']): string[] {
  const lines = ['wall       each publisher runs behind these layers'];
  if (failure !== null) lines.push(`  ${NO()} no engine could be started: ${safeText(failure)}`);
  for (const { layer, applied, reason, stops } of layers) {
    if (applied)
      lines.push(
        `    ${YES()} ${layer.padEnd(20)} stops ${stops}${reason === undefined ? '' : style('yellow', ` (${safeText(reason)})`)}`,
      );
    else
      lines.push(
        `    ${NO()} ${layer.padEnd(20)} ${safeText(reason ?? 'unavailable')}. Not stopped: ${stops}`,
      );
  }
  return lines;
}
