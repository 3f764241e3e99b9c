import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  Bound,
  EngineHost,
  encodeAck,
  encodeFinding,
  encodeHashRequest,
  encodeLog,
  encodePong,
  encodeReady,
  encodeSavedState,
  ProtocolError,
} from '../src/protocol/index.ts';
import { finding, hello, ready } from './support/messages.ts';
import { updateTable } from './support/readme.ts';

/** A host at the point that a case needs: greeted, ready, or started with batch 1 (two records) and 2 in flight. */
type Phase = 'greeted' | 'ready' | 'started';

function hostAt(phase: Phase): EngineHost {
  const host = new EngineHost(
    () => {},
    {},
    () => 0,
  );
  host.hello(hello);
  if (phase === 'greeted') return host;
  host.receive(encodeReady(ready));
  if (phase === 'ready') return host;
  host.start();
  host.batch(1n, 2, 100);
  host.batch(2n, 1, 100);
  return host;
}

function frame(
  type: number,
  payload: string | Uint8Array,
  length = payload.length,
  reserved = 0,
): Uint8Array {
  const bytes = Buffer.alloc(8 + payload.length);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt8(type, 4);
  bytes.writeUInt8(reserved, 5);
  bytes.set(Buffer.from(payload as Uint8Array), 8);
  return bytes;
}

function text(type: number, json: unknown): Uint8Array {
  return frame(type, Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)));
}

/** A FINDING payload for batch 1, record 0, with the given JSON. */
function findingOf(json: unknown): Uint8Array {
  const head = Buffer.alloc(16);
  head.writeBigUInt64LE(1n, 0);
  return frame(
    0x83,
    Buffer.concat([head, Buffer.from(typeof json === 'string' ? json : JSON.stringify(json))]),
  );
}

function endless(make: (i: number) => Uint8Array): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < 100_000; i++) yield make(i);
    },
  };
}

const nul16 = new Uint8Array(16);
const cases: readonly [what: string, phase: Phase, frames: Iterable<Uint8Array>][] = [
  ['a frame of 1 MiB and a byte (its header is enough)', 'started', [frame(0x85, '', Bound.FRAME_BYTES + 1)]],
  ['a frame of 4 GiB', 'started', [frame(0x85, '', 0xffff_ffff)]],
  ['a frame of unknown type', 'started', [frame(0x99, '')]],
  ["a frame of the agent's own type", 'started', [frame(0x05, nul16)]],
  ['a frame with reserved bits set', 'started', [frame(0x85, '', 0, 1)]],
  ['text instead of frames', 'greeted', [Buffer.from('Hello, agent! How are you today?\n')]],
  ['zeros instead of frames', 'greeted', [new Uint8Array(64)]],
  ['an ACK a byte short', 'started', [frame(0x82, nul16.subarray(1))]],
  ['an ACK a byte long', 'started', [frame(0x82, new Uint8Array(17))]],
  ['an empty FINDING', 'started', [frame(0x83, '')]],
  ['a PONG of 7 bytes', 'started', [frame(0x84, new Uint8Array(7))]],
  ['an ACK with its reserved word set', 'started', [frame(0x82, new Uint8Array(16).fill(1))]],
  ['READY that is not JSON', 'greeted', [text(0x81, '{"protocol":1')]],
  ['READY that is not UTF-8', 'greeted', [frame(0x81, Buffer.from([0x22, 0xff, 0xfe, 0x22]))]],
  ['READY that is a JSON array', 'greeted', [text(0x81, [])]],
  ['READY of protocol 2', 'greeted', [text(0x81, { ...ready, protocol: 2 })]],
  ['READY without rules', 'greeted', [text(0x81, { ...ready, rules: undefined })]],
  [
    'READY with 10,001 skipped rules',
    'greeted',
    [text(0x81, { ...ready, rules: { loaded: 0, unfed: [], skipped: Array(10_001).fill({}) } })],
  ],
  [
    'READY that subscribes to a class twice',
    'greeted',
    [text(0x81, { ...ready, subscriptions: [{ class: 'mount' }, { class: 'mount' }] })],
  ],
  ['READY with a number where a name must be', 'greeted', [text(0x81, { ...ready, engine: 7 })]],
  ['READY twice', 'ready', [encodeReady(ready)]],
  ['ACK before READY', 'greeted', [encodeAck(1n, 0)]],
  ['STATE before START', 'ready', [encodeSavedState(nul16)]],
  ['FINDING before START', 'ready', [encodeFinding(1n, 0, finding)]],
  ['FINDING for a batch that was never sent', 'started', [encodeFinding(7n, 0, finding)]],
  ['FINDING for a batch that was acknowledged', 'started', [encodeAck(1n, 0), encodeFinding(1n, 0, finding)]],
  ['FINDING for record 2 of 2', 'started', [encodeFinding(1n, 2, finding)]],
  ['FINDING for record 4,294,967,295', 'started', [encodeFinding(1n, 0xffff_ffff, finding)]],
  ['ACK of the second batch before the first', 'started', [encodeAck(2n, 0)]],
  ['ACK twice', 'started', [encodeAck(1n, 0), encodeAck(1n, 0)]],
  ['ACK that hides a finding', 'started', [encodeFinding(1n, 0, finding), encodeAck(1n, 0)]],
  ['ACK that counts a finding that did not come', 'started', [encodeAck(1n, 1)]],
  ['PONG without PING', 'started', [encodePong(1n)]],
  [
    'a finding of 64 KiB and more',
    'started',
    [findingOf({ ...finding, more: 'x'.repeat(Bound.FINDING_BYTES) })],
  ],
  [
    'a finding of unknown level',
    'started',
    [findingOf({ ...finding, rule: { ...finding.rule, level: 'apocalyptic' } })],
  ],
  [
    'a finding with 257 matched fields',
    'started',
    [findingOf({ ...finding, matched: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [i, i])) })],
  ],
  ['a finding with an object as a matched value', 'started', [findingOf({ ...finding, matched: { a: {} } })]],
  ['a finding that is 30,000 arrays deep', 'started', [findingOf('['.repeat(30_000) + ']'.repeat(30_000))]],
  [
    'a finding without a rule, but with __proto__',
    'started',
    [findingOf('{"__proto__":{"rule":{}},"matched":{}}')],
  ],
  ['HASH_REQUEST for file 2', 'started', [encodeHashRequest(1, 2 as 1, 1n, 0)]],
  ['HASH_REQUEST for a record that is not there', 'started', [encodeHashRequest(1, 0, 1n, 2)]],
  [
    'HASH_REQUEST with an id that is open',
    'started',
    [encodeHashRequest(1, 0, 1n, 0), encodeHashRequest(1, 1, 1n, 0)],
  ],
  ['HASH_REQUEST for a 33rd open one', 'started', endless((i) => encodeHashRequest(i, 0, 1n, 0))],
  ['LOG of level "shout"', 'started', [text(0x87, { level: 'shout', message: '' })]],
  ['LOG of 10 kB', 'started', [text(0x87, { level: 'info', message: 'x'.repeat(10_000) })]],
  ['findings without end', 'started', endless(() => encodeFinding(1n, 0, finding))],
  ['log lines without end', 'started', endless((i) => encodeLog('info', `line ${i}`))],
  [
    'states of 1 MiB without end',
    'started',
    endless(() => encodeSavedState(new Uint8Array(Bound.FRAME_BYTES))),
  ],
]; // prettier-ignore

function refusal(phase: Phase, frames: Iterable<Uint8Array>): ProtocolError {
  const host = hostAt(phase);
  for (const bytes of frames) {
    try {
      host.receive(bytes);
    } catch (error) {
      if (error instanceof ProtocolError) return error;
      throw error;
    }
  }
  throw new Error('was not refused');
}

test.each(cases)('%s is refused, once and for all', (_, phase, frames) => {
  const error = refusal(phase, frames);
  expect(error.message).not.toMatch(/\n/);
  expect(error.message.length).toBeLessThan(300);
});

test('after a refusal not even a good frame passes', () => {
  const host = hostAt('started');
  expect(() => host.receive(frame(0x99, ''))).toThrow(ProtocolError);
  expect(() => host.receive(encodeAck(1n, 0))).toThrow(/unknown frame type/);
});

test('a frame that never ends holds no more than itself, and its end is missed', () => {
  const host = hostAt('started');
  host.receive(frame(0x85, new Uint8Array(1000), Bound.FRAME_BYTES));
  expect(() => host.end()).toThrow(/ends within a frame/);
});

test('every code is in the table', () => {
  const source = readFileSync(new URL('../src/protocol/error.ts', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code]) => code);
  const seen = new Set<string>(cases.map(([, phase, frames]) => refusal(phase, frames).code));
  expect(codes.filter((code) => !seen.has(code ?? ''))).toEqual([]);
});

test('the table in the README is this one', () => {
  const rows = cases.map(([what, phase, frames]) => {
    const { code, message } = refusal(phase, frames);
    return `| ${what} | ${code} | ${message} |`;
  });
  updateTable('frames', ['| an engine sends | code | reason |', '| --- | --- | --- |', ...rows].join('\n'));
});
