import type { AgentStatus } from '@ringfence/agent';
import type { Command } from 'commander';
import { withAgent } from '../connect.ts';
import {
  renderActivity,
  renderClasses,
  renderProblems,
  renderPublishers,
  renderSensor,
} from '../render-status.ts';
import { style } from '../terminal/style.ts';

export function register(program: Command): void {
  program
    .command('status')
    .description('What the running agent does: sensor, publishers, losses, journal.')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  ringfence status\n  ringfence status --json | jq .sensor.stats.classes\n',
    )
    .action(async (options: { json?: true }) => {
      const status = await withAgent(
        'status',
        async (client) => (await client.request({ op: 'status' })) as AgentStatus,
      );
      if (options.json === true) console.log(JSON.stringify(status, null, 2));
      else console.log(renderAll(status).join('\n'));
    });
}

function renderAll(status: AgentStatus): string[] {
  const { journal, places } = status;
  const since = {
    at: performance.now() - (Date.now() - Date.parse(status.startedAt)),
    events: 0,
    cpuSeconds: 0,
  };
  const bounds = `${journal.findings.toLocaleString('en')} of at most ${journal.maxFindings.toLocaleString('en')}`;
  return [
    `ringfence ${status.version}, process ${status.pid}, since ${status.startedAt}`,
    ...renderSensor(status),
    `since then ${renderActivity(status, since)}`,
    `journal    ${bounds} findings; left as the oldest ${journal.expired}, not written ${journal.lost}, damaged ${journal.damaged}`,
    `places     findings ${places.findings}, state ${places.state}, configuration ${places.config}`,
    '',
    ...renderPublishers(status),
    ...renderProblems(status),
    '',
    ...renderClasses(status),
    ...status.notices.slice(-5).map(({ at, text }) => style('dim', `${at.slice(11, 19)} ${text}`)),
  ];
}
