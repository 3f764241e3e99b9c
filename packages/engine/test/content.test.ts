import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadContent, RuleBounds } from '../src/index.ts';

let release: string;
beforeEach(() => {
  release = mkdtempSync(join(tmpdir(), 'ringfence-engine-test-'));
});
afterEach(() => rmSync(release, { recursive: true, force: true }));

function write(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(release, file)), { recursive: true });
  writeFileSync(join(release, file), text);
}

const uuid = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;
const rule = (
  digit: number,
  category = 'process_creation',
  detection = 'Image|endswith: /nc',
  extra = '',
): string =>
  `title: Rule ${digit}\nid: ${uuid(digit)}\nlogsource:\n  product: linux\n  category: ${category}\ndetection:\n  selection:\n    ${detection}\n  condition: selection\nlevel: high\n${extra}`;

describe('loading the rules of a release', () => {
  it('skips a broken rule with its file, line and reason, and uses the rest', () => {
    write('rules/a-good.yml', rule(1));
    write('rules/b-broken.yml', rule(2).replace('endswith', 'endswiht'));
    write('rules/deep/c-good.yaml', rule(3));
    const content = loadContent(release, { tier: 'core' });
    expect(content.rules.map(({ title }) => title)).toEqual(['Rule 1', 'Rule 3']);
    expect(content.skipped).toHaveLength(1);
    expect(content.skipped[0]).toMatchObject({ file: 'rules/b-broken.yml', line: 8 });
    expect(content.skipped[0]?.reason).toMatch(/endswiht/);
  });

  it('wants an id, and one of its own, for each rule', () => {
    write('rules/a.yml', rule(1));
    write('rules/b.yml', rule(1));
    write('rules/c.yml', rule(2).replace(/id: .*\n/, ''));
    const content = loadContent(release, { tier: 'core' });
    expect(content.rules).toHaveLength(1);
    expect(content.skipped.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/is taken/),
      expect.stringMatching(/no id/),
    ]);
  });

  it('says why the sensor cannot feed a rule, for each tier', () => {
    write('rules/1.yml', rule(1, 'process_access', 'TargetImage|endswith: /sshd'));
    write('rules/2.yml', rule(2, 'file_access', 'TargetFilename: /etc/shadow'));
    write('rules/3.yml', rule(3, 'registry_set', 'TargetObject: x'));
    write('rules/4.yml', rule(4, 'process_creation', 'Imagge: x'));
    write('rules/5.yml', rule(5, 'file_access', 'TargetFilename: /etc/motd', 'ringfence:\n  tier: full\n'));
    write('rules/6.yml', rule(6).replace('linux', 'windows'));
    const unfed = (tier: 'core' | 'full' | 'none') =>
      new Map(loadContent(release, { tier }).unfed.map(({ rule: title, reason }) => [title, reason]));
    expect([...unfed('full').keys()]).toEqual(['Rule 3', 'Rule 4', 'Rule 6']);
    expect(unfed('full').get('Rule 4')).toMatch(/no event .* has the field Imagge/);
    expect([...unfed('core').keys()]).toEqual(['Rule 1', 'Rule 3', 'Rule 4', 'Rule 5', 'Rule 6']);
    expect(unfed('core').get('Rule 1')).toMatch(/needs tier full/);
    expect(unfed('none').get('Rule 2')).toMatch(/reduced mode/);
  });

  it('subscribes to the classes and fields that its rules read, and to no more', () => {
    write('rules/1.yml', rule(1, 'network_connection', 'DestinationPort: 4444'));
    const { subscriptions } = loadContent(release, { tier: 'core' });
    expect([...subscriptions.keys()].sort()).toEqual(['network_accept', 'network_connect']);
    expect(subscriptions.get('network_connect')).toContain('net.destination_port');
    expect(subscriptions.get('network_connect')).not.toContain('process.user');
  });

  it('reads no link, no folder named like a rule, nothing too large and nothing that is no text', () => {
    write('secret.txt', rule(1));
    mkdirSync(join(release, 'rules/folder.yml'), { recursive: true });
    symlinkSync(join(release, 'secret.txt'), join(release, 'rules/link.yml'));
    write('rules/huge.yml', Buffer.alloc(RuleBounds.FILE_BYTES + 1, 32));
    write('rules/bytes.yml', Uint8Array.of(0xff, 0xfe, 0xfd));
    const content = loadContent(release, { tier: 'core' });
    expect(content.rules).toEqual([]);
    expect(content.skipped.map(({ file }) => file)).toEqual([
      'rules/bytes.yml',
      'rules/huge.yml',
      'rules/link.yml',
    ]);
  });

  it('reports a release without rules', () => {
    expect(loadContent(release, { tier: 'core' }).skipped[0]?.reason).toMatch(/ENOENT/);
  });

  it('takes any bytes as a rule file without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        write('rules/random.yml', bytes);
        loadContent(release, { tier: 'full' });
      }),
      { numRuns: 200 },
    );
  });
});
