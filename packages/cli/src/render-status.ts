import type { AgentStatus } from '@ringfence/agent';
import { safeText } from '@ringfence/events';
import { style } from './terminal/style.ts';
import { table } from './terminal/table.ts';

type Publisher = AgentStatus['publishers'][number];

/** Counters of one look, so that the next can tell rates. */
export interface Sample {
  readonly at: number;
  readonly events: number;
  readonly cpuSeconds: number;
}

const number = (value: number): string => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number): string => `${number(bytes / 1e6)} MB`;

/** Processor time and memory of all processes: the agent, the sensor and the engines. */
function totals(status: AgentStatus): { cpuSeconds: number; memoryBytes: number } {
  const { stats } = status.sensor;
  return {
    cpuSeconds:
      status.cpuSeconds + (stats?.cpuSeconds ?? 0) + sum(status.publishers.map((one) => one.cpuSeconds)),
    memoryBytes:
      status.memoryBytes + (stats?.rssBytes ?? 0) + sum(status.publishers.map((one) => one.memoryBytes)),
  };
}

export function sampleOf(status: AgentStatus): Sample {
  return { at: performance.now(), events: status.sensor.events, cpuSeconds: totals(status).cpuSeconds };
}

/** Which mode the sensor is in, why, and what is missing for a better one. */
export function renderSensor({ sensor }: AgentStatus): string[] {
  const { hello } = sensor;
  if (hello === null)
    return [`sensor     ${sensor.state}${sensor.lastExit === null ? '' : `: ${safeText(sensor.lastExit)}`}`];
  const mode =
    hello.mode === 'kernel'
      ? style('green', `kernel, tier ${hello.tier}`)
      : style('yellow', 'reduced (procfs)');
  const active = hello.probes.filter(({ state }) => state === 'active');
  const names =
    active.length === 0
      ? ''
      : `  ${style('dim', `${active.length} probes: ${active.map(({ name }) => name).join(', ')}`)}`;
  const lines = [`sensor     ${mode}: ${safeText(hello.reason)}${names}`];
  const unavailable = Map.groupBy(
    hello.probes.filter(({ state }) => state === 'unavailable'),
    ({ reason }) => reason ?? '',
  );
  for (const [reason, probes] of unavailable) {
    lines.push(
      style('yellow', `           without ${probes.map(({ name }) => name).join(', ')}: ${safeText(reason)}`),
    );
  }
  for (const { what, effect, cure } of hello.missing) {
    lines.push(
      style('yellow', `           missing ${safeText(what)}: ${safeText(effect)}. ${safeText(cure)}`),
    );
  }
  return lines;
}

/** Each publisher on a line, then what is wrong with its rules. */
export function renderPublishers(status: AgentStatus): string[] {
  const lines = table(
    [
      'publisher',
      'release',
      'state',
      'rules',
      'events',
      'lost',
      'queue',
      'lag p99',
      'findings',
      'restarts',
      'cpu',
      'memory',
      'wall',
    ],
    status.publishers.map((one) => [
      one.name,
      one.release === null ? '–' : `${one.release.name} ${one.release.version}`,
      state(one),
      number(one.rules.loaded),
      number(one.events.acknowledged),
      number(one.lost.total),
      number(one.queue.events),
      `${number(one.lag.p99Ms)} ms`,
      number(one.findings),
      number(one.restarts.count),
      `${one.cpuPercent.toFixed(1)} %`,
      megabytes(one.memoryBytes),
      `${one.layers.filter(({ applied }) => applied).length}/${one.layers.length}`,
    ]),
  );
  for (const { dir, reason } of status.refused)
    lines.push(style('red', `refused ${safeText(dir)}: ${safeText(reason)}`));
  return lines;
}

function state(one: Publisher): string {
  if (one.state === 'running') return one.probation === null ? style('green', 'running') : 'on probation';
  return style('yellow', one.reason === null ? one.state : `${one.state}: ${safeText(one.reason, 60)}`);
}

/** What each publisher's content cannot do here: broken rules, rules without events, layers that are missing. */
export function renderProblems(status: AgentStatus): string[] {
  return status.publishers.flatMap((one) => [
    ...one.skippedRules.map(({ file, line, reason }) =>
      style('red', `${one.name}: skipped ${safeText(file)}:${line}: ${safeText(reason, 200)}`),
    ),
    ...unfed(one),
    ...one.layers
      .filter(({ applied }) => !applied)
      .map(({ layer, reason, stops }) =>
        style(
          'yellow',
          `${one.name}: no ${layer} (${safeText(reason ?? 'unavailable', 100)}); it would stop ${safeText(stops, 120)}`,
        ),
      ),
    ...one.restarts.last
      .slice(-3)
      .map(({ at, cause, detail }) =>
        style(
          'yellow',
          `${one.name}: restarted ${at.slice(11, 19)} after ${cause}: ${safeText(detail, 120)}`,
        ),
      ),
  ]);
}

/** More titles than this would bury what else there is to see. */
const MOST_TITLES = 3;

/** Rules that get no events here, gathered by the reason. */
function unfed(one: Publisher): string[] {
  const byReason = Map.groupBy(one.unfedRules, ({ reason }) => reason);
  return [...byReason].map(([reason, rules]) => {
    const titles = rules.slice(0, MOST_TITLES).map(({ rule }) => safeText(rule, 60));
    const rest = rules.length - titles.length;
    if (rest > 0) titles.push(`${rest} more, see ringfence rules`);
    return style(
      'dim',
      `${one.name}: ${rules.length} rules without events (${safeText(reason, 100)}): ${titles.join('; ')}`,
    );
  });
}

/** One line of what is happening: rates since the sample before, losses, findings, cost. */
export function renderActivity(status: AgentStatus, before: Sample): string {
  const now = sampleOf(status);
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const { stats } = status.sensor;
  const lost = sum(Object.values(stats?.classes ?? {}).map((counts) => counts.lost + counts.shed));
  const queued = sum(status.publishers.map((one) => one.lost.total));
  const cpu = Math.max(0, ((now.cpuSeconds - before.cpuSeconds) / seconds) * 100);
  return [
    `${number((now.events - before.events) / seconds)} events/s`,
    `${number(now.events)} in all`,
    lost === 0 ? 'lost 0' : style('red', `lost ${number(lost)}`),
    queued === 0 ? 'shed by queues 0' : style('yellow', `shed by queues ${number(queued)}`),
    `findings ${number(status.findings.reported)}`,
    `cpu ${cpu.toFixed(1)} %`,
    megabytes(totals(status).memoryBytes),
  ].join(style('dim', ' · '));
}

/** Busiest event classes with their counts and losses. */
export function renderClasses({ sensor }: AgentStatus): string[] {
  const classes = Object.entries(sensor.stats?.classes ?? {})
    .filter(([, counts]) => counts.decoded + counts.lost + counts.shed > 0)
    .sort(([, a], [, b]) => b.decoded - a.decoded);
  if (classes.length === 0) return [];
  return table(
    ['event class', 'seen', 'lost', 'shed', 'truncated', 'host view'],
    classes.map(([name, counts]) => [
      name,
      ...[counts.decoded, counts.lost, counts.shed, counts.truncated, counts.hostView].map(number),
    ]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
