/** What the supervisor does with the bytes of events: cutting, projecting, queueing, feeding again. */
import { classId, EventView, EventWriter, fieldSlot, forEachRecord } from '@ringfence/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchWindow } from '../src/publisher/batch-window.ts';
import { Chunk, Cut, splitBatch, wantedOf } from '../src/publisher/cut.ts';
import { EventQueue, type Waiting } from '../src/publisher/queue.ts';

const names = ['process_start', 'process_exit', 'file_create'] as const;

function batch(classes: readonly string[]): Uint8Array {
  const writer = new EventWriter();
  for (const [n, name] of classes.entries()) {
    writer.begin(classId(name), BigInt(n));
    writer.u32(fieldSlot(name, 'process.pid'), n);
    writer.string(fieldSlot(name, 'process.path'), `/bin/${n}`);
    writer.string(fieldSlot(name, 'process.user'), 'secret');
    writer.end();
  }
  return writer.batch().slice();
}
const pids = (bytes: Uint8Array): number[] => {
  const found: number[] = [];
  forEachRecord(bytes, (view) => found.push(view.u32(fieldSlot(view.class.name, 'process.pid'))));
  return found;
};

describe('cutting and projecting', () => {
  it('gives a publisher its classes and fields and no more, encoded once for all that ask the same', () => {
    const chunk = new Chunk(batch(['process_start', 'file_create', 'process_exit', 'file_create']), 0);
    const ask = { class: 'file_create', fields: ['process.pid', 'process.path'] };
    const [one, two] = [wantedOf([ask]), wantedOf([ask])];
    const cut = chunk.cut(one);
    expect(chunk.cut(two)).toBe(cut);
    expect(cut.project(two)).toBe(cut.project(one));
    expect(cut.count).toBe(2);
    const { bytes, count } = cut.project(one);
    expect([count, pids(bytes)]).toEqual([2, [1, 3]]);
    const view = new EventView().reset(bytes);
    expect(view.string(fieldSlot('file_create', 'process.path'))).toBe('/bin/1');
    expect(Buffer.from(bytes).includes('secret')).toBe(false);
    // The agent's own copy is whole.
    expect(Buffer.from(cut.bytes).includes('secret')).toBe(true);
  });

  it('does not copy when all is wanted', () => {
    const bytes = batch(['process_start', 'process_start']);
    expect(new Chunk(bytes, 0).cut(wantedOf([{ class: 'process_start' }])).bytes).toBe(bytes);
  });

  it('refuses what does not exist', () => {
    expect(() => wantedOf([{ class: 'nothing' }])).toThrow(/nothing/);
    expect(() => wantedOf([{ class: 'process_start', fields: ['nothing'] }])).toThrow(/nothing/);
  });

  it('counts and splits every batch without loss', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...names), { maxLength: 60 }),
        fc.integer({ min: 1, max: 4_000 }),
        (classes, most) => {
          const bytes = batch(classes);
          const parts = [...splitBatch(bytes, most)];
          expect(Buffer.concat(parts).equals(bytes)).toBe(true);
          for (const part of parts) expect(part.length <= most || pids(part).length === 1).toBe(true);
          for (const name of names) {
            const cut = new Chunk(bytes, 0).cut(wantedOf([{ class: name }]));
            expect(pids(cut.bytes)).toEqual(classes.flatMap((one, n) => (one === name ? [n] : [])));
          }
        },
      ),
    );
  });

  it('refuses bytes that are no records, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        for (const work of [() => new Chunk(bytes, 0), () => [...splitBatch(bytes, 64)]]) {
          try {
            work();
          } catch (error) {
            expect((error as { code?: string }).code).toBe('bad-record');
          }
        }
      }),
    );
  });
});

const waiting = (count: number, at = 0): Waiting => ({
  cut: new Cut(new Uint8Array(count * 10), count, new Map([[1, count]])),
  at,
});

describe('the queue', () => {
  it('never holds more than its bounds, keeps the order, and counts what it refuses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat({ max: 30 }), fc.constant('shift' as const)), { maxLength: 300 }),
        (script) => {
          const queue = new EventQueue(500, 60);
          const model: number[] = [];
          let refused = 0;
          for (const [n, op] of script.entries()) {
            if (op === 'shift') expect(queue.shift()?.at).toBe(model.shift());
            else if (queue.push(waiting(op, n))) model.push(n);
            else refused += op;
            expect(queue.events).toBeLessThanOrEqual(60);
            expect(queue.bytes).toBeLessThanOrEqual(500);
            expect(queue.oldest).toBe(model[0]);
            expect(queue.lost.total).toBe(refused);
          }
        },
      ),
    );
  });
});

describe('the window', () => {
  it('feeds again one at a time after a crash, and sets aside what killed twice', () => {
    const window = new BatchWindow();
    let left = 3;
    const take = (): Waiting | undefined => (left-- > 0 ? waiting(1) : undefined);
    const ids = [window.next(take), window.next(take), window.next(take)].map((one) => one?.id);
    expect(ids).toEqual([1n, 2n, 3n]);
    expect(window.died()).toBeUndefined();
    expect(window.next(take)?.id).toBe(1n);
    expect(window.next(take)).toBeUndefined(); // alone
    window.acknowledge(1n);
    expect(window.next(take)?.id).toBe(2n);
    expect(window.died()?.id).toBe(2n); // twice
    expect(window.next(take)?.id).toBe(3n);
    window.acknowledge(3n);
    left = 5;
    expect([window.next(take), window.next(take)].map((one) => one?.id)).toEqual([4n, 5n]); // as before
  });

  it('holds nothing against a batch whose engine was ended for reasons of ours', () => {
    const window = new BatchWindow();
    for (let n = 0; n < 5; n++) {
      expect(window.next(() => waiting(1))?.id).toBe(1n);
      window.returned();
    }
    expect(window.next(() => undefined)?.deaths).toBe(0);
  });

  it('loses nothing but what it sets aside, and delivers in order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('send', 'ack', 'die', 'return'), { maxLength: 200 }), (script) => {
        const window = new BatchWindow();
        let made = 0;
        const acknowledged: bigint[] = [];
        const aside: bigint[] = [];
        for (const op of script) {
          const first = window.inFlight[0];
          if (op === 'send') window.next(() => waiting(1, ++made));
          else if (op === 'ack' && first !== undefined)
            acknowledged.push(window.acknowledge(first.id)?.id ?? -1n);
          else if (op === 'die') {
            const set = window.died();
            if (set !== undefined) aside.push(set.id);
          } else if (op === 'return') window.returned();
          expect(window.inFlight.length).toBeLessThanOrEqual(4);
        }
        expect(acknowledged).toEqual(acknowledged.toSorted((a, b) => Number(a - b)));
        const rest = window.drop().map(({ id }) => id);
        expect([...acknowledged, ...aside, ...rest].length).toBe(made);
        expect(new Set([...acknowledged, ...aside, ...rest]).size).toBe(made);
      }),
    );
  });
});
