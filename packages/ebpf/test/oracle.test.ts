import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { kernelBtf } from '@ringfence/ebpf';
import { expect, test } from 'vitest';
import { patchInstruction } from '../src/core/patch.ts';
import { Relocator } from '../src/core/relocate.ts';
import { Instructions } from '../src/spec/instruction.ts';
import { loadSpec } from './support/fixtures.ts';
import { requireKernel } from './support/kernel.ts';

// bpftool relocates with libbpf and says what it wrote where.
const patched = /prog '(\w+)': relo #\d+: patched insn #(\d+) \(\S+\) (?:off|imm|imm64) (\d+) -> (\d+)/g;
const poisoned = /prog '(\w+)': relo #\d+: substituting insn #(\d+) w\/ invalid insn/g;

test.for(['sensor', 'core'])('relocations of %s are those of libbpf', (name, context) => {
  requireKernel(context);
  const object = fileURLToPath(new URL(`../testdata/${name}.bpf.o`, import.meta.url));
  const script = 'mount -t bpf bpf /sys/fs/bpf && exec bpftool -d prog loadall "$1" /sys/fs/bpf/all';
  const { stdout, stderr, error } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', object], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const log = `${stdout}${stderr}`;
  if (error !== undefined || !log.includes('libbpf:')) return context.skip('needs bpftool');
  const theirs = new Map<string, string>();
  for (const [, program, index, from, to] of log.matchAll(patched))
    theirs.set(`${program}#${index}`, `${from} -> ${to}`);
  for (const [, program, index] of log.matchAll(poisoned)) theirs.set(`${program}#${index}`, 'poisoned');

  const spec = loadSpec(name);
  if (spec.btf === undefined) throw new Error('no BTF');
  const relocator = new Relocator(spec.btf, kernelBtf);
  let compared = 0;
  for (const program of spec.programs.values()) {
    const code = new Instructions(program.instructions.slice());
    for (const relocation of program.relocations) {
      const answer = relocator.resolve(relocation);
      const ours = patchInstruction(code, relocation.index, answer)
        ? `${answer.original} -> ${answer.value}`
        : 'poisoned';
      const key = `${program.name}#${relocation.index}`;
      // libbpf speaks of functions that several programs call under their own names.
      if (!theirs.has(key)) continue;
      expect(ours, `${key} ${answer.description}`).toBe(theirs.get(key));
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(7);
});
