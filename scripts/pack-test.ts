/**
 * `npm run test:pack`: packs every package as it would be published, lints each tarball, installs them all
 * into an empty folder with Node 24 and runs the command there. What works in a clone and not from the
 * registry is found here.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;

function run(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed (${error?.message ?? status}):\n${stdout}${stderr}`);
  return stdout;
}

function step(text: string): void {
  console.log(`• ${text}`);
}

const work = mkdtempSync(join(tmpdir(), 'ringfence-pack-'));
try {
  step('build');
  run(root, 'npm', ['run', '--silent', 'build']);
  const tarballs = join(work, 'tarballs');
  mkdirSync(tarballs);
  run(root, 'npm', ['pack', '--silent', '--workspaces', '--pack-destination', tarballs]);
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  step(`packed ${files.length} packages`);
  for (const file of files) {
    run(root, 'npx', ['publint', '--strict', file]);
    if (!file.includes('/ringfence-0')) run(root, 'npx', ['attw', '--profile', 'esm-only', file]);
  }
  step('publint and attw are clean');
  const empty = join(work, 'empty');
  mkdirSync(empty);
  writeFileSync(join(empty, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n');
  run(empty, 'npm', ['install', '--no-save', 'node@24', ...files]);
  step('installed into an empty folder');
  process.env['RINGFENCE_STATE'] = join(work, 'state');
  const output = run(empty, 'npx', ['ringfence', 'up', '--for', '5s']);
  console.log(output);
  const mode = process.getuid?.() === 0 ? /kernel, tier core/ : /reduced \(procfs\)/;
  if (!mode.test(output)) throw new Error(`\`ringfence up\` did not say ${mode.source}`);
  if (!/ringfence-linux [\d.]+, [1-9]\d* rules/.test(output))
    throw new Error('`ringfence up` loaded no rules');
  step('`ringfence up --for 5s` ran there');
} finally {
  rmSync(work, { recursive: true, force: true });
}
