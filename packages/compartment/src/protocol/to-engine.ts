/** Frames from the agent to an engine: encoded by the agent, decoded by the engine. */

import { encodeFrame, type Frame } from '@ringfence/events';
import { BATCH_HEADER, EMPTY, fixedPart, jsonBytes, mustBeZero, viewOf } from './bytes.ts';
import { ProtocolError } from './error.ts';
import { Members, parseObject } from './json.ts';
import { Bound, type HashResult, type Hello, PROTOCOL_VERSION, ToEngine } from './types.ts';

/** A batch as an engine gets it: `count` event records, one after the other. */
export interface Batch {
  readonly id: bigint;
  readonly count: number;
  /** Valid until the handler returns. */
  readonly records: Uint8Array;
}

export type AgentMessage =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'state'; readonly state: Uint8Array }
  | { readonly type: 'snapshot'; readonly records: Uint8Array }
  | { readonly type: 'start' }
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'ping'; readonly nonce: bigint }
  | { readonly type: 'hash-result'; readonly result: HashResult }
  | { readonly type: 'stop' };

/** `protocol` is written first, so that an engine can look at it without a JSON parser. */
export function encodeHello(hello: Hello): Uint8Array {
  const { protocol, ...rest } = hello;
  return encodeFrame(ToEngine.HELLO, jsonBytes({ protocol, ...rest }));
}

/** @param state what an earlier instance saved, at most 1 MiB */
export function encodeState(state: Uint8Array): Uint8Array {
  return encodeFrame(ToEngine.STATE, state);
}

export function encodeSnapshot(records: Uint8Array): Uint8Array {
  return encodeFrame(ToEngine.SNAPSHOT, records);
}

export function encodeStart(): Uint8Array {
  return encodeFrame(ToEngine.START, EMPTY);
}

/**
 * The 24 bytes that come before a batch's records on the wire: frame header and batch header. The records are
 * written after them as they are, so that several publishers share one encoding without a copy.
 * @param recordBytes length of the records, at most 1 MiB − 16
 */
export function encodeBatchHead(id: bigint, count: number, recordBytes: number): Uint8Array {
  if (recordBytes > Bound.FRAME_BYTES - BATCH_HEADER) throw new RangeError(`batch of ${recordBytes} bytes`);
  const head = new Uint8Array(8 + BATCH_HEADER);
  const view = viewOf(head);
  view.setUint32(0, BATCH_HEADER + recordBytes, true);
  view.setUint8(4, ToEngine.BATCH);
  view.setBigUint64(8, id, true);
  view.setUint32(16, count, true);
  return head;
}

export function encodePing(nonce: bigint): Uint8Array {
  const payload = new Uint8Array(8);
  viewOf(payload).setBigUint64(0, nonce, true);
  return encodeFrame(ToEngine.PING, payload);
}

export function encodeHashResult(result: HashResult): Uint8Array {
  return encodeFrame(ToEngine.HASH_RESULT, jsonBytes(result));
}

export function encodeStop(): Uint8Array {
  return encodeFrame(ToEngine.STOP, EMPTY);
}

/**
 * Decodes a frame that the agent sent.
 * @throws ProtocolError
 */
export function decodeToEngine({ type, payload }: Frame): AgentMessage {
  switch (type) {
    case ToEngine.HELLO:
      return { type: 'hello', hello: decodeHello(payload) };
    case ToEngine.STATE:
      return { type: 'state', state: payload };
    case ToEngine.SNAPSHOT:
      return { type: 'snapshot', records: payload };
    case ToEngine.START:
      fixedPart(payload, 0, 'START');
      return { type: 'start' };
    case ToEngine.BATCH: {
      const view = fixedPart(payload, BATCH_HEADER, 'BATCH', true);
      mustBeZero(view.getUint32(12, true), 'BATCH');
      const records = payload.subarray(BATCH_HEADER);
      return {
        type: 'batch',
        batch: { id: view.getBigUint64(0, true), count: view.getUint32(8, true), records },
      };
    }
    case ToEngine.PING:
      return { type: 'ping', nonce: fixedPart(payload, 8, 'PING').getBigUint64(0, true) };
    case ToEngine.HASH_RESULT:
      return { type: 'hash-result', result: decodeHashResult(payload) };
    case ToEngine.STOP:
      fixedPart(payload, 0, 'STOP');
      return { type: 'stop' };
    default:
      throw new ProtocolError('bad-frame', `frame type 0x${type.toString(16)} is none that an engine takes`);
  }
}

function decodeHello(payload: Uint8Array): Hello {
  const hello = parseObject(payload, 'HELLO', Bound.FRAME_BYTES);
  const protocol = hello.number('protocol', 0xffff);
  if (protocol !== PROTOCOL_VERSION) {
    throw new ProtocolError('version', `HELLO: protocol ${protocol}, this side speaks ${PROTOCOL_VERSION}`);
  }
  const release = hello.object('release');
  const limits = hello.object('limits');
  return {
    protocol,
    publisher: hello.string('publisher', 64, 1),
    release: { name: release.string('name', 64, 1), version: release.string('version', 64, 1) },
    releaseDir: hello.string('releaseDir', 4096, 1),
    tuning: hello.any('tuning') ?? null,
    limits: {
      maxFrameBytes: limits.number('maxFrameBytes', Bound.FRAME_BYTES),
      maxFindingsPerSecond: limits.number('maxFindingsPerSecond', 1e6),
      batchDeadlineMs: limits.number('batchDeadlineMs', 3_600_000),
    },
    schema: hello.number('schema', 0xffff),
    tier: hello.string('tier', 32),
  };
}

function decodeHashResult(payload: Uint8Array): HashResult {
  const result: Members = parseObject(payload, 'HASH_RESULT', Bound.LOG_BYTES);
  const sha256 = result.any('sha256');
  if (sha256 !== null && (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))) {
    throw new ProtocolError('bad-member', 'HASH_RESULT: sha256 must be 64 hexadecimal digits or null');
  }
  const request = result.number('request', 0xffff_ffff);
  return result.has('error') ? { request, sha256, error: result.string('error', 1024) } : { request, sha256 };
}
