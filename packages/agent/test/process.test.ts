/** The agent as it runs in earnest: a process of its own, the real sensor, the real wall. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../src/drills/fault.ts';
import type { AgentStatus } from '../src/status.ts';
import { AgentProcess } from './support/agent-process.ts';
import { Harness, killed, until } from './support/harness.ts';

const root = process.getuid?.() === 0;
const seen: Fault = { kind: 'none', trigger: 'needle' };
/** Sensor and publishers run. */
const running = (it: AgentStatus): boolean =>
  it.sensor.state === 'running' &&
  it.publishers.length > 0 &&
  it.publishers.every(({ state }) => state === 'running');
const alive = (pid: number | null): boolean => pid !== null && existsSync(`/proc/${pid}`);

describe.runIf(root)('an agent process', { timeout: 90_000 }, () => {
  it("sees this host's own process starts, finds the one it looks for, and leaves nothing after kill -9", async () => {
    await using harness = new Harness();
    const token = `needle-${process.pid}-${Date.now()}`;
    const content = [
      harness.release('one', '1', { kind: 'none', trigger: token }),
      harness.release('two', '1', seen),
    ];
    const agent = await AgentProcess.start(harness, { content });
    const status = await agent.until(
      (it) =>
        it.publishers.length === 2 &&
        it.publishers.every(({ state, spare }) => state === 'running' && spare === 'ready'),
      'both run, with spares',
    );
    expect(status.sensor.hello?.mode).toBe('kernel');
    spawnSync('/bin/true', [token]);
    const after = await agent.until((it) => it.journal.findings >= 1, 'a finding');
    const lines = readFileSync(after.places.findings, 'utf8').trim().split('\n');
    const finding = JSON.parse(lines[0] ?? '');
    expect(finding.evidences[0].process.cmd_line).toBe(`/bin/true ${token}`);
    expect(finding.evidences[0].process.ancestry[0].pid).toBe(process.pid);
    expect(finding.evidences[0].process.file.hashes[0].value).toMatch(/^[0-9a-f]{64}$/);
    const pids = [after.sensor.hello?.pid ?? null, ...after.publishers.map(({ pid }) => pid)];
    expect(pids.every(alive)).toBe(true);
    await agent.kill();
    await until(() => !pids.some(alive), 'nothing of it is left', 3_000);
    // The next one starts where it ended.
    const next = await AgentProcess.start(harness, { content });
    await next.until(running, 'both run again');
    expect((await next.status()).journal.findings).toBe(after.journal.findings);
    await next.kill('SIGTERM');
    // At least once: an agent that is killed within a second of a line may write that line again.
    const copies =
      readFileSync(after.places.findings, 'utf8').split(finding.finding_info.created_time).length - 1;
    expect(copies).toBeGreaterThanOrEqual(1);
  });

  it('restarts a sensor that was killed, and goes on seeing', async () => {
    await using harness = new Harness();
    const token = `needle-${process.pid}-${Date.now()}`;
    const agent = await AgentProcess.start(
      harness,
      { content: [harness.release('one', '1', { kind: 'none', trigger: token })] },
      { plain: true },
    );
    const before = await agent.until(running, 'it runs');
    killed(before.sensor.hello?.pid, 'SIGKILL');
    await agent.until((it) => it.sensor.restarts === 1 && it.sensor.state === 'running', 'a new sensor');
    await new Promise((resolve) => setTimeout(resolve, 300));
    spawnSync('/bin/true', [token]);
    const after = await agent.until((it) => it.journal.findings >= 1, 'a finding');
    expect(after.notices.map(({ text }) => text).join('\n')).toContain('the sensor ended');
    await agent.kill('SIGTERM');
  });

  it('that was stopped for longer than every deadline blames nobody', async () => {
    await using harness = new Harness();
    const content = [harness.release('one', '1', seen), harness.release('two', '1', seen)];
    const limits = { batchDeadlineMs: 500, heartbeatDeadlineMs: 1_000, startDeadlineMs: 1_500 };
    const agent = await AgentProcess.start(
      harness,
      { content, limits: { ...limits, startDeadlineMs: 10_000 } },
      { plain: true },
    );
    await agent.until(running, 'both run');
    for (let n = 0; n < 3; n++) {
      for (let m = 0; m < 20; m++) spawnSync('/bin/true');
      agent.child.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      agent.child.kill('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const after = await agent.status();
    expect(after.publishers.map(({ restarts }) => restarts.count)).toEqual([0, 0]);
    expect(after.stalls.times).toBeGreaterThanOrEqual(3);
    expect(after.stalls.ms).toBeGreaterThan(6_000);
    // The control: an engine that is stopped instead is blamed.
    killed(after.publishers[0]?.pid, 'SIGSTOP');
    await agent.until(
      (it) => it.publishers[0]?.restarts.last[0]?.cause === 'hang',
      'the stopped engine is called hung',
    );
    await agent.kill('SIGTERM');
  });

  it('goes on with a full disk, counts what it loses, and writes what it can when there is room', async () => {
    await using harness = new Harness();
    const token = `needle-${process.pid}-${Date.now()}`;
    const content = [harness.release('one', '1', { kind: 'none', trigger: token })];
    const state = join(harness.dir, 'state');
    // In a mount namespace of its own; its files are reached through /proc.
    const prefix = [
      'unshare',
      '-m',
      '--propagation',
      'private',
      'sh',
      '-c',
      `mkdir -p ${state}; mount -t tmpfs -o size=3m none ${state} && exec "$@"`,
      'sh',
    ];
    const agent = await AgentProcess.start(
      harness,
      { content, findings: { collapseSeconds: 0 } },
      { plain: true, prefix },
    );
    await agent.until(running, 'it runs');
    const inside = `/proc/${agent.child.pid}/root${state}`;
    spawnSync('dd', ['if=/dev/zero', `of=${inside}/ballast`, 'bs=4k']);
    for (let n = 0; n < 30; n++) spawnSync('/bin/true', [token, String(n)]);
    const full = await agent.until((it) => it.publishers[0]?.findings === 30, 'all are reported');
    expect(full.publishers[0]?.state).toBe('running');
    await agent.until(
      (it) => it.notices.some(({ text }) => /disk full|disk is full|cannot be journalled/.test(text)),
      'it says so',
    );
    spawnSync('rm', [`${inside}/ballast`]);
    const after = await agent.until(
      (it) => it.journal.findings === 30 && it.findings.waiting === 0,
      'they are journalled when there is room',
    );
    expect(after.journal.lost).toBe(0);
    await until(
      () => readFileSync(`${inside}/findings.jsonl`, 'utf8').trim().split('\n').length === 30,
      'and written',
    );
    const lines = readFileSync(`${inside}/findings.jsonl`, 'utf8').trim().split('\n');
    expect(new Set(lines.map((line) => JSON.parse(line).finding_info.uid)).size).toBe(30);
    await agent.kill('SIGTERM');
  });
});
