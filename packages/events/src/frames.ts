/**
 * Frames of the sensor's and the engine's sockets:
 * `u32 payload length | u8 type | u8 flags = 0 | u16 reserved = 0 | payload`, little endian.
 * A frame that breaks a rule is an error and ends the conversation: nothing is skipped to find the next one.
 */
import { readSync } from 'node:fs';
import { EventError } from './errors.ts';

export const FRAME_HEADER_BYTES = 8;
/** Most bytes of a payload: 1 MiB. */
export const MAX_FRAME_PAYLOAD = 1_048_576;

export interface FrameRules {
  /** The types that may arrive. */
  readonly types: ReadonlySet<number>;
  /** Most bytes of a payload; `MAX_FRAME_PAYLOAD` unless lower. */
  readonly maxPayload?: number;
}

export interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

/** The header for a payload that is sent after it, without copying the payload. @throws {EventError} `too-large` */
export function encodeFrameHeader(type: number, payloadBytes: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  writeHeader(header, type, payloadBytes);
  return header;
}

/** One frame; a string payload becomes UTF-8. @throws {EventError} `too-large`; `bad-frame` for a type that is no byte */
export function encodeFrame(type: number, payload: Uint8Array | string = new Uint8Array(0)): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + bytes.length);
  writeHeader(frame, type, bytes.length);
  frame.set(bytes, FRAME_HEADER_BYTES);
  return frame;
}

function writeHeader(target: Buffer, type: number, length: number): void {
  if (!Number.isInteger(type) || type < 0 || type > 255)
    throw new EventError('bad-frame', `frame type ${type} is no byte`, type);
  if (length > MAX_FRAME_PAYLOAD)
    throw new EventError('too-large', `a payload of ${length} bytes exceeds ${MAX_FRAME_PAYLOAD}`, length);
  target.writeUInt32LE(length, 0);
  target.writeUInt32LE(type, 4);
}

/** Checks a header and returns its payload length. */
function checkHeader(header: Buffer, at: number, rules: FrameRules): number {
  const length = header.readUInt32LE(at);
  const type = header.readUInt8(at + 4);
  const max = Math.min(rules.maxPayload ?? MAX_FRAME_PAYLOAD, MAX_FRAME_PAYLOAD);
  if (length > max)
    throw new EventError('bad-frame', `frame of ${length} bytes, at most ${max} are allowed`, length);
  if (!rules.types.has(type))
    throw new EventError('bad-frame', `unknown frame type 0x${type.toString(16)}`, type);
  if (header.readUInt8(at + 5) !== 0 || header.readUInt16LE(at + 6) !== 0)
    throw new EventError('bad-frame', 'reserved bits of the frame header are set');
  return length;
}

/**
 * Takes a byte stream in chunks of any size and gives whole frames. A payload is a view into the chunk where it
 * lies whole in it, else a buffer of its own; either way it stays valid. Holds at most one frame.
 */
export class FrameReader {
  readonly #rules: FrameRules;
  readonly #onFrame: (type: number, payload: Buffer) => void;
  readonly #header: Buffer = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  /** The payload being collected, allocated when its header has been checked. */
  #payload: Buffer | undefined;
  #payloadBytes = 0;
  #failed: Error | undefined;

  constructor(rules: FrameRules, onFrame: (type: number, payload: Buffer) => void) {
    this.#rules = rules;
    this.#onFrame = onFrame;
  }

  /** @throws {EventError} `bad-frame`, or what the callback threw; every later push then fails: the stream has lost its place */
  push(chunk: Uint8Array): void {
    if (this.#failed) throw this.#failed;
    try {
      this.#take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } catch (error) {
      this.#failed = new EventError('bad-frame', 'the stream was given up', undefined, { cause: error });
      throw error;
    }
  }

  /** Call at the end of the stream. @throws {EventError} `bad-frame` when it ends within a frame */
  end(): void {
    if (this.#failed) throw this.#failed;
    if (this.#headerBytes > 0) throw new EventError('bad-frame', 'the stream ends within a frame');
  }

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload) {
        at += this.#collect(this.#payload, chunk, at);
        continue;
      }
      if (this.#headerBytes === 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
        const length = checkHeader(chunk, at, this.#rules);
        const start = at + FRAME_HEADER_BYTES;
        if (start + length <= chunk.length) {
          const type = chunk.readUInt8(at + 4);
          at = start + length;
          this.#onFrame(type, chunk.subarray(start, at));
          continue;
        }
      }
      const part = Math.min(FRAME_HEADER_BYTES - this.#headerBytes, chunk.length - at);
      chunk.copy(this.#header, this.#headerBytes, at, at + part);
      this.#headerBytes += part;
      at += part;
      if (this.#headerBytes < FRAME_HEADER_BYTES) return;
      this.#payload = Buffer.allocUnsafeSlow(checkHeader(this.#header, 0, this.#rules));
      this.#payloadBytes = 0;
      if (this.#payload.length === 0) this.#emit(this.#payload);
    }
  }

  #collect(payload: Buffer, chunk: Buffer, at: number): number {
    const part = Math.min(payload.length - this.#payloadBytes, chunk.length - at);
    chunk.copy(payload, this.#payloadBytes, at, at + part);
    this.#payloadBytes += part;
    if (this.#payloadBytes === payload.length) this.#emit(payload);
    return part;
  }

  #emit(payload: Buffer): void {
    this.#payload = undefined;
    this.#headerBytes = 0;
    this.#onFrame(this.#header.readUInt8(4), payload);
  }
}

/**
 * Reads one frame from a descriptor in blocking mode; `null` when the stream ends before a frame.
 * @param reuse where the payload goes if it fits: it is then valid until the next read only
 * @throws {EventError} `bad-frame`; whatever `fs.readSync` throws
 */
export function readFrameSync(fd: number, rules: FrameRules, reuse?: Buffer): Frame | null {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  if (!readFully(fd, header, true)) return null;
  const length = checkHeader(header, 0, rules);
  const payload =
    reuse && reuse.length >= length ? reuse.subarray(0, length) : Buffer.allocUnsafeSlow(length);
  readFully(fd, payload, false);
  return { type: header.readUInt8(4), payload };
}

function readFully(fd: number, target: Buffer, endAllowed: boolean): boolean {
  let done = 0;
  while (done < target.length) {
    const read = readSync(fd, target, done, target.length - done, null);
    if (read === 0) {
      if (endAllowed && done === 0) return false;
      throw new EventError('bad-frame', 'the stream ends within a frame');
    }
    done += read;
  }
  return true;
}
