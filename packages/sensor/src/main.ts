/**
 * The sensor process. This thread moves frames between the agent (fd 3) and the drain thread, and hashes files; it
 * holds nothing that the drain thread would have to wait for.
 */
import { readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { release } from 'node:os';
import { Worker } from 'node:worker_threads';
import { encodeFrame, encodeFrameHeader, FrameReader } from '@ringfence/events';
import type { Described, FromDrain, ToDrain, WorkerData } from './drain/messages.ts';
import { LOWERED } from './drain/priority.ts';
import { ring } from './drain/waiter.ts';
import { BUFFER_BYTES } from './encode/batch-pool.ts';
import { FileHasher } from './facts/file-hash.ts';
import { errnoName, native } from './native.ts';
import type { ResolvedOptions } from './options.ts';
import { type Fatal, type Reply, type Request, ToAgent, ToSensor, toSensorTypes } from './protocol.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ResolvedOptions;
const agent = new Socket({ fd: 3, readable: true, writable: true });
// The agent is gone, or breaks the protocol: nothing here outlives it. Kernel objects die with the process.
agent.on('end', () => process.exit(0));
agent.on('close', () => process.exit(0));
agent.on('error', () => process.exit(0));

let bell = -1;
try {
  bell = native().eventfd();
  if (bell < 0) throw new Error(`eventfd: ${errnoName(bell)}`);
  // V8's helpers run already; threads that start from here on inherit it.
  for (const tid of readdirSync('/proc/self/task')) native().setNice(Number(tid), LOWERED);
} catch (error) {
  fatal({ message: error instanceof Error ? error.message : String(error), cure: 'run npm install again' });
}
const written = new Int32Array(new SharedArrayBuffer(4));
const data: WorkerData = { options, bell, written: written.buffer };
const drain = new Worker(new URL(`./drain/worker${import.meta.url.slice(-3)}`, import.meta.url), {
  workerData: data,
  execArgv: process.execArgv,
  resourceLimits: { maxOldGenerationSizeMb: 512 },
});
const hasher = new FileHasher();

function send(message: ToDrain, transfer: ArrayBuffer[] = []): void {
  drain.postMessage(message, transfer);
}

/** As `send`, for what somebody waits for. */
function call(message: ToDrain): void {
  send(message);
  ring(bell);
}

// The end of the process waits for the drain thread, which waits in the kernel.
process.on('exit', () => {
  if (bell >= 0) call({ type: 'end' });
});

function reply(message: Reply): void {
  agent.write(encodeFrame(ToAgent.REPLY, JSON.stringify(message)));
}

function fatal(message: Fatal): void {
  agent.write(encodeFrame(ToAgent.FATAL, JSON.stringify(message)), () => process.exit(1));
}

drain.on('message', (message: FromDrain) => {
  switch (message.type) {
    case 'hello': {
      const hello = { ...message.hello, tier: options.tier, kernel: release(), pid: process.pid };
      agent.write(encodeFrame(ToAgent.HELLO, JSON.stringify(hello)));
      break;
    }
    case 'fatal':
      fatal(message.fatal);
      break;
    case 'batch': {
      const { buffer, used, count, classes } = message;
      const frame = Buffer.from(buffer, 0, used);
      frame.set(encodeFrameHeader(ToAgent.EVENTS, used - 8));
      frame.writeUInt32LE(count, 8);
      frame.writeInt32LE(classes, 12);
      agent.write(frame, () => {
        Atomics.add(written, 0, buffer.byteLength);
        if (buffer.byteLength === BUFFER_BYTES) send({ type: 'buffer', buffer }, [buffer]);
      });
      break;
    }
    case 'stats': {
      const { user, system } = process.cpuUsage();
      const stats = {
        ...message.stats,
        cpuSeconds: (user + system) / 1e6,
        rssBytes: process.memoryUsage.rss(),
      };
      agent.write(encodeFrame(ToAgent.STATS, JSON.stringify(stats)));
      break;
    }
    case 'described':
      void answerDescribe(message.id, message.result);
      break;
    case 'snapshot': {
      const { buffer, used, id, last } = message;
      const frame = Buffer.from(buffer, 0, used);
      frame.set(encodeFrameHeader(ToAgent.SNAPSHOT, used - 8));
      frame.writeUInt32LE(id, 8);
      frame.writeUInt32LE(last ? 1 : 0, 12);
      agent.write(frame);
    }
  }
});
drain.on('error', (error) => {
  fatal({ message: `the drain thread failed: ${error.message}`, cure: 'the agent starts the sensor again' });
});

async function answerDescribe(id: number, described: Described | null): Promise<void> {
  if (!described) {
    reply({ id, ok: false, error: 'no such process in the table' });
    return;
  }
  const { description, executable } = described;
  const sha256 = await hasher.ofProcess(executable);
  reply({ id, ok: true, result: sha256 === undefined ? description : { ...description, sha256 } });
}

async function answerHash(request: Extract<Request, { op: 'hash' }>): Promise<void> {
  try {
    const sha256 = await hasher.ofFile(request.path, request.pid);
    reply({ id: request.id, ok: true, result: { path: request.path, sha256 } });
  } catch (error) {
    reply({ id: request.id, ok: false, error: error instanceof Error ? error.message : String(error) });
  }
}

function request(message: Request): void {
  switch (message.op) {
    case 'describe':
      call({ type: 'describe', id: message.id, pid: message.pid, startTime: message.startTime });
      break;
    case 'hash':
      void answerHash(message);
      break;
    case 'snapshot':
      call({ type: 'snapshot', id: message.id });
  }
}

const frames = new FrameReader({ types: toSensorTypes }, (type, payload) => {
  if (type === ToSensor.STOP) process.exit(0);
  const body: unknown = JSON.parse(payload.toString('utf8'));
  if (type === ToSensor.SUBSCRIBE) call({ type: 'subscribe', ...(body as { classes: readonly string[] }) });
  else request(body as Request);
});
agent.on('data', (chunk: Buffer) => {
  try {
    frames.push(chunk);
  } catch (error) {
    fatal({
      message: `bad frame from the agent: ${String(error)}`,
      cure: 'agent and sensor must be of one version',
    });
  }
});
