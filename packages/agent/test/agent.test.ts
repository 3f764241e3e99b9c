import { readFileSync } from 'node:fs';
import { classBit, classId } from '@ringfence/events';
import { describe, expect, it } from 'vitest';
import { Agent } from '../src/agent.ts';
import { ControlClient } from '../src/control/client.ts';
import { FakeSensor } from './support/fake-sensor.ts';
import { Harness, killed, until } from './support/harness.ts';

const seen = { kind: 'none', trigger: 'needle' } as const;

describe('the agent', () => {
  it('turns an event into a finding: on the callback, in the journal, in findings.jsonl', async () => {
    await using harness = new Harness();
    const content = [harness.release('acme', '1', seen)];
    const agent = await harness.start({ content });
    const found: string[] = [];
    agent.onFinding(({ json }) => found.push(json));
    await harness.running('acme');
    harness.sensor.starts('hay', 'needle one', 'hay');
    await until(() => found.length === 1, 'a finding');
    const finding = JSON.parse(found[0] ?? '');
    expect(finding.class_uid).toBe(2004);
    expect(finding.evidences[0].process.cmd_line).toBe('needle one');
    expect(finding.evidences[0].process.ancestry[0].path).toBe('/bin/parent');
    expect(finding.finding_info.product.vendor_name).toBe('acme');
    const { places } = agent.status();
    await until(() => readFileSync(places.findings, 'utf8') === `${found[0]}\n`, 'the file has it');
    expect(agent.status().journal.findings).toBe(1);
    expect(harness.publisher('acme').events.acknowledged).toBe(3);
  });

  it('kill -9 of one engine: the other lost nothing, and neither did it', async () => {
    await using harness = new Harness();
    const content = [harness.release('one', '1', seen), harness.release('two', '1', seen)];
    await harness.start({ content });
    await harness.running('one', 'two');
    let sent = 0;
    const feed = setInterval(() => {
      harness.sensor.starts('hay', 'hay');
      sent += 2;
    }, 2);
    await until(() => harness.publisher('one').spare === 'ready', 'a spare');
    const { pid } = harness.publisher('one');
    killed(pid);
    await until(() => harness.publisher('one').restarts.count === 1, 'the death is seen');
    await until(() => harness.publisher('one').state === 'running', 'it runs again');
    expect(harness.publisher('one').pid).not.toBe(pid);
    await new Promise((resolve) => setTimeout(resolve, 200));
    clearInterval(feed);
    for (const name of ['one', 'two']) {
      await until(() => harness.publisher(name).events.acknowledged >= sent, `${name} has all ${sent}`);
      expect(harness.publisher(name).events.acknowledged).toBe(sent);
      expect(harness.publisher(name).lost.total).toBe(0);
    }
    expect(harness.publisher('two').restarts.count).toBe(0);
  });

  describe('when the sensor says late what it delivers', () => {
    async function startLate(harness: Harness): Promise<(tier: 'core' | 'full') => Promise<void>> {
      const { hello } = new FakeSensor();
      const late = Promise.withResolvers<Awaited<typeof hello>>();
      const sensor = Object.assign(new FakeSensor(), { hello: late.promise });
      await harness.start({ content: [harness.release('acme', '1', seen)] }, { startSensor: () => sensor });
      await harness.running('acme');
      return async (tier) => late.resolve({ ...(await hello), tier });
    }

    it('greets its engines again if it is something else than was expected', async () => {
      await using harness = new Harness();
      const say = await startLate(harness);
      const { pid } = harness.publisher('acme');
      await say('full');
      await until(() => harness.publisher('acme').pid !== pid, 'another engine takes over');
      expect(harness.publisher('acme').restarts.count).toBe(0);
    });

    it.runIf(process.getuid?.() === 0)(
      'leaves its engines alone if it is what the configuration asks for',
      async () => {
        await using harness = new Harness();
        const say = await startLate(harness);
        const { pid } = harness.publisher('acme');
        await say('core');
        await until(() => harness.agent?.status().sensor.hello !== null, 'the greeting has come');
        await until(() => harness.publisher('acme').spare === 'ready', 'a spare');
        expect(harness.publisher('acme').pid).toBe(pid);
      },
    );
  });

  it.each([classBit(classId('process_start')), 0])(
    'goes on after damaged records of the sensor (classes %s)',
    async (classes) => {
      await using harness = new Harness();
      const agent = await harness.start({ content: [harness.release('acme', '1', seen)] });
      await harness.running('acme');
      harness.sensor.starts('hay', 'hay', 'needle before');
      await until(() => harness.publisher('acme').findings === 1, 'a finding');
      harness.sensor.raw(new Uint8Array(64).fill(0xff), 1, classes);
      harness.sensor.starts('needle after');
      await until(() => harness.publisher('acme').findings === 2, 'the next one');
      expect(harness.publisher('acme').restarts.count).toBe(0);
      expect(agent.status().notices.at(-1)?.text).toMatch(/damaged.*dropped/);
      expect(agent.status().notices).toHaveLength(1);
    },
  );

  it('refuses a second agent on the same state, and says who has it', async () => {
    await using harness = new Harness();
    await harness.start({});
    await expect(Agent.start(harness.config())).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`pid ${process.pid}`),
    });
  });

  it('answers on the control socket', async () => {
    await using harness = new Harness();
    const agent = await harness.start({ content: [harness.release('acme', '1', seen)] });
    await harness.running('acme');
    using client = await ControlClient.connect(agent.status().places.run);
    const status = (await client.request({ op: 'status' })) as ReturnType<Agent['status']>;
    expect(status.publishers[0]).toMatchObject({ name: 'acme', state: 'running', release: { version: '1' } });
    await client.request({ op: 'publisher.disable', publisher: 'acme' });
    expect(harness.publisher('acme').state).toBe('disabled');
    await client.request({ op: 'publisher.enable', publisher: 'acme' });
    await harness.running('acme');
    await expect(client.request({ op: 'publisher.revert', publisher: 'acme' })).rejects.toThrow(
      'no last known good',
    );
    await expect(client.request({ op: 'publisher.disable', publisher: 'nobody' })).rejects.toThrow(
      'no publisher nobody',
    );
  });
});
