/**
 * The drain thread. It owns all that is sensed: probes, rings, the process table. It never returns to an event loop:
 * a round takes in what has come, then the thread waits, for some milliseconds or until something comes.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { classId, eventClasses } from '@ringfence/events';
import type { BatchSink } from '../encode/event-encoder.ts';
import { SensorError } from '../errors.ts';
import { describe } from './describe.ts';
import type { FromDrain, ToDrain, WorkerData } from './messages.ts';
import { openSource } from './open-source.ts';
import { encodeSnapshot } from './snapshot.ts';
import type { Source } from './source.ts';
import { makeState, type State } from './state.ts';
import { Waiter } from './waiter.ts';

const HOUSEKEEPING_MS = 1000;
/**
 * While events keep coming they are handed over this often, for each time wakes this process's other thread, the agent
 * and its engines. The first ones after a quiet while go at once, and so does what is much.
 */
const HAND_OVER_MS = 80;
const HAND_OVER_BYTES = 64 * 1024;
const port = parentPort as MessagePort;
const { options, bell, written } = workerData as WorkerData;

function post(message: FromDrain, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function subscribe(state: State, source: Source, classes: readonly string[] | null): void {
  state.wanted.fill(0);
  for (const { id, name, tier } of eventClasses) {
    const on = classes === null ? options.tier === 'full' || tier === 'core' : classes.includes(name);
    if (on) state.wanted[id] = 1;
  }
  source.subscribe(state.wanted);
}

/** False: the process ends. */
function handle(message: ToDrain, state: State, source: Source): boolean {
  switch (message.type) {
    case 'end':
      return false;
    case 'buffer':
      state.pool.returned(message.buffer);
      break;
    case 'subscribe':
      subscribe(state, source, message.classes.filter(isClass));
      break;
    case 'describe': {
      const result = describe(state, message.pid, message.startTime);
      post({ type: 'described', id: message.id, result });
      break;
    }
    case 'snapshot': {
      const parts = encodeSnapshot(state);
      parts.forEach(({ buffer, used }, index) => {
        post({ type: 'snapshot', id: message.id, buffer, used, last: index === parts.length - 1 }, [buffer]);
      });
    }
  }
  return true;
}

function isClass(name: string): boolean {
  try {
    return classId(name) < 0x8000;
  } catch {
    return false;
  }
}

function run(state: State, source: Source): void {
  const waiter = new Waiter(state.native, bell, source.wakers);
  let housekept = performance.now();
  let handedOver = 0;
  for (;;) {
    for (let message = receiveMessageOnPort(port); message; message = receiveMessageOnPort(port))
      if (!handle(message.message as ToDrain, state, source)) return;
    const now = performance.now();
    state.actors.now = now;
    const more = source.round(now);
    const keepsHouse = now - housekept >= HOUSEKEEPING_MS;
    const { waiting } = state.encoder;
    // With the counters goes all that they count.
    if (keepsHouse || now - handedOver >= HAND_OVER_MS || waiting >= HAND_OVER_BYTES) {
      if (waiting > 0) handedOver = now;
      state.encoder.flush();
    }
    if (keepsHouse) {
      housekept = now;
      state.users.refresh(now);
      state.table.expire(now);
      source.countLost();
      post({
        type: 'stats',
        stats: {
          classes: state.counts.toJSON(),
          ring: source.ring,
          overflows: source.overflows,
          forksLost: source.forksLost,
          processes: state.table.live,
        },
      });
    }
    if (more) continue;
    const housekeeping = housekept + HOUSEKEEPING_MS;
    const due = state.encoder.waiting > 0 ? Math.min(housekeeping, handedOver + HAND_OVER_MS) : housekeeping;
    source.wait(waiter, due - performance.now());
  }
}

try {
  const sink: BatchSink = (buffer, used, count, classes) => {
    post({ type: 'batch', buffer, used, count, classes }, [buffer]);
  };
  const state = makeState(options, sink, new Int32Array(written));
  const source = openSource(state);
  subscribe(state, source, options.classes);
  post({ type: 'hello', hello: source.hello });
  run(state, source);
} catch (error) {
  const cure = error instanceof SensorError ? error.cure : undefined;
  const message = error instanceof Error ? error.message : String(error);
  post({
    type: 'fatal',
    fatal: { message, cure: cure ?? 'report this with the output of ringfence doctor' },
  });
}
