import { ProtocolError } from './error.ts';

/** Bytes before the records in a BATCH payload: u64 id, u32 count, u32 0. */
export const BATCH_HEADER = 16;
/** Bytes before the JSON in a FINDING payload: u64 batch, u32 index, u32 0. */
export const FINDING_HEADER = 16;

export const EMPTY: Uint8Array = new Uint8Array(0);

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** @throws ProtocolError bad-length unless the payload has exactly (or, with `more`, at least) `bytes` bytes */
export function fixedPart(payload: Uint8Array, bytes: number, what: string, more = false): DataView {
  if (more ? payload.length < bytes : payload.length !== bytes) {
    const expected = `${more ? 'at least ' : ''}${bytes}`;
    throw new ProtocolError(
      'bad-length',
      `${what}: payload of ${payload.length} bytes, expected ${expected}`,
    );
  }
  return viewOf(payload);
}

/** @throws ProtocolError bad-frame */
export function mustBeZero(value: number, what: string): void {
  if (value !== 0) throw new ProtocolError('bad-frame', `${what}: reserved word is ${value}, not 0`);
}
