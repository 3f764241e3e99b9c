/**
 * The drain thread. It owns all that is sensed: probes, rings, the process table. It never returns to an event loop:
 * a round takes in what has come, then the thread waits, for some milliseconds or until something comes. What it has
 * for the agent it writes itself: each thread that a batch has to wake costs the host more than the batch.
 */
import { release } from 'node:os';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { classId, encodeFrame, encodeFrameHeader, eventClasses, FRAME_HEADER_BYTES } from '@ringfence/events';
import { SensorError } from '../errors.ts';
import { native } from '../native.ts';
import { type Hello, type Reply, type Stats, ToAgent } from '../protocol.ts';
import { describe } from './describe.ts';
import type { FromDrain, ToDrain, WorkerData } from './messages.ts';
import { openSource } from './open-source.ts';
import { Outlet } from './outlet.ts';
import { encodeSnapshot, type Records } from './snapshot.ts';
import type { Source } from './source.ts';
import { makeState, type State } from './state.ts';
import { Waiter } from './waiter.ts';

const HOUSEKEEPING_MS = 1000;
/**
 * While events keep coming they are handed over this often, for each time wakes the agent and its engines, which costs
 * the host the same however little there is. The first ones after a quiet while go at once, and so does what is much.
 */
const HAND_OVER_MS = 200;
const HAND_OVER_BYTES = 128 * 1024;
/** For the last words of a thread that fails. */
const LAST_WORDS_MS = 500;
const port = parentPort as MessagePort;
const { options, bell, channel } = workerData as WorkerData;
const outlet = new Outlet(channel);

function post(message: FromDrain): void {
  port.postMessage(message);
}

function sendJson(type: number, body: unknown): void {
  outlet.send(encodeFrame(type, JSON.stringify(body)));
}

/** A frame of records, which lie in `buffer` from `BATCH_HEADER` on, with two words before them. */
function recordsFrame(type: number, { buffer, used }: Records, first: number, second: number): Buffer {
  const frame = Buffer.from(buffer, 0, used);
  frame.set(encodeFrameHeader(type, used - FRAME_HEADER_BYTES));
  frame.writeUInt32LE(first, FRAME_HEADER_BYTES);
  frame.writeInt32LE(second, FRAME_HEADER_BYTES + 4);
  return frame;
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
    case 'subscribe':
      subscribe(state, source, message.classes.filter(isClass));
      break;
    case 'describe': {
      const { id } = message;
      const result = describe(state, message.pid, message.startTime);
      if (result) post({ type: 'described', id, result });
      else sendJson(ToAgent.REPLY, { id, ok: false, error: 'no such process in the table' } satisfies Reply);
      break;
    }
    case 'snapshot': {
      const parts = encodeSnapshot(state);
      parts.forEach((part, index) => {
        const isLast = index === parts.length - 1 ? 1 : 0;
        outlet.send(recordsFrame(ToAgent.SNAPSHOT, part, message.id, isLast));
      });
      break;
    }
    case 'reply':
      sendJson(ToAgent.REPLY, message.reply);
      break;
    case 'fail':
      throw new SensorError('protocol', message.message, { cure: 'agent and sensor must be of one version' });
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
  const waiter = new Waiter(state.native, bell, outlet, source.wakers);
  let housekept = performance.now();
  let handedOver = 0;
  for (;;) {
    for (let message = receiveMessageOnPort(port); message; message = receiveMessageOnPort(port))
      if (!handle(message.message as ToDrain, state, source)) return;
    outlet.flush();
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
      // Counts are since the start: those that an agent which does not read misses come with the next.
      if (!state.pool.full) sendJson(ToAgent.STATS, statsOf(state, source));
    }
    if (more) continue;
    const housekeeping = housekept + HOUSEKEEPING_MS;
    const due = state.encoder.waiting > 0 ? Math.min(housekeeping, handedOver + HAND_OVER_MS) : housekeeping;
    source.wait(waiter, due - performance.now());
  }
}

function statsOf(state: State, source: Source): Stats {
  const { user, system } = process.cpuUsage();
  return {
    classes: state.counts.toJSON(),
    ring: source.ring,
    overflows: source.overflows,
    forksLost: source.forksLost,
    processes: state.table.live,
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
  };
}

try {
  const state: State = makeState(options, outlet, (buffer, used, count, classes) => {
    const frame = recordsFrame(ToAgent.EVENTS, { buffer, used }, count, classes);
    outlet.send(frame, () => state.pool.putBack(buffer));
  });
  const source = openSource(state);
  subscribe(state, source, options.classes);
  const hello: Hello = { ...source.hello, tier: options.tier, kernel: release(), pid: process.pid };
  sendJson(ToAgent.HELLO, hello);
  run(state, source);
} catch (error) {
  // What waits ends with a whole frame; only then may the main thread write the reason.
  const end = performance.now() + LAST_WORDS_MS;
  for (outlet.flush(); outlet.blocked && performance.now() < end; outlet.flush())
    new Waiter(native(), bell, outlet, []).pause(end - performance.now());
  const cure = error instanceof SensorError ? error.cure : undefined;
  const message = error instanceof Error ? error.message : String(error);
  post({
    type: 'fatal',
    fatal: { message, cure: cure ?? 'report this with the output of ringfence doctor' },
  });
}
