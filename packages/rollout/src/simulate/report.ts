import { formatCount } from '../plan/units.ts';
import type { PolicyName } from './run.ts';
import type { Scenario } from './scenarios.ts';
import type { ScenarioSummary } from './summary.ts';
import type { Outcome } from './world.ts';

const BARS = ' ▁▂▃▄▅▆▇█';
const WIDTH = 56;

/** A table of the policies and a chart of the harmed hosts over time: one screen that tells the story. */
export function reportScenario(
  scenario: Scenario,
  summary: ScenarioSummary,
  first: ReadonlyMap<PolicyName, Outcome>,
): string {
  const out: string[] = [];
  const seeds = summary.seeds === 1 ? 'one seed' : `median of ${formatCount(summary.seeds)} seeds`;
  out.push(`${scenario.name}: ${scenario.story}`);
  out.push(`${formatCount(summary.hosts)} hosts, ${scenario.criterion}; ${seeds}.`);
  out.push('');
  const head = [
    '',
    'exposed',
    'harmed',
    'p95',
    'need hands',
    'halt after',
    '50 %',
    '90 %',
    '99 %',
    scenario.rate > 0 ? 'asked' : 'false halts',
  ];
  const rows = summary.policies.map((p) => [
    p.policy,
    formatCount(p.exposed),
    formatCount(p.harmed),
    formatCount(p.harmedP95),
    formatCount(p.needHands),
    time(p.haltAtS),
    time(p.t50S),
    time(p.t90S),
    time(p.t99S),
    formatCount(scenario.rate > 0 ? p.asked : p.falseHalts),
  ]);
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] as string).length)),
  );
  for (const row of [head, ...rows])
    out.push(
      `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ')}`.trimEnd(),
    );
  if ([...first.values()].some((o) => o.harmed > 0)) out.push('', ...chart(first));
  return `${out.join('\n')}\n`;
}

function time(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

function chart(first: ReadonlyMap<PolicyName, Outcome>): string[] {
  let end = 60;
  let most = 1;
  for (const { harmedByMinute } of first.values()) {
    const last = harmedByMinute.at(-1);
    if (last !== undefined) {
      end = Math.max(end, last[0]);
      most = Math.max(most, last[1]);
    }
  }
  const out = [
    `  hosts harmed, over ${time(end * 60)} (each step up is ${(most ** (1 / 8)).toFixed(1)} times as many)`,
  ];
  for (const [policy, { harmedByMinute }] of first) {
    let bars = '';
    let i = 0;
    let harmed = 0;
    for (let x = 0; x < WIDTH; x++) {
      const until = ((x + 1) / WIDTH) * end;
      for (let next = harmedByMinute[i]; next !== undefined && next[0] <= until; next = harmedByMinute[++i])
        harmed = next[1];
      const level =
        harmed === 0
          ? 0
          : Math.max(1, Math.min(8, Math.ceil((Math.log(harmed + 1) / Math.log(most + 1)) * 8)));
      bars += BARS[level];
    }
    out.push(`  ${policy.padEnd(14)}${bars} ${formatCount(harmed)}`);
  }
  return out;
}
