/** The whole agent on this kernel: each first-party core rule's technique is performed, and its finding must come. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expected } from '../expected.ts';
import { report } from '../report.ts';

/** A row that scripts/emulate.ts writes. */
interface Row {
  readonly rule: string;
  readonly performed: boolean;
  readonly seen: boolean;
  readonly reason: string;
}

const LEAST_PERFORMED = 25;
const JSON_FILE = '/root/emulation.json';
const CONFIG_FILE = '/root/emulation.yaml';
/** Deadlines for a processor that is emulated, and slower by ten to thirty times. */
const CONFIG = `limits:
  cpuPercent: 200
  startDeadlineMs: 120000
  heartbeatDeadlineMs: 120000
  batchDeadlineMs: 60000
`;

/** Rules on the events of a probe that this kernel lacks begin so. */
const unfed = expected().missingProbes.map((probe) => (probe === 'capability' ? 'cap_' : `${probe}_`));

const script = new URL(`../../../emulate${import.meta.url.slice(-3)}`, import.meta.url).pathname;
const started = performance.now();
writeFileSync(CONFIG_FILE, CONFIG);
const options = ['--tier', 'core', '--json', JSON_FILE, '--config', CONFIG_FILE, '--patience', '3'];
const { status, stderr } = spawnSync(process.execPath, [script, ...options], { encoding: 'utf8' });
if (!existsSync(JSON_FILE)) throw new Error(`emulate ended with ${status}: ${stderr}`);
const rows = JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Row[];
const performed = rows.filter((row) => row.performed && !unfed.some((prefix) => row.rule.startsWith(prefix)));
const missed = performed.filter(({ seen }) => !seen).map(({ rule }) => rule);
const left = rows.filter((row) => !row.performed).map(({ rule, reason }) => `${rule} (${reason})`);
const took = `${((performance.now() - started) / 1000).toFixed(0)} s`;
report(
  'core emulation',
  missed.length === 0 && performed.length >= LEAST_PERFORMED,
  `${performed.length} performed, ${performed.length - missed.length} found in ${took}; missed: ${missed.join(', ') || 'none'}; not performed: ${left.join(', ') || 'none'}${missed.length === 0 ? '' : `; ${stderr}`}`,
);
