/**
 * `npm run conformance -- SUITE PATH`: runs an external suite against Ringfence, prints `N of M passed`, then
 * each difference from `expected-failures.txt`, and exits 1 on an unexpected failure or an unexpected pass.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Suite } from './suite.ts';

async function main(): Promise<number> {
  const suites = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const [name, path] = process.argv.slice(2);
  if (name === undefined || !suites.includes(name)) {
    console.error(`Usage: npm run conformance -- SUITE PATH\nSuites: ${suites.join(', ') || 'none yet'}`);
    return 2;
  }
  const folder = new URL(`${name}/`, import.meta.url);
  const suite = (await import(new URL('suite.ts', folder).href)) as Suite;
  if (path === undefined || !existsSync(path)) {
    console.error(
      `${name} needs its external set: ${path ?? 'no path given'} is not there. ${suite.howToGet}`,
    );
    return 2;
  }
  const expectedFile = new URL('expected-failures.txt', folder);
  const expected = new Set(
    (existsSync(expectedFile) ? readFileSync(expectedFile, 'utf8') : '')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => line !== ''),
  );
  let passed = 0;
  let total = 0;
  const differences: string[] = [];
  for await (const result of suite.run(path)) {
    total++;
    if (result.pass) passed++;
    if (result.pass && expected.has(result.id)) differences.push(`unexpected pass: ${result.id}`);
    if (!result.pass && !expected.has(result.id))
      differences.push(`unexpected failure: ${result.id}: ${result.detail ?? ''}`);
  }
  console.log(`${passed} of ${total} passed`);
  for (const difference of differences) console.log(difference);
  return total > 0 && differences.length === 0 ? 0 : 1;
}

process.exitCode = await main();
