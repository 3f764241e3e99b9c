import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agent, makeConfig } from '@ringfence/agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/ringfence.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'rf-cli-'));
const places = { config: join(dir, 'config.yaml'), state: join(dir, 'state'), run: join(dir, 'run') };

function ringfence(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, RINGFENCE_STATE: places.state, RINGFENCE_RUN: places.run, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe.runIf(process.platform === 'linux')('ringfence publisher and drill', { timeout: 90_000 }, () => {
  let agent: Agent;
  beforeAll(async () => {
    const content = join(dir, 'acme');
    mkdirSync(join(content, 'rules'), { recursive: true });
    writeFileSync(
      join(content, 'release.json'),
      JSON.stringify({ publisher: 'acme', name: 'acme-rules', version: '1.2' }),
    );
    agent = await Agent.start(makeConfig({ content: [content], sensor: { mode: 'procfs' } }, places));
  });
  afterAll(async () => {
    await agent.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('lists publishers, as text and as JSON alone', async () => {
    const text = await ringfence('publisher', 'list');
    expect(text.stdout).toMatch(/acme .*acme-rules 1\.2/);
    const json = await ringfence('publisher', 'list', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject([{ name: 'acme', offered: { version: '1.2' } }]);
  });

  it('disables and enables one', async () => {
    expect((await ringfence('publisher', 'disable', 'acme')).stdout).toContain('acme is disabled.');
    expect(agent.status().publishers[0]?.state).toBe('disabled');
    const json = await ringfence('publisher', 'enable', 'acme', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'acme' });
    expect(agent.status().publishers[0]?.state).not.toBe('disabled');
  });

  it('says what it cannot do, in one line, with exit code 1', async () => {
    const revert = await ringfence('publisher', 'revert', 'acme');
    expect(revert).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'ringfence: acme has no last known good release\n',
    });
    const unknown = await ringfence('publisher', 'disable', 'nobody');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('there is no publisher nobody');
    expect((await ringfence('publisher', 'unquarantine', 'acme')).stderr).toContain('no quarantined release');
    expect((await ringfence('drill', 'dance')).code).not.toBe(0);
  });

  it('shows examples', async () => {
    for (const command of [['publisher'], ['drill']])
      expect((await ringfence(...command, '--help')).stdout).toContain('Examples:');
  });

  it.runIf(process.getuid?.() === 0)(
    'drills in an agent of its own: JSON alone on standard output',
    async () => {
      const env = { ...process.env, RINGFENCE_RUN: join(dir, 'nowhere') };
      const { stdout, error } = await new Promise<{ stdout: string; error: Error | null }>((resolve) => {
        execFile(process.execPath, [bin, 'drill', 'crash', '--json'], { env }, (failed, out) =>
          resolve({ stdout: out, error: failed }),
        );
      });
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(Object.keys(result)).toEqual([
        'drill',
        'pass',
        'cause',
        'detectMs',
        'recoverMs',
        'ownLost',
        'others',
        'agentAlive',
        'residue',
      ]);
      expect(result).toMatchObject({
        drill: 'crash',
        pass: true,
        cause: 'crash',
        agentAlive: true,
        residue: [],
      });
      expect(error).toBeNull();
    },
  );
});
