import { describe, expect, test } from 'vitest';
import {
  ClockOffset,
  classId,
  EventView,
  EventWriter,
  fieldSlot,
  forEachRecord,
  formatIp,
  parseIp,
} from '../src/index.ts';

const slot = (name: string): number => fieldSlot('process_start', name);

describe('EventWriter and EventView', () => {
  test('give back what was written', () => {
    const writer = new EventWriter();
    writer.begin(classId('process_start'), 1_764_000_000_123_456_789n, 8);
    writer.u32(slot('process.pid'), 42);
    writer.u64(slot('process.start_time'), 2n ** 63n + 1n);
    writer.string(slot('process.path'), '/usr/bin/naïve');
    writer.strings(slot('process.argv'), ['naïve', '', '-x']);
    writer.end();
    writer.begin(classId('network_connect'), 5n);
    writer.ip(fieldSlot('network_connect', 'net.destination_ip'), parseIp('10.1.2.3'));
    writer.u16(fieldSlot('network_connect', 'net.destination_port'), 443);
    writer.end();
    const seen: unknown[] = [];
    const count = forEachRecord(writer.batch(), (view, index) => {
      if (index === 0)
        seen.push(
          view.class.name,
          view.time,
          view.flags,
          view.sequence,
          view.u32(slot('process.pid')),
          view.u64(slot('process.start_time')),
          view.string(slot('process.path')),
          view.strings(slot('process.argv')),
          view.joined(slot('process.argv')),
          view.truncated,
          view.string(slot('process.cwd')),
        );
      else
        seen.push(
          view.sequence,
          view.ip(fieldSlot('network_connect', 'net.destination_ip')),
          view.u16(fieldSlot('network_connect', 'net.destination_port')),
        );
    });
    expect(count).toEqual({ records: 2, unknown: 0 });
    expect(seen).toEqual([
      'process_start',
      1_764_000_000_123_456_789n,
      8,
      0n,
      42,
      2n ** 63n + 1n,
      '/usr/bin/naïve',
      ['naïve', '', '-x'],
      'naïve  -x',
      0n,
      '',
      1n,
      '10.1.2.3',
      443,
    ]);
  });

  test('cut at a UTF-8 boundary and say so', () => {
    const path = `${'a'.repeat(4095)}é`;
    const writer = new EventWriter();
    for (const fill of [
      () => writer.string(slot('process.path'), path),
      () => writer.bytes(slot('process.path'), Buffer.from(path)),
    ]) {
      writer.clear();
      writer.begin(1, 0n);
      fill();
      writer.end();
      const view = new EventView().reset(writer.batch());
      expect(view.string(slot('process.path'))).toBe('a'.repeat(4095));
      expect(view.isTruncated(slot('process.path'))).toBe(true);
      expect(view.truncated).toBe(1n << BigInt(slot('process.path')));
    }
  });

  test('move a probe record to Unix time', () => {
    const probe = new EventWriter({ form: 'probe' });
    probe.begin(1, 0xffff_fff0n);
    probe.u64(slot('process.start_time'), 7n);
    probe.bytes(slot('process.path'), Buffer.from('/bin/true'), 0, 9, true);
    probe.end();
    const view = new EventView('probe').reset(probe.batch());
    expect(view.has(slot('parent.path'))).toBe(false);
    const clock = new ClockOffset(0x1_0000_0020n);
    const writer = new EventWriter();
    writer.beginFrom(view, clock);
    const start = slot('process.start_time');
    writer.u64Clock(start, view.u64Low(start), view.u64High(start), clock);
    writer.copyString(slot('process.path'), view);
    writer.end();
    const event = new EventView().reset(writer.batch());
    expect(event.time).toBe(0x2_0000_0010n);
    expect(event.u64(start)).toBe(0x1_0000_0027n);
    expect(event.string(slot('process.path'))).toBe('/bin/true');
    expect(event.isTruncated(slot('process.path'))).toBe(true);
  });
});

test('addresses are written as RFC 5952 says', () => {
  for (const text of [
    '::',
    '::1',
    '1::',
    '2001:db8::1',
    '1:0:0:2::3',
    'fe80::1:2',
    '1:2:3:4:5:6:7:8',
    '1.2.3.4',
    '1:0:2:3:4:5:6:7',
  ])
    expect(formatIp(parseIp(text))).toBe(text);
  expect(formatIp(parseIp('2001:DB8:0:0:1:0:0:1'))).toBe('2001:db8::1:0:0:1');
  expect(formatIp(parseIp('::ffff:9.8.7.6'))).toBe('9.8.7.6');
  expect(() => parseIp('1.2.3')).toThrow('not an IP address');
});
