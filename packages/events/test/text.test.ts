import { describe, expect, test } from 'vitest';
import {
  classId,
  describe as describeEvent,
  EventView,
  EventWriter,
  fieldSlot,
  RecordFlag,
  safeText,
  sigmaClasses,
  sigmaField,
  sigmaGetter,
  toObject,
} from '../src/index.ts';

function event(
  name: string,
  fill: (writer: EventWriter, slot: (field: string) => number) => void,
  flags = 0,
): EventView {
  const writer = new EventWriter();
  writer.begin(classId(name), 1_764_064_800_123_456_789n, flags);
  fill(writer, (field) => fieldSlot(name, field));
  writer.end();
  return new EventView().reset(writer.batch());
}

describe('describe', () => {
  test('makes one line', () => {
    const view = event('network_connect', (writer, slot) => {
      writer.u32(slot('process.pid'), 42);
      writer.string(slot('process.path'), '/usr/bin/curl');
      writer.strings(slot('process.argv'), ['curl', '-H', 'a="b"']);
      writer.u8(slot('net.protocol'), 6);
      writer.u16(slot('net.destination_port'), 443);
    });
    expect(describeEvent(toObject(view))).toBe(
      '2025-11-25T10:00:00.123Z network_connect process.pid=42 process.path=/usr/bin/curl ' +
        'process.argv="curl -H a=\\"b\\"" net.protocol=6 net.source_port=0 net.destination_port=443 ' +
        'net.source_ip=:: net.destination_ip=::',
    );
  });

  test('says what was cut, and the flags', () => {
    const view = event(
      'file_create',
      (writer, slot) => {
        writer.string(slot('file.path'), '/'.repeat(5000));
      },
      RecordFlag.HOST_VIEW,
    );
    expect(describeEvent(toObject(view))).toMatch(/\/… flags=HOST_VIEW truncated=file\.path$/);
  });

  test.each([
    ['escape sequences', '\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
    ['C1 controls', '\x9b31m', '\\x9b31m'],
    ['line breaks', 'a\nb\r\u2028c', 'a\\x0ab\\x0d\\u{2028}c'],
    ['bidirectional overrides', 'cod\u202etxt.exe', 'cod\\u{202e}txt.exe'],
    ['invisible characters', 'a\u200b\u{e0041}\u3164b', 'a\\u{200b}\\u{e0041}\\u{3164}b'],
    ['formatting that is not invisible', 'a\ufff9b', 'a\\u{fff9}b'],
    ['half a surrogate pair', '\ud800', '\\u{d800}'],
    ['nothing that is harmless', 'naïve 日本 😀', 'naïve 日本 😀'],
  ])('safeText escapes %s', (_, hostile, expected) => {
    expect(safeText(hostile)).toBe(expected);
    const view = event('file_create', (writer, slot) => {
      writer.string(slot('file.path'), hostile);
    });
    expect(describeEvent(toObject(view))).not.toMatch(/[\p{Cc}\u2028\u202e\u200b]/u);
  });
});

describe('sigma', () => {
  test('finds classes, fields, fixed values and own names', () => {
    expect(sigmaClasses('network_connection')).toEqual(['network_connect', 'network_accept']);
    expect(sigmaClasses('constructor')).toEqual([]);
    expect(sigmaField('process_start', 'constructor')).toBeUndefined();
    expect(sigmaField('process_start', 'process.argv')).toEqual(sigmaField('process_start', 'CommandLine'));
    expect(() => sigmaField('nothing', 'Image')).toThrow('no event class');
    const view = event('network_accept', (writer, slot) => {
      writer.strings(slot('process.argv'), ['nc', '-l']);
      writer.ip(slot('net.source_ip'), new Uint8Array(16));
      writer.u64(slot('process.start_time'), 2n ** 60n + 1n);
    });
    const value = (field: string): unknown => sigmaGetter('network_accept', field)?.(view);
    expect(value('Initiated')).toBe('false');
    expect(value('CommandLine')).toBe('nc -l');
    expect(value('SourceIp')).toBe('::');
    expect(value('Image')).toBeNull();
    expect(value('process.start_time')).toBe(2n ** 60n + 1n);
    expect(value('UserId')).toBe(0);
    expect(value('Nothing')).toBeUndefined();
  });

  test('takes the zero of an unknown actor for no user id', () => {
    const view = event('file_create', () => {}, RecordFlag.ACTOR_UNKNOWN);
    for (const field of ['UserId', 'EffectiveUserId', 'ParentProcessId', 'LogonId'])
      expect(sigmaGetter('file_create', field)?.(view), field).toBeNull();
    expect(sigmaGetter('file_create', 'ProcessId')?.(view)).toBe(0);
    expect(toObject(view)).toMatchObject({ 'process.uid': null, 'process.pid': 0, flags: ['ACTOR_UNKNOWN'] });
  });

  test('joins long lists as it joins short ones', () => {
    for (const length of [3, 500]) {
      const list = ['é'.repeat(length), '', 'x'];
      const view = event('process_start', (writer, slot) => {
        writer.strings(slot('process.argv'), list);
      });
      expect(sigmaGetter('process_start', 'CommandLine')?.(view)).toBe(list.join(' '));
    }
  });
});

test('toObject gives what JSON can carry', () => {
  const view = event('process_start', (writer, slot) => {
    writer.u64(slot('process.cgroup'), 2n ** 64n - 1n);
    writer.strings(slot('process.argv'), ['ls', '-l']);
  });
  expect(JSON.parse(JSON.stringify(toObject(view)))).toMatchObject({
    class: 'process_start',
    time: '2025-11-25T10:00:00.123456789Z',
    sequence: '0',
    flags: [],
    truncated: [],
    'process.cgroup': '18446744073709551615',
    'process.argv': ['ls', '-l'],
  });
});
