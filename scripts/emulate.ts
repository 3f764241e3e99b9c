/**
 * `npm run emulate [-- --tier core|full] [--rule NAME…] [--json FILE] [--config FILE]`: has the real, harmless effect of each technique that a
 * first-party rule is about, while `ringfence up` watches, and tells whether its finding came and carries the token of
 * this very run. Ends with 0 when all that was performed was seen.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { firstPartyRelease, loadContent } from '@ringfence/engine';
import { fileActions } from './emulation/files.ts';
import { otherActions } from './emulation/others.ts';
import { processActions } from './emulation/processes.ts';
import { closeStage, openStage, type Servers, startServers } from './emulation/stage.ts';
import { type Action, NotPerformed } from './emulation/technique.ts';

const TIERS = ['core', 'full'] as const;
type Tier = (typeof TIERS)[number];

interface Row {
  readonly technique: string;
  readonly rule: string;
  readonly tier: Tier;
  performed: boolean;
  reason: string;
  token: string;
  seen: boolean;
}

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    tier: { type: 'string', multiple: true, default: [...TIERS] },
    rule: { type: 'string', multiple: true, default: [] },
    // Configuration of the agent, by default none.
    config: { type: 'string' },
    // On a slow machine: by how much to wait longer.
    patience: { type: 'string', default: '1' },
  },
});
/** A finding comes at most so long after the act. */
const PATIENCE_MS = 15_000 * Number(values.patience);
const START_MS = 60_000 * Number(values.patience);

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.error('emulate: needs Linux and root, for the kernel sensor and for the effects');
  process.exit(2);
}

const actions = new Map(
  [...processActions, ...fileActions, ...otherActions].map((action) => [action.rule, action]),
);

/** What the agent told of itself last. */
let lastStatus: Status | undefined;

/** Starts `ringfence up` on state of its own and collects what it finds, as one text per rule id. */
async function startAgent(tier: Tier, work: string, findings: Map<string, string[]>): Promise<ChildProcess> {
  const command = new URL('../packages/cli/bin/ringfence.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [command, 'up', '--json', '--tier', tier], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      RINGFENCE_STATE: join(work, `state-${tier}`),
      RINGFENCE_CONFIG: values.config ?? join(work, 'none.yaml'),
    },
  });
  let ready = false;
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const value = JSON.parse(line) as Record<string, unknown>;
    if (value['type'] === 'status') {
      lastStatus = value as unknown as Status;
      ready ||= isRunning(lastStatus);
    }
    if (value['class_uid'] !== 2004) return;
    const { analytic } = value['finding_info'] as { analytic: { uid: string } };
    const lines = findings.get(analytic.uid) ?? [];
    findings.set(analytic.uid, lines);
    lines.push(line);
  });
  for (let waited = 0; !ready; waited += 50) {
    if (child.exitCode !== null || waited > START_MS) throw new Error('ringfence up did not start');
    await sleep(50);
  }
  return child;
}

interface Status {
  readonly sensor: { readonly state: string };
  readonly publishers: readonly { readonly state: string }[];
}

/** Engines may still be starting when the first status comes. */
function isRunning({ sensor, publishers }: Status): boolean {
  return sensor.state === 'running' && publishers.every(({ state }) => state === 'running');
}

async function performOne(action: Action | undefined, row: Row, servers: Servers): Promise<void> {
  if (action === undefined) {
    row.reason = 'no action is written for this rule';
    return;
  }
  const stage = openStage(servers);
  row.token = stage.token;
  try {
    row.reason = (await action.perform(stage)) ?? '';
    row.performed = true;
    // The sensor reads paths and modes a moment after the act.
    await sleep(40);
  } catch (error) {
    if (!(error instanceof NotPerformed)) throw error;
    row.reason = error.message;
  } finally {
    closeStage(stage);
  }
}

async function emulate(tier: Tier, work: string): Promise<Row[]> {
  const content = loadContent(firstPartyRelease, { tier });
  const wanted = content.rules.filter(
    (rule) => values.rule.length === 0 || values.rule.includes(nameOf(rule.file)),
  );
  const rows = new Map<Row, string>();
  const undo: (() => void)[] = [];
  const servers = await startServers();
  try {
    for (const rule of wanted) {
      const name = nameOf(rule.file);
      const technique = rule.techniques[0] ?? '';
      const row: Row = { technique, rule: name, tier, performed: false, reason: '', token: '', seen: false };
      rows.set(row, rule.id ?? '');
      row.reason = prepare(actions.get(name), undo);
    }
    await watch(tier, work, rows, servers);
  } finally {
    for (const remove of undo) remove();
    servers.close();
  }
  return [...rows.keys()];
}

/** Why an action cannot be prepared; empty when it is. */
function prepare(action: Action | undefined, undo: (() => void)[]): string {
  try {
    const remove = action?.prepare?.();
    if (remove !== undefined) undo.push(remove);
    return '';
  } catch (error) {
    if (!(error instanceof NotPerformed)) throw error;
    return error.message;
  }
}

/** Performs each row that nothing speaks against while an agent watches, and waits for its findings. */
async function watch(
  tier: Tier,
  work: string,
  rows: ReadonlyMap<Row, string>,
  servers: Servers,
): Promise<void> {
  const findings = new Map<string, string[]>();
  const agent = await startAgent(tier, work, findings);
  try {
    await sleep(1000);
    for (const row of rows.keys()) {
      if (row.reason === '') await performOne(actions.get(row.rule), row, servers);
    }
    const look = (): boolean => {
      for (const [row, id] of rows) {
        if (!row.performed || row.seen) continue;
        row.seen = findings.get(id)?.some((line) => line.includes(row.token)) === true;
      }
      return [...rows.keys()].every((row) => row.seen || !row.performed);
    };
    for (let waited = 0; !look() && waited < PATIENCE_MS; waited += 200) await sleep(200);
    if (!look()) console.error(`what was missed may be explained by: ${JSON.stringify(lastStatus?.sensor)}`);
  } finally {
    agent.kill('SIGINT');
    if (agent.exitCode === null) await new Promise((resolve) => agent.on('exit', resolve));
  }
}

const nameOf = (file: string | undefined): string => basename(file ?? '', '.yml');

function print(rows: readonly Row[]): void {
  for (const { tier, rule, technique, performed, seen, reason } of rows) {
    const state = performed ? (seen ? 'seen' : 'MISSED') : 'not performed';
    console.log(
      `${tier}  ${technique.padEnd(9)}  ${rule.padEnd(40)}  ${state.padEnd(13)}  ${reason}`.trimEnd(),
    );
  }
}

const work = mkdtempSync(join(tmpdir(), 'ringfence-emulate-'));
const rows: Row[] = [];
try {
  for (const tier of TIERS.filter((candidate) => values.tier.includes(candidate))) {
    const found = await emulate(tier, work);
    print(found);
    rows.push(...found);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const performed = rows.filter((row) => row.performed);
const missed = performed.filter((row) => !row.seen);
console.log(
  `${rows.length} rows, ${new Set(rows.map((row) => row.rule)).size} rules: ${performed.length} performed, ${performed.length - missed.length} seen, ${missed.length} missed.`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
