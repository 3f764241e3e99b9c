/** Frames from an engine to the agent: encoded by the engine, decoded by the agent, which trusts none of them. */

import { encodeFrame, type Frame } from '@ringfence/events';
import { FINDING_HEADER, fixedPart, jsonBytes, mustBeZero, viewOf } from './bytes.ts';
import { ProtocolError } from './error.ts';
import { Members, parseObject } from './json.ts';
import {
  Bound,
  type EngineMessage,
  type Finding,
  FromEngine,
  type HashTarget,
  type Level,
  type LogLevel,
  PROTOCOL_VERSION,
  type Ready,
  type Subscription,
} from './types.ts';

const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export function encodeReady(ready: Ready): Uint8Array {
  return encodeFrame(FromEngine.READY, jsonBytes(ready));
}

/** @param findings how many FINDING frames of this batch came before */
export function encodeAck(batch: bigint, findings: number): Uint8Array {
  const payload = new Uint8Array(16);
  const view = viewOf(payload);
  view.setBigUint64(0, batch, true);
  view.setUint32(8, findings, true);
  return encodeFrame(FromEngine.ACK, payload);
}

/** @param index of the record in the batch, from 0 */
export function encodeFinding(batch: bigint, index: number, finding: Finding): Uint8Array {
  const json = jsonBytes(finding);
  const payload = new Uint8Array(FINDING_HEADER + json.length);
  const view = viewOf(payload);
  view.setBigUint64(0, batch, true);
  view.setUint32(8, index, true);
  payload.set(json, FINDING_HEADER);
  return encodeFrame(FromEngine.FINDING, payload);
}

export function encodePong(nonce: bigint): Uint8Array {
  const payload = new Uint8Array(8);
  viewOf(payload).setBigUint64(0, nonce, true);
  return encodeFrame(FromEngine.PONG, payload);
}

/** @param state at most 1 MiB */
export function encodeSavedState(state: Uint8Array): Uint8Array {
  return encodeFrame(FromEngine.STATE, state);
}

export function encodeHashRequest(
  request: number,
  target: HashTarget,
  batch: bigint,
  index: number,
): Uint8Array {
  const payload = new Uint8Array(24);
  const view = viewOf(payload);
  view.setUint32(0, request, true);
  view.setUint32(4, target, true);
  view.setBigUint64(8, batch, true);
  view.setUint32(16, index, true);
  return encodeFrame(FromEngine.HASH_REQUEST, payload);
}

export function encodeLog(level: LogLevel, message: string): Uint8Array {
  return encodeFrame(FromEngine.LOG, jsonBytes({ level, message }));
}

/**
 * Decodes and checks one frame by itself; whether it may come now is the EngineHost's question.
 * @throws ProtocolError
 */
export function decodeFromEngine({ type, payload }: Frame): EngineMessage {
  switch (type) {
    case FromEngine.READY:
      return { type: 'ready', ready: decodeReady(payload) };
    case FromEngine.ACK: {
      const view = fixedPart(payload, 16, 'ACK');
      mustBeZero(view.getUint32(12, true), 'ACK');
      return { type: 'ack', batch: view.getBigUint64(0, true), findings: view.getUint32(8, true) };
    }
    case FromEngine.FINDING: {
      const view = fixedPart(payload, FINDING_HEADER, 'FINDING', true);
      mustBeZero(view.getUint32(12, true), 'FINDING');
      const finding = decodeFinding(payload.subarray(FINDING_HEADER));
      return { type: 'finding', batch: view.getBigUint64(0, true), index: view.getUint32(8, true), finding };
    }
    case FromEngine.PONG:
      return { type: 'pong', nonce: fixedPart(payload, 8, 'PONG').getBigUint64(0, true) };
    case FromEngine.STATE:
      return { type: 'state', state: payload };
    case FromEngine.HASH_REQUEST: {
      const view = fixedPart(payload, 24, 'HASH_REQUEST');
      mustBeZero(view.getUint32(20, true), 'HASH_REQUEST');
      const target = view.getUint32(4, true);
      if (target !== 0 && target !== 1) {
        throw new ProtocolError(
          'bad-member',
          `HASH_REQUEST: file ${target}, must be 0 (executable) or 1 (file)`,
        );
      }
      const request = view.getUint32(0, true);
      return {
        type: 'hash',
        request,
        target,
        batch: view.getBigUint64(8, true),
        index: view.getUint32(16, true),
      };
    }
    case FromEngine.LOG: {
      const log = parseObject(payload, 'LOG', Bound.LOG_BYTES);
      return { type: 'log', level: log.oneOf('level', LOG_LEVELS), message: log.string('message', 4096) };
    }
    default:
      throw new ProtocolError('bad-frame', `frame type 0x${type.toString(16)} is none that an engine sends`);
  }
}

function decodeReady(payload: Uint8Array): Ready {
  const ready = parseObject(payload, 'READY', Bound.FRAME_BYTES);
  const protocol = ready.number('protocol', 0xffff);
  if (protocol !== PROTOCOL_VERSION) {
    throw new ProtocolError('version', `READY: protocol ${protocol}, this side speaks ${PROTOCOL_VERSION}`);
  }
  const rules = ready.object('rules');
  return {
    protocol,
    engine: ready.string('engine', 64, 1),
    version: ready.string('version', 64, 1),
    subscriptions: decodeSubscriptions(ready),
    rules: {
      loaded: rules.number('loaded', 1e6),
      skipped: rules.array('skipped', 10_000, (item, what) => {
        const skipped = new Members(item, what);
        return {
          file: skipped.string('file', 4096, 1),
          line: skipped.number('line', 1e9),
          reason: skipped.string('reason', 1024),
        };
      }),
      unfed: rules.array('unfed', 10_000, (item, what) => {
        const unfed = new Members(item, what);
        return { rule: unfed.string('rule', 256, 1), reason: unfed.string('reason', 1024) };
      }),
    },
  };
}

function decodeSubscriptions(ready: Members): Subscription[] {
  const names = new Set<string>();
  return ready.array('subscriptions', 256, (item, what) => {
    const subscription = new Members(item, what);
    const name = subscription.string('class', 64, 1);
    if (names.has(name)) throw new ProtocolError('bad-member', `${what}: class ${name} is there twice`);
    names.add(name);
    return subscription.has('fields')
      ? { class: name, fields: subscription.strings('fields', 256, 64) }
      : { class: name };
  });
}

function decodeFinding(json: Uint8Array): Finding {
  const finding = parseObject(json, 'FINDING', Bound.FINDING_BYTES);
  const rule = finding.object('rule');
  return {
    rule: {
      id: rule.string('id', 256, 1),
      title: rule.string('title', 1024, 1),
      level: rule.oneOf('level', LEVELS),
      tags: rule.strings('tags', 64, 128),
      ...(rule.has('author') ? { author: rule.string('author', 512) } : {}),
      ...(rule.has('description') ? { description: rule.string('description', 8192) } : {}),
    },
    matched: finding.scalars('matched', 16_384),
  };
}
