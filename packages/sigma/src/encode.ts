import { Buffer } from 'node:buffer';

// Encoding modifiers. Text that has been through utf16* is held as one character per byte (latin1), which base64 then takes as bytes.

export interface Encodable {
  readonly text: string;
  /** Each character stands for one byte. */
  readonly bytes: boolean;
}

const bytesOf = (value: Encodable): Buffer => Buffer.from(value.text, value.bytes ? 'latin1' : 'utf8');

export function base64(value: Encodable): string {
  return bytesOf(value).toString('base64');
}

// How many characters depend on the bytes before (by offset) and after (by length modulo 3) the value.
const SKIP_START = [0, 2, 3] as const;
const SKIP_END = [0, 3, 2] as const;

/**
 * The parts of a base64 text that are the same wherever the value stands in the encoded data, one for each of the three
 * positions. A part can be empty when the value is a single byte: those are left out.
 */
export function base64Offsets(value: Encodable): string[] {
  const bytes = bytesOf(value);
  const variants: string[] = [];
  for (let offset = 0; offset < 3; offset++) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const variant = encoded.slice(
      SKIP_START[offset],
      encoded.length - SKIP_END[(offset + bytes.length) % 3]!,
    );
    if (variant !== '') variants.push(variant);
  }
  return variants;
}

export type Utf16 = 'utf16le' | 'utf16be' | 'utf16';

/** UTF-16 bytes, one per character; `utf16` starts with the byte order mark FF FE. */
export function utf16(text: string, form: Utf16): string {
  const bytes = Buffer.from(form === 'utf16' ? `\ufeff${text}` : text, 'utf16le');
  return (form === 'utf16be' ? bytes.swap16() : bytes).toString('latin1');
}
