/** An agent in a process of its own, for tests that kill, stop and starve it. Argument: JSON {settings, places, plain}. */
import { Agent } from '../../src/agent.ts';
import { makeConfig } from '../../src/config/load.ts';
import type { Places } from '../../src/config/places.ts';
import type { SettingsInput } from '../../src/config/settings.ts';
import { startWalledDrill } from './harness.ts';
import { startPlain } from './plain-engine.ts';

const { settings, places, plain } = JSON.parse(process.argv[2] ?? '') as {
  settings: SettingsInput;
  places: Places;
  plain: boolean;
};
const agent = await Agent.start(makeConfig(settings, places), {
  startEngine: plain ? startPlain : startWalledDrill,
});
agent.onNotice(({ text }) => process.stderr.write(`${text}\n`));
process.stdout.write('ready\n');
process.on('SIGTERM', () => void agent.stop());
await agent.stopped;
