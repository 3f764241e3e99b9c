/**
 * An engine that does what its limits forbid, for the check `compartment`. It reads its tasks from descriptor 3
 * (`memory 400,cpu`), and writes there what became of each.
 */
import { once } from 'node:events';
import { readSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const CHANNEL = 3;
const MIB = 2 ** 20;
const SPIN_MS = 1500;

function answer(result: object): void {
  writeSync(CHANNEL, `${JSON.stringify(result)}\n`);
}

/** Touches memory, a MiB at a time. */
function memory(mib: number): void {
  const held: Buffer[] = [];
  while (held.length < mib) held.push(Buffer.alloc(MIB, 1));
  answer({ mib: held.length });
}

function cpu(): void {
  const wall = performance.now();
  const used = process.cpuUsage();
  while (performance.now() - wall < SPIN_MS);
  const { user, system } = process.cpuUsage(used);
  answer({ cpu: (user + system) / 1000 / (performance.now() - wall) });
}

/** Starts threads until one is refused. */
async function threads(most: number): Promise<void> {
  let running = 0;
  let refused = '';
  while (running < most && refused === '') {
    try {
      const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true, stdout: true, stderr: true });
      await once(worker, 'online'); // rejects on an error
    } catch (error) {
      refused = String(error);
    }
    if (refused === '') running++;
  }
  answer({ threads: running, refused });
}

const line = Buffer.alloc(256);
for (const task of line.toString('latin1', 0, readSync(CHANNEL, line)).trim().split(',')) {
  const [what, amount] = task.split(' ');
  if (what === 'memory') memory(Number(amount));
  else if (what === 'cpu') cpu();
  else await threads(Number(amount));
}
process.exit(0);
