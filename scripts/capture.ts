/**
 * `npm run capture`: runs `ringfence up` in a real terminal (tmux), does three harmless things that raise findings,
 * and puts what the screen then shows into README.md. Run as root; needs tmux.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = new URL('..', import.meta.url).pathname;
const readme = join(root, 'README.md');
const session = `ringfence-capture-${process.pid}`;
const state = mkdtempSync(join(tmpdir(), 'ringfence-capture-'));

const harmless = [
  `exec -a "[kworker/0:1]" sleep 0.2`,
  'cp /bin/true /dev/shm/hello && /dev/shm/hello; rm -f /dev/shm/hello',
  'touch /etc/cron.d/ringfence-capture; rm /etc/cron.d/ringfence-capture',
];

function tmux(...args: string[]): string {
  return execFileSync('tmux', args, { encoding: 'utf8' });
}

try {
  tmux(
    'new-session',
    '-d',
    '-s',
    session,
    '-x',
    '132',
    '-y',
    '36',
    '-c',
    root,
    `env RINGFENCE_STATE=${state} RINGFENCE_CONFIG=${state}/none PS1= npx ringfence up`,
  );
  await sleep(4000);
  // Typed in a second window, as a person would.
  tmux('new-window', '-d', '-t', `${session}:1`, 'bash', '--norc');
  await sleep(500);
  for (const command of harmless) {
    tmux('send-keys', '-t', `${session}:1`, `(${command})`, 'Enter');
    await sleep(800);
  }
  await sleep(1500);
  const screen = tmux('capture-pane', '-p', '-t', `${session}:0`)
    .split('\n')
    // What process 1 is called is this machine's affair.
    .map((line) =>
      line
        .trimEnd()
        .replaceAll(state, '/var/lib/ringfence')
        .replace(/[\w.-]+\(1\)/, 'init(1)'),
    )
    .join('\n')
    .trim();
  if (!screen.includes('high')) throw new Error(`no finding on the screen:\n${screen}`);
  const text = readFileSync(readme, 'utf8');
  const block = `<!-- capture:begin (npm run capture) -->\n\`\`\`\n${screen}\n\`\`\`\n<!-- capture:end -->`;
  writeFileSync(
    readme,
    text.replace(/<!-- capture:begin[^]*<!-- capture:end -->/, () => block),
  );
  console.log(screen);
} finally {
  spawnSync('tmux', ['send-keys', '-t', `${session}:0`, 'C-c']);
  await sleep(1500);
  spawnSync('tmux', ['kill-session', '-t', session]);
  rmSync(state, { recursive: true, force: true });
}
