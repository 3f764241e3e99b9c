/** Fails when a package imports another that the design does not let it import, or reaches into its inner files. */
import { globSync, readFileSync } from 'node:fs';

/** The arrows of ARCHITECTURE.md: a package may import these, and nothing else of Ringfence. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  events: [],
  ebpf: [],
  sigma: [],
  rollout: [],
  engine: ['events', 'ebpf', 'sigma', 'content', 'compartment/protocol'],
  compartment: ['events'],
  content: ['events'],
  sensor: ['events', 'ebpf'],
  agent: ['sensor', 'compartment', 'compartment/protocol', 'engine', 'content', 'events'],
  cli: [
    'agent',
    'compartment',
    'compartment/protocol',
    'content',
    'engine',
    'ebpf',
    'events',
    'rollout',
    'sensor',
    'sigma',
  ],
};

const problems: string[] = [];
for (const file of globSync('packages/*/src/**/*.ts')) {
  const owner = file.split('/')[1] as string;
  const text = readFileSync(file, 'utf8');
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'@ringfence\/([^']+)'/g)) {
    if (!(allowed[owner] ?? []).includes(target as string))
      problems.push(`${file}: must not import @ringfence/${target}`);
  }
  for (const [, target] of text.matchAll(/from '((?:\.\.\/)+[^']+)'/g)) {
    const resolved = new URL(target as string, `file:///${file}`).pathname.split('/');
    if (resolved[1] !== 'packages' || resolved[2] !== owner)
      problems.push(`${file}: reaches outside its package (${target})`);
  }
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
