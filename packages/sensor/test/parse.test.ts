import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerId } from '../src/facts/container.ts';
import { parsePasswd } from '../src/facts/users.ts';
import { parseMountinfo } from '../src/files/mountinfo.ts';
import { parseListening } from '../src/kernel/take-in-listeners.ts';
import { parseCgroup, parseStat, parseStatus, ttyName } from '../src/procfs/parse.ts';

const stat = (name: string): Buffer =>
  Buffer.from(`42 (${name}) S 7 42 40 34817 42 4194304 1 2 3 4 5 6 7 8 20 0 1 0 123456 9 9\n`, 'latin1');

describe('procfs files', () => {
  it('reads a stat line whatever the process is called', () => {
    for (const name of ['sh', ') S 1 1 1 (', 'a b) R 1', '\n', '((((', '\xff\x00\x1b[2J'])
      expect(parseStat(stat(name))).toEqual({
        ppid: 7,
        session: 40,
        tty: 34817,
        flags: 4194304,
        startTime: 1_234_560_000_000n,
      });
  });

  it('takes any bytes for a stat or status file without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const parse of [parseStat, parseStatus]) {
          const result = parse(Buffer.from(bytes));
          if (result) expect(Object.values(result).every((value) => value !== undefined)).toBe(true);
        }
      }),
    );
    expect(parseStat(Buffer.from('1 (x'))).toBeUndefined();
    expect(parseStat(Buffer.from('1 (x) S 1 2'))).toBeUndefined();
  });

  it('reads user and group ids of a status file', () => {
    const text = 'Name:\tx\\nUid:\\t0\nTgid:\t5\nUid:\t1000\t1001\t0\t0\nGid:\t100\t0\t0\t0\n';
    expect(parseStatus(Buffer.from(text))).toEqual({ uid: 1000, euid: 1001, gid: 100, tgid: 5 });
  });

  it('reads mounts with escapes, and skips what is no mount', () => {
    const text = [
      '36 35 98:0 /a\\040b /mnt/x\\011y rw,noatime shared:1 master:2 - ext4 /dev/root rw',
      'nonsense',
      '',
      '40 36 0:40 / /merged rw - overlay overlay rw,upperdir=/u/diff,workdir=/u/work',
    ].join('\n');
    expect(parseMountinfo(text)).toEqual([
      { id: 36, device: '98:0', root: '/a b', path: '/mnt/x\ty', type: 'ext4', options: 'rw' },
      {
        id: 40,
        device: '0:40',
        root: '/',
        path: '/merged',
        type: 'overlay',
        options: 'rw,upperdir=/u/diff,workdir=/u/work',
      },
    ]);
    fc.assert(fc.property(fc.string(), (any) => Array.isArray(parseMountinfo(any))));
  });

  it('reads users, and skips malformed lines', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\nbad\n:x:1:1::/:\nx:x:-1:0::/h:\nlong:x:99999999999:1::/h:\nb:x:7';
    expect(parsePasswd(text)).toEqual([
      { name: 'root', uid: 0, home: '/root' },
      { name: 'b', uid: 7, home: '' },
    ]);
  });

  it('finds listening sockets', () => {
    const text = `  sl  local_address rem_address   st
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0
   1: 0100007F:1F90 0100007F:E000 01 00000000:00000000 00:00000000 00000000     0        0 12346 1 0`;
    expect(parseListening(text)).toEqual([{ port: 8080, inode: '12345' }]);
  });

  it('names terminals', () => {
    expect([0, 34817, 1024 + 3, 1024 + 64, 0x8801, 5 << 8].map(ttyName)).toEqual([
      '',
      'pts1',
      'tty3',
      'ttyS0',
      'pts1',
      '5:0',
    ]);
  });
});

describe('container ids', () => {
  const id = 'ab12'.repeat(16);
  it.each([
    [`${id}/docker/`, id],
    [`docker-${id}.scope/system.slice/`, id],
    [`init.scope/docker-${id}.scope/system.slice/`, id],
    [`cri-containerd-${id}.scope/kubepods-burstable.slice/`, id],
    [`${id}/pod1/kubepods/`, id],
    [`libpod-${id}.scope/machine.slice/`, id],
    ['abcdef0123456789abcdef0123456789-1234567890/task/ecs/', 'abcdef0123456789abcdef0123456789-1234567890'],
    ['lxc.payload.web/', 'web'],
    // A session of another tool has 32 digits and is none.
    ['5b4cfcbba5facb54bea6a1535a195b92/process_api//', ''],
    [`${id}0/docker/`, ''],
    ['user.slice/session-3.scope/', ''],
    ['', ''],
  ])('%s', (names, expected) => {
    expect(containerId(names)).toBe(expected);
  });

  it('are found in a cgroup file of procfs', () => {
    const text = `4:memory:/docker/${id}\n0::/\n`;
    expect(containerId(parseCgroup(Buffer.from(text)))).toBe(id);
  });
});
