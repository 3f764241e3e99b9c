import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentStatus } from '@ringfence/agent';
import type { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { withAgent } from '../connect.ts';

/** Engines, findings and the sensor are put away in order, which takes a second or two. */
const WITHIN_MS = 15_000;

export function register(program: Command): void {
  program
    .command('down')
    .description('Stop the running agent as Ctrl-C does, and wait until it is gone.')
    .addHelpText(
      'after',
      '\nExit code 1 when no agent runs, or when it is not gone after 15 s.\n\nExample:\n  ringfence down\n',
    )
    .action(down);
}

async function down(): Promise<void> {
  const pid = await withAgent('down', async (client) => {
    const status = (await client.request({ op: 'status' })) as AgentStatus;
    await client.request({ op: 'stop' });
    return status.pid;
  });
  const deadline = performance.now() + WITHIN_MS;
  while (existsSync(`/proc/${pid}`)) {
    if (performance.now() > deadline)
      throw new CommandError(`process ${pid} was told to stop and is still there after 15 s`);
    await sleep(50);
  }
  console.log(`the agent, process ${pid}, has stopped`);
}
