import { expect, it } from 'vitest';
import { Harness, startWalledDrill, until } from './support/harness.ts';

it('feeds an engine behind the wall, with every layer that this host has', { timeout: 60_000 }, async () => {
  await using harness = new Harness();
  const content = [harness.release('acme', '1', { kind: 'none', trigger: 'needle' })];
  const agent = await harness.start({ content }, { startEngine: startWalledDrill });
  const found: string[] = [];
  agent.onFinding(({ json }) => found.push(json));
  await harness.running('acme');
  harness.sensor.starts('hay', 'needle one');
  await until(() => found.length === 1, 'a finding');
  const status = harness.publisher('acme');
  expect(status.layers.filter(({ applied }) => !applied)).toEqual([]);
  expect(status.layers.length).toBeGreaterThan(10);
  expect(status.memoryBytes).toBeGreaterThan(0);
});

it('does not run content without a layer that the policy demands, and says which', {
  timeout: 60_000,
}, async () => {
  await using harness = new Harness();
  const content = [harness.release('acme', '1', { kind: 'none', trigger: '' })];
  const publishers = { acme: { requireLayers: ['moat'] } };
  await harness.start({ content, publishers, recovery: { failures: 2 } }, { startEngine: startWalledDrill });
  await until(() => harness.publisher('acme').restarts.count >= 3, 'it is tried again');
  const { state, reason, quarantined, pid } = harness.publisher('acme');
  expect([state === 'running', pid, quarantined]).toEqual([false, null, []]);
  expect(reason ?? harness.publisher('acme').restarts.last.at(-1)?.detail).toContain('no layer "moat"');
});
