/** `npm run check`: everything that must hold before a change lands, in one go; runs on after a failure. */
import { spawnSync } from 'node:child_process';

const steps: readonly (readonly [name: string, command: string])[] = [
  ['format (biome)', 'biome check .'],
  // The linter reads the types that the build writes.
  ['build (tsc)', 'tsc -b'],
  ['lint (oxlint)', 'oxlint --type-aware --deny-warnings'],
  ['types of tests and scripts (tsc)', 'tsc --noEmit -p tsconfig.tests.json'],
  ['dead code (knip)', 'knip --no-config-hints'],
  ['generated files', 'npm run --silent generate -- --check'],
  ['probe objects', 'npm run --silent build:probes -- --check'],
  ['imports between packages', 'node scripts/check-imports.ts'],
];

let failed = 0;
for (const [name, command] of steps) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, {
    shell: true,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
  if (status !== 0) {
    failed++;
    console.log(stdout + stderr);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
