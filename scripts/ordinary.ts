/**
 * `npm run ordinary [-- --tier core|full] [--json FILE]`: does what people do all day while Ringfence watches,
 * and fails when a high or critical finding comes of it. A rule that cries at a package install is a bug.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const root = new URL('..', import.meta.url).pathname;

/** Packages whose tests attack on purpose; theirs are the findings that we want to see. */
const attackingTests = ['compartment', 'agent', 'sensor', 'engine', 'cli'];

interface Activity {
  readonly name: string;
  readonly command: string;
}

const quietTests = ['events', 'sigma', 'ebpf', 'content'].filter((name) => !attackingTests.includes(name));

const activities: readonly Activity[] = [
  { name: 'package install', command: 'apt-get install -y --reinstall hostname sensible-utils' },
  { name: 'git clone', command: `git clone --quiet ${root} clone` },
  { name: 'npm install', command: 'cd clone && npm install --no-audit --no-fund' },
  { name: 'build', command: 'cd clone && npm run --silent build' },
  {
    name: 'tests',
    command: `cd clone && npx vitest run ${quietTests.map((name) => `packages/${name}`).join(' ')}`,
  },
  {
    name: 'archive and search',
    command:
      'tar czf clone.tgz clone/packages && tar xzf clone.tgz -C "$(mktemp -d -p .)" && grep -rl ring clone/packages >/dev/null && find clone -name "*.ts" -newer clone/package.json | wc -l',
  },
  { name: 'compile C', command: `cc -O2 -pthread -o load clone/bench/load/load.c && ./load getppid 10` },
  {
    name: 'administration',
    command:
      'ls -la /etc /root; df -h; ps aux; id; uname -a; cat /etc/passwd; date; env; hostname; ss -tln || true; crontab -l || true; dpkg -l | wc -l',
  },
  {
    name: 'small scripts',
    command:
      'python3 -c "import json,socket; print(json.dumps(socket.gethostname()))" || true; perl -e "print 1"; bash -lc "echo hello"; sh -c "mktemp | xargs rm"',
  },
];

interface Finding {
  readonly activity: string;
  readonly severity: string;
  readonly title: string;
  readonly commandLine: string;
}

const { values } = parseArgs({
  options: { tier: { type: 'string', default: 'core' }, json: { type: 'string' } },
});
const work = mkdtempSync(join(tmpdir(), 'ringfence-ordinary-'));
const findings: Finding[] = [];
let activity = 'start';

async function startAgent(): Promise<ChildProcess> {
  const child = spawn(join(root, 'packages/cli/bin/ringfence.js'), ['up', '--json', '--tier', values.tier], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RINGFENCE_STATE: join(work, 'state'), RINGFENCE_CONFIG: join(work, 'none.yaml') },
  });
  let ready = false;
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const value = JSON.parse(line);
    if (value.type === 'status') ready = true;
    if (value.class_uid !== 2004) return;
    const process = value.evidences?.[0]?.process ?? {};
    findings.push({
      activity,
      severity: value.severity,
      title: value.finding_info.title,
      commandLine: process.cmd_line ?? '',
    });
  });
  for (let waited = 0; !ready; waited += 50) {
    if (child.exitCode !== null || waited > 20_000) throw new Error('ringfence up did not start');
    await sleep(50);
  }
  return child;
}

try {
  const agent = await startAgent();
  for (const { name, command } of activities) {
    activity = name;
    const started = performance.now();
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      cwd: work,
      encoding: 'utf8',
      timeout: 300_000,
      maxBuffer: 1 << 26,
    });
    await sleep(1500); // its events are still on their way
    const seen = findings.filter((finding) => finding.activity === name);
    const note = status === 0 ? '' : `  (ended with ${status}: ${stderr.trim().split('\n').at(-1)})`;
    console.log(
      `${name.padEnd(20)} ${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  findings ${seen.length}${note}`,
    );
  }
  agent.kill('SIGINT');
  await new Promise((resolve) => agent.on('exit', resolve));
  const loud = findings.filter(({ severity }) => severity === 'High' || severity === 'Critical');
  for (const { activity: during, severity, title, commandLine } of findings)
    console.log(`  ${severity} during ${during}: ${title}: ${commandLine.slice(0, 160)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(findings, null, 2)}\n`);
  console.log(`${findings.length} findings, ${loud.length} of them high or critical.`);
  process.exitCode = loud.length === 0 ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
