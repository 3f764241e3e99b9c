/**
 * The drain thread. It owns all that is sensed: probes, rings, the process table. It never returns to an event loop:
 * a round takes in what has come, then the thread waits, for some milliseconds or until something comes.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { classId, eventClasses } from '@ringfence/events';
import { SensorError } from '../errors.ts';
import { describe } from './describe.ts';
import type { FromDrain, ToDrain, WorkerData } from './messages.ts';
import { openSource } from './open-source.ts';
import { encodeSnapshot } from './snapshot.ts';
import type { Source } from './source.ts';
import { makeState, type State } from './state.ts';
import { Waiter } from './waiter.ts';

const HOUSEKEEPING_MS = 1000;
const port = parentPort as MessagePort;
const { options, bell } = workerData as WorkerData;

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
      state.pool.written(message.buffer);
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
  for (;;) {
    for (let message = receiveMessageOnPort(port); message; message = receiveMessageOnPort(port))
      if (!handle(message.message as ToDrain, state, source)) return;
    const now = performance.now();
    state.actors.now = now;
    const more = source.round(now);
    state.encoder.flush();
    if (now - housekept >= HOUSEKEEPING_MS) {
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
    if (!more) source.wait(waiter, housekept + HOUSEKEEPING_MS - performance.now());
  }
}

try {
  const state = makeState(options, (buffer, used, count) => {
    post({ type: 'batch', buffer, used, count }, [buffer]);
  });
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
