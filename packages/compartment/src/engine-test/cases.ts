import { encodeFrame } from '@ringfence/events';
import { encodeBatchHead } from '../protocol/to-engine.ts';
import { ToEngine } from '../protocol/types.ts';
import { full, garbage, newer, odd, ordinary, type Records } from './events.ts';
import { CaseFailure, describe, type Session } from './session.ts';

/** A conversation that an engine has to get through. */
export interface EngineCase {
  readonly name: string;
  /** `good`: the agent keeps to the protocol. `bad`: it does not, and the engine must end or refuse, not fault. */
  readonly kind: 'good' | 'bad';
  /** Holds the conversation and says in a few words what came. @throws CaseFailure */
  readonly run: (session: Session) => Promise<string>;
}

/** Sends a batch and takes its acknowledgement; the host checks findings and counts. */
async function feed(session: Session, id: bigint, records: Records): Promise<number> {
  session.send(session.batch(id, records.count, records.bytes));
  return (await session.next('ack')).findings;
}

async function mustEnd(session: Session): Promise<string> {
  const exit = await session.exit();
  if (exit.signal !== null) throw new CaseFailure(`ended by a fault: ${describe(exit)}`);
  return `ended with status ${exit.code}`;
}

const good = (name: string, run: EngineCase['run']): EngineCase => ({ name, kind: 'good', run });
const bad = (name: string, run: EngineCase['run']): EngineCase => ({ name, kind: 'bad', run });

/** A case in which one broken frame comes where a batch may. The engine must end. */
function brokenFrame(name: string, frame: Uint8Array): EngineCase {
  return bad(name, async (session) => {
    await session.started();
    session.send(frame);
    return await mustEnd(session);
  });
}

function withHeader(change: (header: DataView) => void): Uint8Array {
  const frame = Uint8Array.from(encodeFrame(ToEngine.PING, new Uint8Array(8)));
  change(new DataView(frame.buffer));
  return frame;
}

export const engineCases: readonly EngineCase[] = [
  good('answers HELLO with READY', async (session) => {
    const { engine, version, subscriptions, rules } = await session.ready();
    const skipped = rules.skipped.length === 0 ? '' : `, ${rules.skipped.length} skipped`;
    return `${engine} ${version}, ${subscriptions.length} classes, ${rules.loaded} rules${skipped}`;
  }),
  good('ignores members of HELLO that it does not know', async (session) => {
    session.send(session.helloFrame({ later: { nested: [1, 2, 3] } }));
    await session.next('ready');
    return 'READY';
  }),
  good('ends on STOP', async (session) => {
    await session.started();
    session.send(session.host.stop());
    return await mustEnd(session);
  }),
  good('ends when the channel does', async (session) => {
    await session.started();
    session.compartment.channel.end();
    return await mustEnd(session);
  }),
  good('takes a state and a snapshot before START', async (session) => {
    await session.ready();
    const processes = ordinary(['process_start']).bytes;
    session.send(session.host.state(new Uint8Array([1, 2, 3])), session.host.snapshot(processes));
    session.send(session.host.snapshot(processes), session.host.start());
    return `${await feed(session, 1n, ordinary())} findings`;
  }),
  good('acknowledges a batch of every class', async (session) => {
    await session.started();
    return `${await feed(session, 1n, ordinary())} findings`;
  }),
  good('acknowledges an empty batch', async (session) => {
    await session.started();
    return `${await feed(session, 1n, { count: 0, bytes: new Uint8Array(0) })} findings`;
  }),
  good('acknowledges a batch of 1 MiB', async (session) => {
    await session.started();
    const records = full();
    return `${await feed(session, 1n, records)} findings in ${records.count} records`;
  }),
  good('bears odd text, cut fields and bytes that are not UTF-8', async (session) => {
    await session.started();
    return `${await feed(session, 1n, odd())} findings`;
  }),
  good('skips records of a newer schema', async (session) => {
    await session.started();
    return `${await feed(session, 1n, newer())} findings`;
  }),
  good('acknowledges four batches in flight, in order', async (session) => {
    await session.started();
    const records = ordinary();
    const ids = [10n, 11n, 12n, 13n];
    session.send(...ids.map((id) => session.batch(id, records.count, records.bytes)));
    for (const id of ids) {
      const { batch } = await session.next('ack');
      if (batch !== id) throw new CaseFailure(`acknowledged ${batch} where ${id} was next`);
    }
    return 'in order';
  }),
  good('takes frames that come a byte at a time', async (session) => {
    const ready = session.helloFrame();
    for (const byte of ready) session.send(Uint8Array.of(byte));
    await session.next('ready');
    session.send(session.host.start());
    const { count, bytes } = ordinary(['process_start']);
    for (const byte of session.batch(1n, count, bytes)) session.send(Uint8Array.of(byte));
    await session.next('ack');
    return 'READY and ACK';
  }),
  good('answers PING, also between batches', async (session) => {
    await session.started();
    const { count, bytes } = ordinary();
    session.send(session.host.ping(1n), session.batch(1n, count, bytes), session.host.ping(2n));
    await session.next('pong');
    await session.next('ack');
    await session.next('pong');
    return 'two PONGs';
  }),
  good('goes on when a hash cannot be had', async (session) => {
    await session.started();
    await feed(session, 1n, odd());
    return `${session.seen('hash').length} requests`;
  }),
  good('goes on when a hash is there', async (session) => {
    session.sha256 = 'ab'.repeat(32);
    await session.started();
    await feed(session, 1n, odd());
    return `${session.seen('hash').length} requests`;
  }),
  good('stays within the limit of findings', async (session) => {
    await session.started();
    let findings = 0;
    for (let id = 1n; id <= 50n; id++) findings += await feed(session, id, odd());
    return `${findings} findings in 50 batches`;
  }),
  bad('ends when the protocol is another version', async (session) => {
    session.send(session.helloFrame({ protocol: 99 }));
    const exit = await session.exit();
    if (session.seen('ready').length > 0) throw new CaseFailure('said READY to protocol 99');
    if (exit.signal !== null) throw new CaseFailure(`ended by a fault: ${describe(exit)}`);
    return `ended with status ${exit.code}`;
  }),
  brokenFrame(
    'ends at a frame of unknown type',
    withHeader((header) => header.setUint8(4, 0x7f)),
  ),
  brokenFrame(
    'ends at a frame with reserved bits',
    withHeader((header) => header.setUint16(6, 1, true)),
  ),
  brokenFrame(
    'ends at a frame of 4 GiB',
    withHeader((header) => header.setUint32(0, 0xffff_ffff, true)),
  ),
  brokenFrame('ends at a BATCH without its header', encodeFrame(ToEngine.BATCH, new Uint8Array(4))),
  bad('ends at a frame that is cut by the end', async (session) => {
    await session.started();
    session.send(encodeBatchHead(1n, 1, 1000), new Uint8Array(10));
    session.compartment.channel.end();
    return await mustEnd(session);
  }),
  ...garbage().map((records, i) =>
    bad(`bears broken records (${i + 1})`, async (session) => {
      await session.started();
      // The count may be a lie: the host books it all the same, so that findings are still checked.
      session.send(session.batch(1n, records.count, records.bytes));
      session.send(session.host.stop());
      const end = await mustEnd(session);
      return session.seen('ack').length > 0 ? 'acknowledged' : end;
    }),
  ),
];
