/** The `ringfence` command: one module per subcommand under `commands/`. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as down } from './commands/down.ts';
import { register as drill } from './commands/drill.ts';
import { register as engine } from './commands/engine.ts';
import { register as events } from './commands/events.ts';
import { register as findings } from './commands/findings.ts';
import { register as publisher } from './commands/publisher.ts';
import { register as rollout } from './commands/rollout.ts';
import { register as rules } from './commands/rules.ts';
import { register as simulate } from './commands/simulate.ts';
import { register as status } from './commands/status.ts';
import { register as up } from './commands/up.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('ringfence')
  .description('Endpoint security in which no sensor, rule or update can take a host down.')
  .version(version)
  .showHelpAfterError('(ringfence --help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  ringfence up                    watch this host until Ctrl-C
  ringfence up --for 10s --json   ten seconds, findings as OCSF JSON lines
  ringfence doctor                what this host can do, and what is missing
  ringfence status                what the running agent does
  ringfence simulate july-19      what rings would have done on 19 July 2024
`,
  );
for (const register of [
  up,
  down,
  status,
  findings,
  events,
  doctor,
  publisher,
  rules,
  drill,
  engine,
  rollout,
  simulate,
])
  register(program);

// A closed pipe (`ringfence events | head`) ends the command, it is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (process.env['RINGFENCE_DEBUG'] !== undefined || !(error instanceof Error)) throw error;
  console.error(`ringfence: ${error.message}`);
  if (!(error instanceof CommandError)) console.error('(RINGFENCE_DEBUG=1 shows where this came from)');
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
}
