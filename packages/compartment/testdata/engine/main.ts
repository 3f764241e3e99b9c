/** A small engine for tests that does what the first record's text says: "VERB ARGUMENT". */
import { readdirSync, readFileSync } from 'node:fs';
import { type EngineContext, runEngine } from '@ringfence/compartment/protocol';

const held: unknown[] = [];
let state = 'none';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 100);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  }
}

const verbs: Record<string, (argument: string, context: EngineContext) => string> = {
  read,
  hang() {
    for (;;);
  },
  crash: () => process.abort(),
  exit: () => process.exit(0),
  throw() {
    throw new Error('a bug');
  },
  heap(argument) {
    for (;;) held.push(new Array(1000).fill(argument));
  },
  bloat() {
    for (;;) held.push(Buffer.alloc(2 ** 20, 1));
  },
  hash(argument, context) {
    const { sha256, error } = context.hash(0, argument === 'file' ? 1 : 0);
    return sha256 ?? `no hash: ${error}`;
  },
  save(argument, context) {
    context.saveState(Buffer.from(argument));
    return 'saved';
  },
  state: () => state,
  shout(argument, context) {
    for (let i = 0; i < Number(argument); i++) context.log('info', `line ${i}`);
    return 'shouted';
  },
  flood(argument, context) {
    const rule = { id: 'flood', title: 'Flood', level: 'low', tags: [] } as const;
    let sent = 0;
    for (let i = 0; i < Number(argument); i++) if (context.finding(0, { rule, matched: {} })) sent++;
    return `sent ${sent}`;
  },
};

await runEngine({
  onHello: (hello) => ({
    engine: 'test',
    version: `pid ${process.pid} uid ${process.getuid?.()}`,
    subscriptions: [{ class: 'process_start' }],
    rules: { loaded: readdirSync(hello.releaseDir).length, skipped: [], unfed: [] },
  }),
  onState(bytes) {
    state = Buffer.from(bytes).toString();
  },
  onBatch({ records }, context) {
    const [verb = '', argument = ''] = Buffer.from(records).toString().split(' ', 2);
    const run = verbs[verb];
    if (run === undefined) return;
    const rule = { id: 'echo', title: 'Echo', level: 'low', tags: [] } as const;
    context.finding(0, { rule, matched: { answer: run(argument, context) } });
  },
  onStop: (context) => context.saveState(Buffer.from('last words')),
});
