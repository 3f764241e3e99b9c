/**
 * The engine of Ringfence, with faults on command. A command is an event alone in its batch, of a process under a path
 * below /ringfence-bench/, whose start time is when it was given (monotonic ns): only an engine that was fed then
 * obeys, so that its successor, which gets the batch again, does not.
 */
import { writeSync } from 'node:fs';
import { type EngineContext, encodeLog, runEngine } from '@ringfence/compartment/protocol';
import { SigmaEngine } from '@ringfence/engine';
import { EventView, fieldSlot } from '@ringfence/events';
import { COMMAND_PREFIX, PATIENT_PREFIX } from './commands.ts';

const path = fieldSlot('process_start', 'process.path');
const startTime = fieldSlot('process_start', 'process.start_time');
const view = new EventView();
const engine = new SigmaEngine();
const hoard: Buffer[] = [];
let fedSince = 0n;
let ran = false;

/** Tells the time of a moment, past everything that is buffered. */
function mark(moment: string): void {
  writeSync(3, encodeLog('info', `${moment} ${process.hrtime.bigint()}`));
}

const faults: Readonly<Record<string, () => void>> = {
  crash() {
    mark('crash');
    process.abort();
  },
  hang() {
    mark('hang');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  /** Each stamp on standard error is older than the next allocation: the last one is from before the limit. */
  bloat() {
    for (;;) {
      writeSync(2, `bloat ${process.hrtime.bigint()}\n`);
      hoard.push(Buffer.alloc(4 * 2 ** 20, 1));
    }
  },
};

function obey(record: Uint8Array): void {
  view.reset(record);
  const command = view.string(path);
  if (!command.startsWith(COMMAND_PREFIX) || view.u64(startTime) < fedSince) return;
  const [name, argument] = command.slice(COMMAND_PREFIX.length).split('/');
  if (argument !== undefined && argument !== publisher) return;
  faults[name ?? '']?.();
}

let publisher = '';

await runEngine({
  onHello(hello) {
    publisher = hello.publisher;
    const ready = engine.onHello(hello);
    if (!publisher.startsWith(PATIENT_PREFIX)) return ready;
    const fields = ['process.path', 'process.start_time'];
    return { ...ready, subscriptions: [{ class: 'process_exit', fields }] };
  },
  onStart() {
    fedSince = process.hrtime.bigint();
    mark('fed');
  },
  onBatch(batch, context: EngineContext) {
    if (batch.count === 1) obey(batch.records);
    engine.onBatch(batch, context);
    if (ran) return;
    ran = true;
    context.log('info', `runs ${process.hrtime.bigint()}`);
  },
});
