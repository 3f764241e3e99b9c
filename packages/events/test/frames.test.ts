import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EventError,
  encodeFrame,
  encodeFrameHeader,
  FrameReader,
  MAX_FRAME_PAYLOAD,
  readFrameSync,
} from '../src/index.ts';

const types = new Set([1, 2, 0x81]);
const frames = fc.array(
  fc.record({ type: fc.constantFrom(...types), payload: fc.uint8Array({ maxLength: 60 }) }),
  { maxLength: 8 },
);
const stream = (list: readonly { type: number; payload: Uint8Array }[]): Buffer =>
  Buffer.concat(list.map(({ type, payload }) => encodeFrame(type, payload)));
const collect = (): { reader: FrameReader; got: { type: number; payload: Uint8Array }[] } => {
  const got: { type: number; payload: Uint8Array }[] = [];
  const reader = new FrameReader({ types }, (type, payload) => got.push({ type, payload }));
  return { reader, got };
};
const bytes = (list: readonly { type: number; payload: Uint8Array }[]): unknown =>
  list.map(({ type, payload }) => [type, Buffer.from(payload).toString('hex')]);

describe('FrameReader', () => {
  test('gives the same frames however the stream is split', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(400), { maxLength: 20 }), (list, cuts) => {
        const whole = stream(list);
        const { reader, got } = collect();
        let at = 0;
        for (const cut of cuts.toSorted((a, b) => a - b)) {
          // Each chunk has memory of its own, as from a socket, and is overwritten when the frames were taken.
          reader.push(Buffer.from(whole.subarray(at, Math.max(at, cut))));
          at = Math.min(whole.length, Math.max(at, cut));
        }
        reader.push(whole.subarray(at));
        reader.end();
        expect(bytes(got)).toEqual(bytes(list));
      }),
    );
  });

  test('copies no payload that lies whole in a chunk', () => {
    const { reader, got } = collect();
    const chunk = stream([{ type: 1, payload: new Uint8Array(32) }]);
    reader.push(chunk);
    expect(got[0]?.payload.buffer).toBe(chunk.buffer);
  });

  test.each([
    ['too long', [0x01, 0x00, 0x10, 0x00, 1, 0, 0, 0]],
    ['of unknown type', [0, 0, 0, 0, 9, 0, 0, 0]],
    ['with flags', [0, 0, 0, 0, 1, 1, 0, 0]],
    ['with reserved bits', [0, 0, 0, 0, 1, 0, 0, 0x80]],
  ])('refuses a frame %s, whole or split, and everything after it', (_, header) => {
    for (const split of [0, 3]) {
      const { reader, got } = collect();
      const chunk = Buffer.from(header);
      if (split > 0) reader.push(chunk.subarray(0, split));
      expect(() => reader.push(chunk.subarray(split))).toThrow(
        expect.objectContaining({ code: 'bad-frame' }),
      );
      expect(() => reader.push(encodeFrame(1))).toThrow(EventError);
      expect(() => reader.end()).toThrow(EventError);
      expect(got).toEqual([]);
    }
  });

  test('says when the stream ends within a frame', () => {
    const { reader } = collect();
    reader.push(encodeFrame(1, 'abc').subarray(0, 10));
    expect(() => reader.end()).toThrow('within a frame');
  });

  test('gives up the stream when its user throws', () => {
    const reader = new FrameReader({ types }, () => {
      throw new TypeError('user');
    });
    expect(() => reader.push(encodeFrame(1))).toThrow(TypeError);
    expect(() => reader.push(encodeFrame(1))).toThrow(expect.objectContaining({ code: 'bad-frame' }));
  });

  test('takes random bytes without another error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const { reader } = collect();
        try {
          for (const chunk of chunks) reader.push(chunk);
          reader.end();
        } catch (error) {
          expect(error).toBeInstanceOf(EventError);
        }
      }),
    );
  });
});

describe('encodeFrame', () => {
  test('bounds its payload and its type', () => {
    expect(encodeFrame(2, 'é')).toEqual(Buffer.from([2, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0xa9]));
    expect(encodeFrameHeader(2, MAX_FRAME_PAYLOAD)).toHaveLength(8);
    expect(() => encodeFrame(2, new Uint8Array(MAX_FRAME_PAYLOAD + 1))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
    expect(() => encodeFrame(256)).toThrow(expect.objectContaining({ code: 'bad-frame' }));
  });
});

describe('readFrameSync', () => {
  const withFile = (content: Uint8Array, run: (fd: number) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'ringfence-frames-'));
    const file = join(folder, 'stream');
    writeFileSync(file, content);
    const fd = openSync(file, 'r');
    try {
      run(fd);
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
  };

  test('reads frame by frame to the end, into a buffer that it is given', () => {
    const list = [
      { type: 1, payload: Buffer.from('one') },
      { type: 0x81, payload: Buffer.from('a longer one') },
      { type: 2, payload: Buffer.alloc(0) },
    ];
    withFile(stream(list), (fd) => {
      const reuse = Buffer.alloc(4);
      const first = readFrameSync(fd, { types }, reuse);
      expect(first).toEqual(list[0]);
      expect(first?.payload.buffer).toBe(reuse.buffer);
      expect(readFrameSync(fd, { types }, reuse)).toEqual(list[1]);
      expect(readFrameSync(fd, { types })).toEqual(list[2]);
      expect(readFrameSync(fd, { types })).toBeNull();
    });
  });

  test('refuses what ends within a frame and what is larger than allowed', () => {
    for (const cut of [3, 10])
      withFile(encodeFrame(1, 'abc').subarray(0, cut), (fd) => {
        expect(() => readFrameSync(fd, { types })).toThrow('within a frame');
      });
    withFile(encodeFrame(1, 'abc'), (fd) => {
      expect(() => readFrameSync(fd, { types, maxPayload: 2 })).toThrow(
        expect.objectContaining({ code: 'bad-frame' }),
      );
    });
  });
});
