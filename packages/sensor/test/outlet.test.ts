/** The channel to the agent: frames arrive whole and in order however slowly it reads, and the memory that waits is counted. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Outlet } from '../src/drain/outlet.ts';
import { Waiter } from '../src/drain/waiter.ts';
import { native } from '../src/native.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringfence-outlet-'));
let agent: Socket;
let sensor: Socket;
let outlet: Outlet;
const received: Buffer[] = [];

beforeEach(async () => {
  received.length = 0;
  const path = join(folder, 'channel');
  const server = createServer({ pauseOnConnect: true });
  const accepted = new Promise<Socket>((resolve) => server.on('connection', resolve));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  sensor = connect(path);
  sensor.on('error', () => {}); // of the last test, which ends the other side
  await once(sensor, 'connect');
  agent = await accepted;
  agent.on('data', (chunk: Buffer) => received.push(chunk));
  agent.pause();
  server.close();
  outlet = new Outlet((sensor as unknown as { _handle: { fd: number } })._handle.fd);
});
afterEach(() => {
  sensor.destroy();
  agent.destroy();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const frame = (bytes: number, fill: number): Uint8Array => new Uint8Array(bytes).fill(fill);

/** All that was sent, flushed and read. */
async function readAll(bytes: number): Promise<Buffer> {
  agent.resume();
  const arrived = (): number => received.reduce((sum, { length }) => sum + length, 0);
  for (const end = performance.now() + 2000; arrived() < bytes && performance.now() < end; await sleep(1))
    outlet.flush();
  agent.pause();
  return Buffer.concat(received.splice(0));
}

describe.skipIf(process.platform !== 'linux')('the outlet', () => {
  it('writes at once while there is room, and gives the memory back', () => {
    let written = 0;
    outlet.send(frame(1000, 1), () => written++);
    expect([written, outlet.blocked, outlet.queued]).toEqual([1, false, 0]);
  });

  it('keeps whole frames in order, whatever their sizes, for an agent that reads in between', async () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 300_000 }));
    const step = fc.record({ size, reads: fc.boolean(), flushes: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (all) => {
        let given = 0;
        const sent: Uint8Array[] = [];
        for (const [index, { size, reads, flushes }] of all.entries()) {
          // The first half of the memory is the frame, as in a batch that is not full.
          const memory = frame(size * 2, index + 1);
          sent.push(memory.slice(0, size));
          outlet.send(memory.subarray(0, size), () => {
            given++;
            memory.fill(0xee); // the memory is used for the next batch
          });
          if (reads) {
            agent.resume();
            await sleep(1);
            agent.pause();
          }
          if (flushes) outlet.flush();
        }
        const expected = Buffer.concat(sent);
        expect((await readAll(expected.length)).equals(expected)).toBe(true);
        expect([given, outlet.blocked, outlet.queued]).toEqual([all.length, false, 0]);
      }),
      { numRuns: 60 },
    );
  });

  it('counts the memory that waits, and copies little of much', () => {
    const given: string[] = [];
    while (!outlet.blocked) outlet.send(frame(100_000, 1), () => given.push('early'));
    const before = outlet.queued;
    const large = frame(256 * 1024, 2);
    outlet.send(large.subarray(0, 200_000), () => given.push('large'));
    outlet.send(large.subarray(0, 1000), () => given.push('small'));
    expect(given.filter((name) => name !== 'early')).toEqual(['small']);
    expect(outlet.queued - before).toBe(256 * 1024 + 1000);
  });

  it('wakes the thread that waits when there is room again', async () => {
    while (!outlet.blocked) outlet.send(frame(100_000, 1));
    const waiter = new Waiter(native(), native().eventfd(), outlet, []);
    const timed = (): number => {
      const before = performance.now();
      waiter.pause(300);
      return performance.now() - before;
    };
    expect(timed()).toBeGreaterThan(290);
    agent.resume();
    await sleep(50);
    expect(timed()).toBeLessThan(100);
    outlet.flush();
    expect(outlet.blocked).toBe(false);
    // With nothing to write there is always room, which is no reason to wake.
    expect(timed()).toBeGreaterThan(290);
  });

  it('holds nothing for an agent that is gone', async () => {
    while (!outlet.blocked) outlet.send(frame(100_000, 1));
    agent.destroy();
    await sleep(20);
    outlet.flush();
    expect([outlet.blocked, outlet.queued]).toEqual([false, 0]);
    let written = 0;
    outlet.send(frame(10, 1), () => written++);
    expect(written).toBe(1);
  });
});
