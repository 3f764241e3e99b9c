/**
 * `npm run bench [-- NAME…] [--long] [--json FILE]`: runs the named benchmarks (all without a name), prints a
 * row per measure and exits 1 when a bar is missed.
 */
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bench, Row } from './row.ts';

const support = new Set(['row.ts', 'run.ts', 'stats.ts']);

async function loadBenches(): Promise<Bench[]> {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !support.has(file))
    .sort();
  const modules = await Promise.all(files.map((file) => import(new URL(file, import.meta.url).href)));
  return modules.filter((module): module is Bench => typeof module.run === 'function');
}

function figure(value: number | null): string {
  if (value === null) return '–';
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e7)) return value.toExponential(2);
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 1 });
}

function line(row: Row): string {
  const verdict = row.pass === null ? (row.bar === null ? '    ' : 'n/a ') : row.pass ? 'ok  ' : 'MISS';
  const peer = row.peer === null ? '' : `  ${row.peerName ?? 'peer'} ${figure(row.peer)}`;
  const ratio = row.ratio === null ? '' : `  ratio ${figure(row.ratio)}`;
  const bar = row.bar === null ? '' : `  (bar: ${row.bar})`;
  const rest = [row.spread, row.reason].filter((text) => text !== undefined && text !== null).join('; ');
  return `${verdict} ${row.name.padEnd(26)} ${figure(row.ours).padStart(12)} ${row.unit}${peer}${ratio}${bar}${rest === '' ? '' : `\n       ${rest}`}`;
}

/** One line, written over; nothing where standard error is no terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      long: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const benches = await loadBenches();
  const names = benches.map((bench) => bench.name);
  if (values.help === true) {
    console.log('Usage: npm run bench [-- NAME…] [--long] [--json FILE]\n');
    for (const bench of benches) console.log(`  ${bench.name.padEnd(14)} ${bench.question}`);
    return 0;
  }
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`No benchmark is called ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
    return 2;
  }
  if (values.json !== undefined) writeFileSync(values.json, '');
  let missed = 0;
  for (const bench of benches) {
    if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
    console.log(`\n${bench.name}: ${bench.question}`);
    for await (const row of bench.run({ long: values.long, progress })) {
      progress('');
      console.log(line(row));
      if (row.pass === false) missed++;
      if (values.json !== undefined) {
        const { spread, ...plain } = row;
        appendFileSync(
          values.json,
          `${JSON.stringify(spread === undefined ? plain : { ...plain, spread })}\n`,
        );
      }
    }
  }
  console.log(
    missed === 0 ? '\nNo bar was missed.' : `\n${missed} bar${missed === 1 ? ' was' : 's were'} missed.`,
  );
  return missed === 0 ? 0 : 1;
}

process.exitCode = await main();
