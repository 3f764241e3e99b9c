import { Worker } from 'node:worker_threads';
import { forEachRecord, RingBufferReader } from '@ringfence/ebpf';
import { describe, expect, test } from 'vitest';
import { requireKernel } from './support/kernel.ts';
import { loadProducer } from './support/produce.ts';

const SECTION = 'raw_tp/sys_exit';

function numbers(reader: RingBufferReader, limit?: number): number[] {
  const seen: number[] = [];
  reader.drain((view, offset, length) => {
    expect(length).toBe(20);
    expect(view.getUint32(offset + 4, true)).toBe(~view.getUint32(offset, true) >>> 0);
    expect(reader.bytes[offset + 16]).toBe(0xcd);
    seen.push(view.getUint32(offset, true));
  }, limit);
  return seen;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('draining', () => {
  test('gives each record once, in order, without the discarded ones', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(65536);
    using _ = collection;
    using reader = new RingBufferReader(collection.map('events'));
    expect(reader.size).toBe(65536);
    expect(numbers(reader)).toEqual([]);
    produce(20);
    expect(reader.available()).toBe(20 * 32 + 3 * 32);
    expect(numbers(reader)).toEqual(range(0, 20));
    expect(reader.available()).toBe(0);
    expect(numbers(reader)).toEqual([]);
  });

  test('records that wrap are whole: many turns of a small ring, by either way of reading', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(4096);
    using _ = collection;
    using reader = new RingBufferReader(collection.map('events'));
    const target = new Uint8Array(4096);
    let next = 0;
    for (let round = 0; round < 600; round += 1) {
      const until = produce(1 + ((round * 31) % 90));
      if (round % 2 === 0) {
        expect(numbers(reader)).toEqual(range(next, until));
      } else {
        const seen: number[] = [];
        const length = reader.copyAvailable(target);
        const view = new DataView(target.buffer);
        forEachRecord(target, length, (offset, size) => {
          expect(size).toBe(20);
          seen.push(view.getUint32(offset, true));
        });
        expect(seen).toEqual(range(next, until));
      }
      expect(reader.available()).toBe(0);
      next = until;
    }
    expect(next).toBeGreaterThan(20_000);
  });

  test('a full ring keeps its oldest records and takes new ones once they are read', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(4096);
    using _ = collection;
    using reader = new RingBufferReader(collection.map('events'));
    const made = produce(1000);
    expect(made).toBeLessThan(1000);
    expect(produce(1)).toBe(made);
    expect(numbers(reader, 10)).toEqual(range(0, 10));
    expect(produce(1)).toBe(made + 1);
    expect(numbers(reader)).toEqual(range(10, made + 1));
  });

  test('a limit ends it, and the rest comes later', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(65536);
    using _ = collection;
    using reader = new RingBufferReader(collection.map('events'));
    produce(10);
    expect(numbers(reader, 3)).toEqual([0, 1, 2]);
    expect(numbers(reader, 0)).toEqual([]);
    expect(numbers(reader)).toEqual(range(3, 10));
  });

  test('a callback that throws costs its own record only', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(65536);
    using _ = collection;
    using reader = new RingBufferReader(collection.map('events'));
    produce(10);
    let calls = 0;
    expect(() =>
      reader.drain(() => {
        calls += 1;
        if (calls === 4) throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(numbers(reader)).toEqual(range(4, 10));
  });

  test('a callback that drains is refused, one that disposes ends it', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(65536);
    using _ = collection;
    const reader = new RingBufferReader(collection.map('events'));
    produce(10);
    expect(() => reader.drain(() => void reader.drain(() => {}))).toThrow(
      expect.objectContaining({ code: 'busy' }),
    );
    expect(reader.drain(() => reader[Symbol.dispose]())).toBe(1);
  });

  test('a target that is too small takes whole records, and one that holds none takes nothing', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(65536);
    using _ = collection;
    using reader = new RingBufferReader(collection.map('events'));
    produce(3);
    expect(reader.copyAvailable(new Uint8Array(31))).toBe(0);
    expect(reader.copyAvailable(new Uint8Array(70))).toBe(64);
    expect(numbers(reader)).toEqual([2]);
  });

  test('a second reader begins where the first ended', (context) => {
    requireKernel(context, SECTION);
    const { collection, produce } = loadProducer(65536);
    using _ = collection;
    produce(5);
    {
      using reader = new RingBufferReader(collection.map('events'));
      expect(numbers(reader, 2)).toEqual([0, 1]);
    }
    using reader = new RingBufferReader(collection.map('events').fd);
    expect(numbers(reader)).toEqual([2, 3, 4]);
  });
});

test('positions beyond 2^32 bytes are followed', (context) => {
  requireKernel(context, SECTION);
  const { collection, produce, advance } = loadProducer(16 << 20);
  using _ = collection;
  using reader = new RingBufferReader(collection.map('events'));
  const seen: number[] = [];
  // 340 times 13 MiB are 4.3 GiB: the low word of the positions wraps, in its signed form as well.
  for (let round = 0; round < 340; round += 1) {
    advance(13);
    produce(1);
    expect(reader.available()).toBeGreaterThan(13 << 20);
    seen.push(...numbers(reader));
    expect(reader.available()).toBe(0);
  }
  expect(seen).toEqual(range(0, 340));
});

test('after dispose everything throws or reads as nothing; the process goes on', (context) => {
  requireKernel(context, SECTION);
  const { collection, produce } = loadProducer(4096);
  using _ = collection;
  const reader = new RingBufferReader(collection.map('events'));
  produce(2);
  const { bytes, view } = reader;
  reader[Symbol.dispose]();
  reader[Symbol.dispose]();
  expect(bytes).toHaveLength(0);
  expect(() => view.getUint8(0)).toThrow(TypeError);
  const disposed = expect.objectContaining({ name: 'EbpfError', code: 'disposed' });
  expect(() => reader.drain(() => {})).toThrow(disposed);
  expect(() => reader.copyAvailable(new Uint8Array(9))).toThrow(disposed);
  expect(() => reader.available()).toThrow(disposed);
  expect(() => reader.waitReadable(0)).toThrow(disposed);
});

test('only ring buffers are read', (context) => {
  requireKernel(context, SECTION);
  const { collection } = loadProducer(4096);
  using _ = collection;
  expect(() => new RingBufferReader(collection.map('counts'))).toThrow(
    expect.objectContaining({ code: 'wrong-map-type' }),
  );
});

test('iteration yields copies as they come and ends with the reader', async (context) => {
  requireKernel(context, SECTION);
  const { collection, produce } = loadProducer(65536);
  using _ = collection;
  const reader = new RingBufferReader(collection.map('events'));
  setTimeout(() => produce(3), 30);
  const seen: Uint8Array[] = [];
  for await (const record of reader) {
    seen.push(record);
    if (seen.length === 3) reader[Symbol.dispose]();
  }
  expect(seen.map((record) => record[0])).toEqual([0, 1, 2]);
});

test('a wait ends when there is a record, or in time', (context) => {
  requireKernel(context, SECTION);
  const { collection, produce } = loadProducer(65536);
  using _ = collection;
  using reader = new RingBufferReader(collection.map('events'));
  expect(reader.waitReadable(5)).toBe(false);
  produce(1);
  expect(reader.waitReadable(5000)).toBe(true);
});

test('a worker drains by descriptor while the program produces: none lost, none torn', async (context) => {
  requireKernel(context, SECTION);
  const { collection, produce } = loadProducer(1 << 16);
  using _ = collection;
  const total = 200_000;
  const worker = new Worker(new URL(`./support/drain-worker.ts`, import.meta.url), {
    workerData: { fd: collection.map('events').fd, total },
  });
  const result = new Promise((resolve, reject) => {
    worker.on('message', (message) => {
      if (message !== 'ready') resolve(message);
    });
    worker.on('error', reject);
  });
  const deadline = Date.now() + 20_000;
  let made = 0;
  while (made < total && Date.now() < deadline) {
    made = produce(Math.min(50, total - made));
    // Lets the event loop see the worker's message.
    if (made % 1000 < 50) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await result).toEqual({ next: total, wrong: 0 });
  await worker.terminate();
});

describe('walking copied records', () => {
  test('refuses what is none', () => {
    const busy = new Uint8Array(16);
    new DataView(busy.buffer).setUint32(0, 0x80000004, true);
    expect(() => forEachRecord(busy, 16, () => {})).toThrow(
      expect.objectContaining({ code: 'corrupt-ring' }),
    );
    const long = new Uint8Array(16);
    new DataView(long.buffer).setUint32(0, 100, true);
    expect(() => forEachRecord(long, 16, () => {})).toThrow(
      expect.objectContaining({ code: 'corrupt-ring' }),
    );
    forEachRecord(new Uint8Array(0), 0, () => expect.unreachable());
  });
});
