import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPlan, createState, logHeader, logLine, type RolloutEvent, step } from '@ringfence/rollout';
import { afterAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const main = new URL('../src/main.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'ringfence-rollout-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ringfence(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const done = await run(process.execPath, ['--conditions=source', main, ...args]);
    return { code: 0, ...done };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The log of a release that silences its first ten hosts. */
function badRelease(): string {
  const plan = createPlan({ seed: 'a seed for the tests' });
  const state = createState(plan);
  const lines = [logHeader(plan)];
  const tell = (event: RolloutEvent): void => {
    lines.push(logLine(lines.length, event));
    for (const d of step(state, event))
      if (d.type === 'offer') for (const host of d.hosts) tell({ type: 'delivered', host, release: 'r' });
  };
  tell({ type: 'clock', at: 1_000_000 });
  for (let host = 0; host < 100; host++) {
    tell({ type: 'host-added', host, labels: ['a', 'b', 'c', 'd', 'e'], class: 'server' });
    tell({ type: 'talking', host });
  }
  tell({ type: 'release-started', release: 'r' });
  for (let minute = 1; minute <= 6; minute++) tell({ type: 'clock', at: 1_000_000 + minute * 60 });
  return lines.join('');
}

describe('ringfence rollout', { timeout: 60_000 }, () => {
  it('says what a plan would do', async () => {
    const { code, stdout } = await ringfence('rollout', 'plan', '--hosts', '8500000');
    expect(code).toBe(0);
    expect(stdout).toContain('Stages end at 10, 1,686, 85,000, 1,700,000, 8,500,000 hosts');
  });

  it('refuses a plan with file, line and cure, and exits 1', async () => {
    const path = file('plan.yaml', 'seed: a seed for the tests\nstages: [10, 5, all]\n');
    const { code, stdout, stderr } = await ringfence('rollout', 'plan', path);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${path}:2: stages.1: stages grow: 5 is not more than 10`);
  });

  it('explains a log: the halt, its evidence, who needs hands', async () => {
    const { code, stdout, stderr } = await ringfence('rollout', 'explain', file('good.log', badRelease()));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/5 min +\[r 2\.\d\] HALT: 10 of 10 exposed hosts failed/);
  });

  it('says where a log was cut, and exits 1', async () => {
    const { code, stderr } = await ringfence(
      'rollout',
      'explain',
      file('cut.log', badRelease().slice(0, -9)),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/cut\.log:\d+: the log ends within a line/);
  });

  it('estimates a baseline that a plan can hold', async () => {
    const { code, stdout } = await ringfence('rollout', 'baseline', file('history.log', badRelease()));
    expect(code).toBe(0);
    expect(stdout).toContain('background: 0.1%');
  });
});

describe('ringfence simulate', { timeout: 60_000 }, () => {
  it('replays 19 July in the promised shape', async () => {
    const { code, stdout } = await ringfence(
      'simulate',
      'july-19',
      '--hosts',
      '1000',
      '--seeds',
      '2',
      '--json',
    );
    expect(code).toBe(0);
    const summary = JSON.parse(stdout) as { policies: { policy: string; harmed: number }[] };
    expect(summary).toMatchObject({ scenario: 'july-19', hosts: 1000, seeds: 2 });
    expect(summary.policies.find((p) => p.policy === 'ringfence')?.harmed).toBe(10);
  });

  it('takes a policy of one’s own, with its own labels', async () => {
    const path = file(
      'own.yaml',
      'seed: a seed for the tests\nlabels: [os, ward]\nsiteLabel: null\nclasses: { host: { gap: 1d } }\nstages: [5, all]\n',
    );
    const { code, stdout } = await ringfence(
      'simulate',
      'july-19',
      '--hosts',
      '1000',
      '--policy',
      path,
      '--json',
    );
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { policies: { harmed: number }[] }).policies.at(-1)?.harmed).toBe(5);
  });

  it('exits 2 for a scenario that is not there', async () => {
    const { code, stderr } = await ringfence('simulate', 'july-20');
    expect(code).toBe(2);
    expect(stderr).toContain('there are july-19');
  });
});
