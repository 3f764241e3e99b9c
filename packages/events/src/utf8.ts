/**
 * Bytes of `source` from `start`, at most `max`, such that no UTF-8 character is cut (RFC 3629). Where the bytes
 * are no UTF-8 the cut stays at `max`.
 */
export function cutUtf8(source: Uint8Array, start: number, max: number): number {
  if (((source[start + max] ?? 0) & 0xc0) !== 0x80) return max;
  for (let back = 1; back <= 3 && back <= max; back++) {
    const byte = source[start + max - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? max - back : max;
  }
  return max;
}
