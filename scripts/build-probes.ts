/**
 * `npm run build:probes [-- --check]`: compiles the probes to the committed object, byte for byte the same on every
 * machine with Debian's clang-16 and libbpf-dev. `--check` fails on a difference, and passes where the tools are missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../packages/sensor/bpf/', import.meta.url));
const target = join(folder, 'ringfence.bpf.o');
const check = process.argv.includes('--check');

const missing = ['clang-16', 'llvm-strip-16'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
if (!existsSync('/usr/include/bpf/bpf_helpers.h')) missing.push('libbpf-dev');
if (missing.length > 0) {
  console.log(
    `${missing.join(', ')} missing (apt-get install clang-16 llvm-16 libbpf-dev): probes not rebuilt`,
  );
  process.exit(check ? 0 : 1);
}

const scratch = mkdtempSync(join(tmpdir(), 'ringfence-probes-'));
try {
  const built = join(scratch, 'ringfence.bpf.o');
  // The prefix map keeps names of folders out of the object.
  const flags = `-O2 -g -target bpf -mcpu=v2 -D__TARGET_ARCH_x86 -Wall -Wextra -Werror -Wno-unused-parameter
    -Wno-address-of-packed-member -I/usr/include/x86_64-linux-gnu -fdebug-compilation-dir=. -c ringfence.bpf.c`;
  run('clang-16', [...flags.split(/\s+/), `-ffile-prefix-map=${folder}=`, '-o', built]);
  // DWARF goes, BTF stays.
  run('llvm-strip-16', ['-g', built]);
  const bytes = readFileSync(built);
  if (!check) writeFileSync(target, bytes);
  else if (!existsSync(target) || !bytes.equals(readFileSync(target))) {
    console.error('packages/sensor/bpf/ringfence.bpf.o differs from its source: npm run build:probes');
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true });
}

function run(command: string, parameters: readonly string[]): void {
  const { status, error } = spawnSync(command, parameters, { cwd: folder, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${command} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}
