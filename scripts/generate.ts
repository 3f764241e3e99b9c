/**
 * Writes everything that is made from the event schema. `npm run generate -- --check` writes nothing and fails
 * when a file differs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { engineHeader } from '../packages/compartment/src/generators/engine-header.ts';
import { cHeader } from '../packages/events/src/generators/c-header.ts';
import { classReference, replaceBetween } from '../packages/events/src/generators/readme.ts';
import { sigmaTaxonomyModule } from '../packages/events/src/generators/sigma-taxonomy.ts';
import { typeDeclarations } from '../packages/events/src/generators/types.ts';
import { probeClasses } from '../packages/events/src/probe-classes.ts';
import { ACTOR_FIELDS, eventClasses, RecordFlag, SCHEMA_VERSION } from '../packages/events/src/schema.ts';

const root = new URL('../', import.meta.url);
const events = cHeader(eventClasses, probeClasses, RecordFlag, SCHEMA_VERSION);
const files: Readonly<Record<string, string>> = {
  'packages/sensor/bpf/generated/ringfence_events.h': events,
  'packages/compartment/include/ringfence_events.h': events,
  'packages/compartment/include/ringfence_engine.h': engineHeader(),
  'packages/events/README.md': replaceBetween(
    readFileSync(new URL('packages/events/README.md', root), 'utf8'),
    'classes',
    classReference(eventClasses, ACTOR_FIELDS),
  ),
  'packages/events/src/generated/sigma-taxonomy.ts': sigmaTaxonomyModule(eventClasses),
  'packages/events/src/generated/types.ts': typeDeclarations(eventClasses),
};

function current(url: URL): string | undefined {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return undefined;
  }
}

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, text] of Object.entries(files)) {
  const url = new URL(path, root);
  if (current(url) === text) continue;
  stale++;
  if (check) {
    console.error(`${path} is not what the schema says: run npm run generate`);
  } else {
    mkdirSync(dirname(url.pathname), { recursive: true });
    writeFileSync(url, text);
    console.log(`wrote ${path}`);
  }
}
if (check && stale > 0) process.exitCode = 1;
