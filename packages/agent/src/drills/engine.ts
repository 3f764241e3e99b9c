/**
 * The engine of a drill's release: well-behaved until it sees the event that it waits for, then faulty in the way that
 * `fault.json` of its release says. It runs inside the wall like any other engine.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type EngineContext,
  type EngineHandlers,
  encodeFinding,
  type Finding,
  type Hello,
  type Ready,
  runEngine,
} from '@ringfence/compartment/protocol';
import { fieldSlot, forEachRecord } from '@ringfence/events';
import type { Fault } from './fault.ts';

const CHANNEL = 3;
const ARGV = fieldSlot('process_start', 'process.argv');

class DrillEngine implements EngineHandlers {
  #fault: Fault = { kind: 'none', trigger: '' };
  #seen = 0;
  readonly #hoard: Buffer[] = [];

  onHello(hello: Hello): Omit<Ready, 'protocol'> {
    this.#fault = JSON.parse(readFileSync(join(hello.releaseDir, 'fault.json'), 'utf8')) as Fault;
    if (this.#fault.kind === 'crash-at-start') process.abort();
    if (this.#fault.kind === 'never-ready') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return {
      engine: 'ringfence-drill',
      version: '1',
      subscriptions: (this.#fault.classes ?? ['process_start']).map((name) => ({ class: name })),
      rules: { loaded: 1, skipped: [], unfed: [] },
    };
  }

  onState(state: Uint8Array): void {
    this.#seen = Number(Buffer.from(state).toString());
  }

  onBatch(
    { id, records }: { readonly id: bigint; readonly records: Uint8Array },
    context: EngineContext,
  ): void {
    forEachRecord(records, (view, index) => {
      this.#seen++;
      if (view.class.name !== 'process_start' || !view.joined(ARGV).includes(this.#fault.trigger)) return;
      this.#act(context, id, index);
    });
    if (this.#fault.saveState === true) context.saveState(Buffer.from(String(this.#seen)));
  }

  #act(context: EngineContext, batch: bigint, index: number): void {
    switch (this.#fault.kind) {
      case 'none':
      case 'crash-at-start':
      case 'never-ready':
        context.finding(index, FOUND);
        return;
      case 'crash':
        process.abort();
        break;
      case 'hang':
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        break;
      case 'spin':
        for (;;);
      case 'bloat':
        // Outside the JavaScript heap, and touched: it is the process's memory that grows.
        for (;;) this.#hoard.push(Buffer.alloc(16 * 1024 * 1024, 1));
      case 'flood': {
        const frame = encodeFinding(batch, index, FOUND);
        for (;;) writeAll(frame);
      }
      case 'garbage':
        for (;;) writeAll(randomBytes(64 * 1024));
    }
  }
}

const FOUND: Finding = {
  rule: {
    id: 'ringfence-drill',
    title: 'The event that a drill waits for',
    level: 'informational',
    tags: [],
  },
  matched: {},
};

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(CHANNEL, bytes, at);
}

await runEngine(new DrillEngine());
