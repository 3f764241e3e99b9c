import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileEvent, forEachFileEvent } from '../src/files/fanotify.ts';

interface Info {
  readonly type: number;
  readonly handle: Uint8Array;
  readonly name?: string;
}

function info({ type, handle, name }: Info): Buffer {
  const text = name === undefined ? Buffer.alloc(0) : Buffer.from(`${name}\0`);
  const length = (20 + handle.length + text.length + 3) & ~3;
  const bytes = Buffer.alloc(length);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt16LE(length, 2);
  bytes.fill(0xf5, 4, 12);
  bytes.writeUInt32LE(handle.length, 12);
  bytes.writeUInt32LE(1, 16);
  bytes.set(handle, 20);
  bytes.set(text, 20 + handle.length);
  return bytes;
}

function record(mask: number, pid: number, infos: readonly Info[]): Buffer {
  const parts = infos.map(info);
  const head = Buffer.alloc(24);
  head.writeUInt32LE(24 + parts.reduce((sum, part) => sum + part.length, 0), 0);
  head.writeUInt8(3, 4);
  head.writeUInt16LE(24, 6);
  head.writeUInt32LE(mask, 8);
  head.writeInt32LE(-1, 16);
  head.writeInt32LE(pid, 20);
  return Buffer.concat([head, ...parts]);
}

const handle = fc.uint8Array({ minLength: 4, maxLength: 32 });
const name = fc.stringMatching(/^[a-zA-Z0-9 .é-]{1,60}$/);

describe('fanotify records', () => {
  it('gives back masks, pids, handles and names', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat({ max: 1 << 22 }), handle, name, name)), (events) => {
        const bytes = Buffer.concat(
          events.map(([mask, pid, h, from, to]) =>
            record(mask, pid, [
              { type: 10, handle: h, name: from },
              { type: 12, handle: h, name: to },
              { type: 1, handle: h },
              { type: 99, handle: h, name: 'of the future' },
            ]),
          ),
        );
        const seen: unknown[] = [];
        const whole = forEachFileEvent(bytes, bytes.length, new FileEvent(), (event) => {
          const { place, target, self } = event;
          seen.push([
            event.mask,
            event.pid,
            new Uint8Array(bytes.subarray(place.start + 16, place.handleEnd)),
            bytes.toString('utf8', place.handleEnd, place.nameEnd),
            bytes.toString('utf8', target.handleEnd, target.nameEnd),
          ]);
          expect(self.nameEnd).toBe(self.handleEnd);
        });
        expect(whole).toBe(true);
        expect(seen).toEqual(events.map(([mask, pid, h, from, to]) => [mask, pid, h, from, to]));
      }),
    );
  });

  it('stays inside cut, changed and random bytes', () => {
    fc.assert(
      fc.property(handle, name, fc.nat(), fc.nat({ max: 255 }), fc.nat(), (h, text, at, value, cut) => {
        const bytes = record(0x100, 7, [{ type: 2, handle: h, name: text }]);
        bytes[at % bytes.length] = value;
        const length = cut % (bytes.length + 1);
        const shown = bytes.subarray(0, length);
        forEachFileEvent(shown, length, new FileEvent(), ({ place, target, self }) => {
          for (const { start, handleEnd, nameEnd } of [place, target, self])
            if (start >= 0)
              expect(start <= handleEnd && handleEnd <= nameEnd && nameEnd <= length).toBe(true);
        });
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        forEachFileEvent(Buffer.from(bytes), bytes.length, new FileEvent(), () => {});
      }),
    );
  });
});
