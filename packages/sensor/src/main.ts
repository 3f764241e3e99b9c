/**
 * The sensor process. This thread takes requests from the agent (fd 3) and hashes files; the drain thread, which has
 * nothing to wait for here, writes to the agent.
 */
import { readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { encodeFrame, FrameReader } from '@ringfence/events';
import type { Described, FromDrain, ToDrain, WorkerData } from './drain/messages.ts';
import { LOWERED } from './drain/priority.ts';
import { ring } from './drain/waiter.ts';
import { FileHasher } from './facts/file-hash.ts';
import { errnoName, native } from './native.ts';
import type { ResolvedOptions } from './options.ts';
import { type Fatal, type Reply, type Request, ToAgent, ToSensor, toSensorTypes } from './protocol.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as ResolvedOptions;
const CHANNEL = 3;
const LAST_WORDS_MS = 1000;
const agent = new Socket({ fd: CHANNEL, readable: true, writable: true });
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
const data: WorkerData = { options, bell, channel: CHANNEL };
const drain = new Worker(new URL(`./drain/worker${import.meta.url.slice(-3)}`, import.meta.url), {
  workerData: data,
  execArgv: process.execArgv,
  resourceLimits: { maxOldGenerationSizeMb: 512 },
  // Descriptors that system calls made are closed by fs too, of which Node would warn. The thread ends with the process.
  trackUnmanagedFds: false,
});
const hasher = new FileHasher();

function call(message: ToDrain): void {
  drain.postMessage(message);
  ring(bell);
}

// The end of the process waits for the drain thread, which waits in the kernel.
process.on('exit', () => {
  if (bell >= 0) call({ type: 'end' });
});

function answer(reply: Reply): void {
  call({ type: 'reply', reply });
}

/** Only while the drain thread does not run: the channel has one writer. */
function fatal(message: Fatal): void {
  agent.write(encodeFrame(ToAgent.FATAL, JSON.stringify(message)), () => process.exit(1));
  // An agent that does not read learns it from the end.
  setTimeout(() => process.exit(1), LAST_WORDS_MS);
}

drain.on('message', (message: FromDrain) => {
  if (message.type === 'fatal') fatal(message.fatal);
  else void answerDescribe(message.id, message.result);
});
drain.on('error', (error) => {
  fatal({ message: `the drain thread failed: ${error.message}`, cure: 'the agent starts the sensor again' });
});

async function answerDescribe(id: number, { description, executable }: Described): Promise<void> {
  const sha256 = await hasher.ofProcess(executable);
  answer({ id, ok: true, result: sha256 === undefined ? description : { ...description, sha256 } });
}

async function answerHash(request: Extract<Request, { op: 'hash' }>): Promise<void> {
  try {
    const sha256 = await hasher.ofFile(request.path, request.pid);
    answer({ id: request.id, ok: true, result: { path: request.path, sha256 } });
  } catch (error) {
    answer({ id: request.id, ok: false, error: error instanceof Error ? error.message : String(error) });
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
    call({ type: 'fail', message: `bad frame from the agent: ${String(error)}` });
  }
});
