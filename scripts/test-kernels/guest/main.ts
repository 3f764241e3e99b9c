/** Runs each check file in a process of its own, so that a crash or a hang of one costs no other; arguments choose. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { release, uptime } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ReportLine } from './report.ts';

const CHECK_TIMEOUT_MS = 240_000;
const folder = join(import.meta.dirname, 'checks');

function say(line: ReportLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function runCheck(file: string): Promise<void> {
  const child = spawn(process.execPath, [join(folder, file)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-1000);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, CHECK_TIMEOUT_MS);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  let reported = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{"check":')) continue;
    process.stdout.write(`${line}\n`);
    reported++;
  }
  const end = await ended;
  clearTimeout(timer);
  const check = file.replace(/\.[jt]s$/, '');
  if (late) say({ check, ok: false, detail: `not done after ${CHECK_TIMEOUT_MS / 1000} s` });
  else if (end !== 'exit 0')
    say({ check, ok: false, detail: `its process ended with ${end}: ${errors.trim()}` });
  else if (reported === 0) say({ check, ok: false, detail: 'reported nothing' });
}

const wanted = process.argv.slice(2);
say({ guest: 'start', kernel: release(), node: process.version, uptimeSeconds: uptime() });
for (const file of readdirSync(folder).sort()) {
  if (wanted.length === 0 || wanted.some((name) => file.startsWith(name))) await runCheck(file);
}
say({ guest: 'end', uptimeSeconds: uptime() });
