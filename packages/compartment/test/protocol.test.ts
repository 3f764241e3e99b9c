import { encodeFrame } from '@ringfence/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeToEngine,
  EngineHost,
  type EngineMessage,
  encodeAck,
  encodeBatchHead,
  encodeFinding,
  encodeHashRequest,
  encodeLog,
  encodePong,
  encodeReady,
  encodeSavedState,
  encodeStart,
  encodeStop,
  type HostLimits,
  ProtocolError,
  ToEngine,
} from '../src/protocol/index.ts';
import { finding, hello, ready } from './support/messages.ts';
import { updateTable } from './support/readme.ts';

interface Driven {
  readonly host: EngineHost;
  readonly got: EngineMessage[];
  readonly clock: { now: number };
}

/** A host that has been through the start, with one batch of two records (id 1) in flight. */
function started(limits: Partial<HostLimits> = {}): Driven {
  const driven = fresh(limits);
  driven.host.hello(hello);
  driven.host.receive(encodeReady(ready));
  driven.host.start();
  driven.host.batch(1n, 2, 100);
  driven.got.length = 0;
  return driven;
}

function fresh(limits: Partial<HostLimits> = {}): Driven {
  const got: EngineMessage[] = [];
  const clock = { now: 0 };
  const host = new EngineHost(
    (message) => got.push(message),
    limits,
    () => clock.now,
  );
  return { host, got, clock };
}

function codeOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'accepted';
}

test('a whole conversation is decoded', () => {
  const { host, got } = fresh();
  host.hello(hello);
  host.receive(encodeLog('info', 'loading'));
  host.state(new Uint8Array(3));
  host.receive(encodeReady(ready));
  host.state(new Uint8Array(3));
  host.snapshot(new Uint8Array(8));
  host.start();
  host.ping(9n);
  host.batch(1n, 2, 100);
  host.batch(2n, 1, 100);
  host.receive(encodePong(9n));
  host.receive(encodeFinding(1n, 1, finding));
  host.receive(encodeHashRequest(5, 1, 2n, 0));
  host.receive(encodeAck(1n, 1));
  host.hashResult({ request: 5, sha256: 'ab'.repeat(32) });
  host.receive(encodeAck(2n, 0));
  host.receive(encodeSavedState(new Uint8Array([7])));
  host.end();
  expect(got).toEqual([
    { type: 'log', level: 'info', message: 'loading' },
    { type: 'ready', ready },
    { type: 'pong', nonce: 9n },
    { type: 'finding', batch: 1n, index: 1, finding },
    { type: 'hash', request: 5, target: 1, batch: 2n, index: 0 },
    { type: 'ack', batch: 1n, findings: 1 },
    { type: 'ack', batch: 2n, findings: 0 },
    { type: 'state', state: Buffer.from([7]) },
  ]);
  expect(host.inFlight).toEqual([]);
});

test('what the agent sends is what an engine reads', () => {
  const { host } = fresh();
  const frame = (bytes: Uint8Array) => ({ type: bytes[4] ?? 0, payload: Buffer.from(bytes.subarray(8)) });
  expect(decodeToEngine(frame(host.hello(hello)))).toEqual({ type: 'hello', hello });
  host.receive(encodeReady(ready));
  host.start();
  const head = host.batch(7n, 2, 4);
  const bytes = Buffer.concat([head, Buffer.from([1, 2, 3, 4])]);
  expect(bytes.readUInt32LE(0)).toBe(bytes.length - 8);
  expect(decodeToEngine(frame(bytes))).toEqual({
    type: 'batch',
    batch: { id: 7n, count: 2, records: Buffer.from([1, 2, 3, 4]) },
  });
  expect(decodeToEngine(frame(host.ping(3n)))).toEqual({ type: 'ping', nonce: 3n });
  expect(decodeToEngine(frame(host.stop()))).toEqual({ type: 'stop' });
});

test('any split of the bytes gives the same messages', () => {
  const stream = Buffer.concat([
    encodeFinding(1n, 0, finding),
    encodeLog('warn', 'Grüße'),
    encodeAck(1n, 1),
    encodeSavedState(new Uint8Array(5000)),
  ]);
  const whole = started();
  whole.host.receive(stream);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const { host, got } = started();
      let from = 0;
      for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
        host.receive(stream.subarray(from, cut));
        from = cut;
      }
      expect(got).toEqual(whole.got);
    }),
  );
});

describe('hostile bytes', () => {
  const good = [
    encodeReady(ready),
    encodeAck(1n, 0),
    encodeFinding(1n, 0, finding),
    encodePong(1n),
    encodeSavedState(new Uint8Array(9)),
    encodeHashRequest(1, 0, 1n, 0),
    encodeLog('info', 'x'),
  ].map((bytes) => Buffer.from(bytes));
  const flipped = fc
    .tuple(fc.constantFrom(...good), fc.nat(500), fc.nat(255))
    .map(([bytes, at, value]) =>
      Buffer.from(bytes.map((byte, i) => (i === at % bytes.length ? value : byte))),
    );
  const framed = fc
    .tuple(
      fc.integer({ min: 0x7e, max: 0x8a }),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
    )
    .map(([type, payload]) => {
      const bytes = Buffer.alloc(8 + payload.length);
      bytes.writeUInt32LE(payload.length, 0);
      bytes.writeUInt8(type, 4);
      bytes.set(payload, 8);
      return bytes;
    });
  const cut = fc.tuple(fc.constantFrom(...good), fc.nat(500)).map(([b, at]) => b.subarray(0, at % b.length));
  const chunk = fc.oneof(fc.uint8Array({ maxLength: 64 }), flipped, framed, cut, fc.constantFrom(...good));

  test('only ever make messages in order or a ProtocolError, which stays', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 10 }), fc.boolean(), (chunks, running) => {
        const { host, got } = running ? started() : fresh();
        if (!running) host.hello(hello);
        let first: unknown;
        for (const bytes of chunks) {
          try {
            host.receive(bytes);
            expect(first).toBeUndefined();
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            if (first !== undefined) expect(error).toBe(first);
            first = error;
          }
        }
        expect(got.filter(({ type }) => type === 'ready').length).toBeLessThanOrEqual(1);
        expect(got.filter(({ type }) => type === 'ack').length).toBeLessThanOrEqual(1);
        for (const message of got) {
          if (message.type === 'finding' || message.type === 'hash') expect(message.index).toBeLessThan(2);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test('limits are averages with a burst, and do not move with a clock that goes back', () => {
  const driven = started({ findingsPerSecond: 2 });
  const send = () => codeOf(() => driven.host.receive(encodeFinding(1n, 0, finding)));
  for (let i = 0; i < 20; i++) expect(send()).toBe('accepted');
  driven.clock.now = 500;
  expect(send()).toBe('accepted');
  driven.clock.now = 0;
  expect(send()).toBe('finding-flood');
});

test('the window holds the agent to four batches', () => {
  const { host } = started();
  for (const id of [2n, 3n, 4n]) host.batch(id, 1, 8);
  expect(host.windowOpen).toBe(false);
  expect(() => host.batch(5n, 1, 8)).toThrow(/in flight/);
  host.receive(encodeAck(1n, 0));
  expect(host.windowOpen).toBe(true);
  expect(host.inFlight.map(({ id }) => id)).toEqual([2n, 3n, 4n]);
});

test('a stream of bytes has a limit, whatever it holds', () => {
  const { host } = started({ bytesPerSecond: 1, statesPerSecond: 1e6 });
  const state = encodeSavedState(new Uint8Array(1_000_000));
  const codes = Array.from({ length: 6 }, () => codeOf(() => host.receive(state)));
  expect(codes).toEqual(['accepted', 'accepted', 'accepted', 'accepted', 'flood', 'flood']);
});

test('the bytes in PROTOCOL.md are those that are sent', () => {
  const shortHello = Buffer.from('{"protocol":1}');
  const record = Buffer.alloc(32);
  record.writeUInt32LE(32, 0);
  record.writeUInt16LE(1, 4);
  const shortReady = {
    protocol: 1,
    engine: 'e',
    version: '1',
    subscriptions: [],
    rules: { loaded: 0, skipped: [], unfed: [] },
  };
  const rule = { id: '1', title: 't', level: 'low', tags: [] } as const;
  const conversation: [string, Uint8Array][] = [
    ['agent, HELLO', encodeFrame(ToEngine.HELLO, shortHello)],
    ['engine, READY', encodeReady(shortReady)],
    ['agent, START', encodeStart()],
    ['agent, BATCH', Buffer.concat([encodeBatchHead(1n, 1, record.length), record])],
    ['engine, FINDING', encodeFinding(1n, 0, { rule, matched: {} })],
    ['engine, ACK', encodeAck(1n, 1)],
    ['agent, STOP', encodeStop()],
  ];
  const lines = conversation.flatMap(([what, bytes]) => [what, ...hexDump(bytes)]);
  const page = new URL('../PROTOCOL.md', import.meta.url);
  updateTable('bytes', ['```', ...lines, '```'].join('\n'), page);
});

function hexDump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = Buffer.from(bytes.subarray(at, at + 16));
    const hex = (part.toString('hex').match(/../g) ?? []).join(' ').padEnd(47);
    const text = part.toString('latin1').replaceAll(/[^ -~]/g, '.');
    lines.push(`  ${at.toString(16).padStart(4, '0')}  ${hex}  ${text}`.trimEnd());
  }
  return lines;
}
