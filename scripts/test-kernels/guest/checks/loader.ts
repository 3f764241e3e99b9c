/** Each program of the sensor's object is loaded and attached alone; only those named for this kernel may be left out. */
import { readFileSync } from 'node:fs';
import { Collection, CollectionSpec, type ProgramSpec } from '@ringfence/ebpf';
import { expected } from '../expected.ts';
import { report } from '../report.ts';

const object = new URL('../../../../packages/sensor/bpf/ringfence.bpf.o', import.meta.url);
const spec = CollectionSpec.fromElf(readFileSync(object));

/** Null when the program was loaded and attached, else why not. */
function refusal({ name, section }: ProgramSpec): string | null {
  try {
    using collection = Collection.load(spec, {
      only: (program) => program.name === name,
      programs: 'skip-unsupported',
    });
    const [left] = collection.skipped;
    if (left !== undefined) return `${left.code}: ${left.error.message}`;
    const program = collection.program(name);
    if (section.startsWith('iter')) {
      using link = program.attachIterator();
      link.read();
    } else if (section.startsWith('cgroup')) program.attach({ cgroup: '/sys/fs/cgroup' })[Symbol.dispose]();
    else program.attach()[Symbol.dispose]();
    return null;
  } catch (error) {
    return String(error);
  }
}

const { missingHooks, refusedPrograms } = expected();
for (const program of spec.programs.values()) {
  const started = performance.now();
  const reason = refusal(program);
  const hook = program.section.replace(/^.*\//, '');
  let wanted: string | null = null;
  if (missingHooks.includes(hook)) wanted = 'missing-hook';
  else if (refusedPrograms.includes(program.name)) wanted = 'verifier';
  const ok = wanted === null ? reason === null : reason?.startsWith(`${wanted}: `) === true;
  const took = `${(performance.now() - started).toFixed(0)} ms`;
  report(`program ${program.name}`, ok, `${program.section} ${reason ?? `attached in ${took}`}`);
}
