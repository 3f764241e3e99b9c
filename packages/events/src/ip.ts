/** IP addresses as 16 bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2), and their text (RFC 5952). */
import { isIP, isIPv4 } from 'node:net';
import { EventError } from './errors.ts';

/** Text of the 16 bytes at `offset`: dotted for IPv4-mapped ones, else RFC 5952. */
export function formatIp(bytes: Uint8Array, offset = 0): string {
  let mapped = true;
  for (let i = 0; i < 10 && mapped; i++) mapped = bytes[offset + i] === 0;
  if (mapped && bytes[offset + 10] === 0xff && bytes[offset + 11] === 0xff)
    return `${bytes[offset + 12]}.${bytes[offset + 13]}.${bytes[offset + 14]}.${bytes[offset + 15]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[offset + i] ?? 0) << 8) | (bytes[offset + i + 1] ?? 0));
  // The first longest run of two or more zero groups becomes "::".
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
    if (end > i) i = end;
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The 16 bytes of an address in text, without a zone. @throws {EventError} `bad-address` */
export function parseIp(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  if (isIP(text) === 0 || text.includes('%'))
    throw new EventError('bad-address', `not an IP address: ${text.slice(0, 64)}`, text);
  if (isIPv4(text)) {
    bytes[10] = bytes[11] = 0xff;
    text.split('.').forEach((part, i) => {
      bytes[12 + i] = Number(part);
    });
    return bytes;
  }
  const [head = '', tail] = text.split('::');
  const left = groupBytes(head);
  const right = groupBytes(tail ?? '');
  bytes.set(left, 0);
  bytes.set(right, 16 - right.length);
  return bytes;
}

function groupBytes(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
