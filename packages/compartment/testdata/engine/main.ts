/** A small engine for tests: says what it can see, and misbehaves on request (a record's first byte says how). */
import { readdirSync, readFileSync } from 'node:fs';
import { runEngine } from '@ringfence/compartment/protocol';

const held: unknown[] = [];

await runEngine({
  onHello: (hello) => ({
    engine: 'test',
    version: `pid ${process.pid} uid ${process.getuid?.()}`,
    subscriptions: [{ class: 'process_start' }],
    rules: { loaded: readdirSync(hello.releaseDir).length, skipped: [], unfed: [] },
  }),
  onBatch({ records }, context) {
    const text = Buffer.from(records).toString();
    const [verb, rest = ''] = text.split(' ', 2);
    if (verb === 'hang') for (;;);
    if (verb === 'crash') process.abort();
    if (verb === 'throw') throw new Error('a bug');
    if (verb === 'heap') for (;;) held.push(new Array(1000).fill(rest));
    if (verb === 'bloat') for (;;) held.push(Buffer.alloc(2 ** 20, 1));
    if (verb === 'exit') process.exit(0);
    let matched: string;
    if (verb === 'read') {
      try {
        matched = readFileSync(rest, 'utf8').slice(0, 100);
      } catch (error) {
        matched = (error as NodeJS.ErrnoException).code ?? 'error';
      }
    } else matched = `${verb} ${rest}`;
    context.finding(0, { rule: { id: 'echo', title: 'Echo', level: 'low', tags: [] }, matched: { matched } });
  },
});
