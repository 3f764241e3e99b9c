import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Session } from '../src/engine-test/session.ts';
import { type EngineProgram, testEngine } from '../src/index.ts';

const testdata = fileURLToPath(new URL('../testdata', import.meta.url));
const engine: EngineProgram = {
  kind: 'node',
  entry: join(testdata, 'engine/main.ts'),
  execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
};
const releaseDir = join(testdata, 'release');
let session: Session;
let next = 1n;

beforeEach(async () => {
  const options = { publisher: 'run-engine', uid: 90_040, gid: 90_040, engine, releaseDir };
  session = await Session.start({ ...options, readyMs: 10_000, answerMs: 10_000 });
});
afterEach(async () => {
  await session[Symbol.asyncDispose]();
});

/** Sends a batch and takes its acknowledgement; the last finding's answer, and how many there were. */
async function ask(line: string): Promise<{ answer: unknown; findings: number }> {
  session.send(session.batch(next++, 1, Buffer.from(line)));
  const { findings } = await session.next('ack');
  let answer: unknown;
  for (let i = 0; i < findings; i++) answer = (await session.next('finding')).finding.matched['answer'];
  return { answer, findings };
}

test('a hash is waited for while other frames come', async () => {
  session.sha256 = 'cd'.repeat(32);
  await session.started();
  // Two batches and a ping are in the channel when the engine reads on for its answer.
  const frames = ['hash executable', 'hash file'].map((line) => session.batch(next++, 1, Buffer.from(line)));
  session.send(...frames, session.host.ping(7n));
  expect((await session.next('hash')).target).toBe(0);
  expect((await session.next('hash')).target).toBe(1);
  for (let i = 0; i < 2; i++) {
    expect((await session.next('finding')).finding.matched['answer']).toBe(session.sha256);
  }
  await session.next('pong');
  await session.next('ack');
  await session.next('ack');
  session.sha256 = null;
  expect(await ask('hash file')).toEqual({ answer: 'no hash: the file cannot be read', findings: 1 });
});

test('a state is saved, on demand and at the end, and given to the next instance', async () => {
  await session.ready();
  session.send(session.host.state(Buffer.from('before')), session.host.start());
  expect(await ask('state')).toEqual({ answer: 'before', findings: 1 });
  expect(await ask('save now')).toEqual({ answer: 'saved', findings: 1 });
  expect(Buffer.from((await session.next('state')).state).toString()).toBe('now');
  session.send(session.host.stop());
  expect(Buffer.from((await session.next('state')).state).toString()).toBe('last words');
  expect(await session.exit()).toMatchObject({ cause: 'exit', code: 0 });
});

test('an engine that finds or logs too much leaves out and counts, and so lives', async () => {
  await session.started();
  const { answer, findings } = await ask('flood 5000');
  // The last one, which carries the answer, is over the limit too.
  expect(answer).toBeUndefined();
  expect(findings).toBeGreaterThanOrEqual(100);
  expect(findings).toBeLessThan(300);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await ask('shout 5000')).answer).toBe('shouted');
  expect((await session.next('log')).message).toMatch(/^\d+ findings were left out/);
  expect(session.seen('log').length).toBeLessThan(100);
  expect((await ask('state')).answer).toBe('none');
});

test.each(['acknowledges', 'ends'])(
  'the loop passes the cases in which an engine %s',
  { timeout: 60_000 },
  async (only) => {
    const results: string[] = [];
    for await (const { pass, name, detail } of testEngine(engine, { releaseDir, only })) {
      results.push(pass ? 'pass' : `${name}: ${detail}`);
    }
    expect(new Set(results)).toEqual(new Set(['pass']));
  },
);
