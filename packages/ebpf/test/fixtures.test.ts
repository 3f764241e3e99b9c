import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the committed objects are what clang-16 makes of their sources', (context) => {
  const version = spawnSync('clang-16', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (!version.includes('Debian clang version 16.0.6')) return context.skip('needs Debian’s clang 16.0.6');
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-fixtures-'));
  try {
    const build = fileURLToPath(new URL('../testdata/build.sh', import.meta.url));
    const result = spawnSync(build, [folder], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    for (const path of [
      'testdata/sensor',
      'testdata/core',
      'testdata/core-target',
      'testdata/extern',
      'examples/exec',
    ]) {
      const committed = readFileSync(new URL(`../${path}.bpf.o`, import.meta.url));
      const built = readFileSync(join(folder, `${path.replace(/^.*\//, '')}.bpf.o`));
      expect(built.equals(committed), path).toBe(true);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
