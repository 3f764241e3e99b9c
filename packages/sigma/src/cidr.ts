/** An address as a number; IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`) count as IPv4. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A network: addresses whose value shifted right by `shift` equals `prefix`. */
export interface Network {
  readonly bits: 32 | 128;
  readonly shift: bigint;
  readonly prefix: bigint;
}

const MAPPED = 0xffffn;

function parseIpv4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0n;
  for (const part of match.slice(1)) {
    const byte = Number(part);
    if (byte > 255 || (part.length > 1 && part.startsWith('0'))) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  let source = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(source);
  if (tail !== null) {
    const low = parseIpv4(tail[2]!);
    if (low === undefined) return undefined;
    source = `${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const count = groups.reduce((sum, half) => sum + half.length, 0);
  if (halves.length === 2 ? count > 7 : count !== 8) return undefined;
  const all =
    halves.length === 2 ? [...groups[0]!, ...Array<string>(8 - count).fill('0'), ...groups[1]!] : groups[0]!;
  let value = 0n;
  for (const group of all) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

/** Parses an IPv4 or IPv6 address in text form (RFC 4291 section 2.2, no zone). */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined;
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  const v6 = text.includes(':') ? parseIpv6(text) : undefined;
  if (v6 === undefined) return undefined;
  if (v6 >> 32n === MAPPED) return { bits: 32, value: v6 & 0xffffffffn };
  return { bits: 128, value: v6 };
}

/** Parses `address/length` or a single address. Bits beyond the length are ignored. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = match === null ? undefined : parseAddress(match[1]!);
  if (match === null || address === undefined) return undefined;
  // A mapped network keeps the length that it was written with: /96 and more of 128.
  const written = match[1]!.includes(':') ? 128 : 32;
  let length = match[2] === undefined ? written : Number(match[2]);
  if (length > written) return undefined;
  if (written !== address.bits) {
    if (length < 96) return undefined;
    length -= 96;
  }
  const shift = BigInt(address.bits - length);
  return { bits: address.bits, shift, prefix: address.value >> shift };
}

export function inNetwork(address: Address, network: Network): boolean {
  return address.bits === network.bits && address.value >> network.shift === network.prefix;
}
