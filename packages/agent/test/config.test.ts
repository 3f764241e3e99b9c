import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { limitsOf, loadConfig, makeConfig, parseConfig } from '../src/config/load.ts';
import { places, privateDirectory } from '../src/config/places.ts';
import { AgentError } from '../src/errors.ts';
import { pickUid } from '../src/uids.ts';

const dir = mkdtempSync(join(tmpdir(), 'rf-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const refused = (text: string): string => {
  try {
    parseConfig(text, 'c.yaml');
  } catch (error) {
    if (error instanceof AgentError) return error.message;
    throw error;
  }
  return '';
};

describe('the configuration', () => {
  it('has defaults for everything', () => {
    const config = makeConfig();
    expect(config.limits.memoryBytes).toBe(512 * 1024 * 1024);
    expect(config.recovery.backoffMs).toBe(250);
    expect(parseConfig('', 'c.yaml')).toEqual(parseConfig('{}', 'c.yaml'));
  });

  it('takes content from its own folder, and limits per publisher over the general ones', () => {
    const path = join(dir, 'config.yaml');
    writeFileSync(
      path,
      'content: [rules, /abs]\nlimits: {pids: 9, files: 99}\npublishers:\n  acme:\n    limits: {pids: 7}\n',
    );
    const config = loadConfig({ config: path, state: dir, run: dir });
    expect(config.content).toEqual([join(dir, 'rules'), '/abs']);
    expect(limitsOf(config, 'acme')).toMatchObject({ pids: 7, files: 99 });
    expect(limitsOf(config, 'other')).toMatchObject({ pids: 9, files: 99 });
  });

  it('names the file, the line and what is wrong', () => {
    expect(refused('sensor:\n  tier: fast\n')).toBe('c.yaml:2: sensor.tier: must be core or full');
    expect(refused('content: []\nlimits:\n  memry: 5\n')).toBe(
      'c.yaml:3: there is no setting "limits.memry"',
    );
    expect(refused('tuning:\n  some-rule:\n    exceptions:\n      - {}\n')).toContain(
      'c.yaml:4: tuning.some-rule.exceptions.0: an exception needs',
    );
    expect(refused('content:\n  - a\n  - [b]\n')).toContain('c.yaml:3: content.1');
    expect(refused('a: 1\na: 2\n')).toContain('c.yaml:2');
    expect(refused('- 1\n- 2\n')).not.toBe('');
    expect(() => loadConfig({ config: join(dir, 'none.yaml'), state: dir, run: dir }, true)).toThrow(
      /cannot read/,
    );
  });

  it('refuses whatever it is given with an error of its own, in bounded time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 2_000 }), fc.json()), (text) => {
        try {
          parseConfig(text, 'c.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(AgentError);
        }
      }),
    );
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join()}]`)
      .join('\n')}\n`;
    expect(refused(bomb)).not.toBe('');
  });

  it('has its places, for root and for others, and lets the environment move them', () => {
    expect(places({}, 0)).toEqual({
      config: '/etc/ringfence/config.yaml',
      state: '/var/lib/ringfence',
      run: '/run/ringfence',
    });
    expect(places({ HOME: '/home/u', XDG_RUNTIME_DIR: '/run/user/7' }, 7)).toEqual({
      config: '/home/u/.config/ringfence/config.yaml',
      state: '/home/u/.local/state/ringfence',
      run: '/run/user/7/ringfence',
    });
    expect(places({ HOME: '/home/u' }, 7).run).toBe('/home/u/.local/state/ringfence/run');
    expect(places({ RINGFENCE_STATE: '/s', RINGFENCE_CONFIG: '/c' }, 0)).toEqual({
      config: '/c',
      state: '/s',
      run: '/s/run',
    });
  });

  it('makes its folders private', () => {
    const path = join(dir, 'a', 'b');
    privateDirectory(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(() => privateDirectory('/proc/ringfence')).toThrow(AgentError);
  });

  it('gives each publisher a uid that nobody has', () => {
    expect(pickUid([90_000, 90_002], new Set([90_000]), new Set([90_001]))).toBe(90_002);
    expect(() => pickUid([90_000, 90_000], new Set([90_000]), new Set())).toThrow(/no uid is left/);
  });
});
