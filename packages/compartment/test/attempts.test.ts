import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LaunchOptions, type LayerName, layerNames } from '../src/index.ts';
import { type Attempt, attempts, type Outcome, type Targets } from './support/attempts.ts';
import { Driven } from './support/drive.ts';
import { type Host, setUpHost } from './support/host.ts';
import { readmeHas, updateTable } from './support/readme.ts';

const limits: Targets['limits'] = { memoryBytes: 64 * 2 ** 20, cpuPercent: 5, pids: 32, files: 64 };

/** Which layers are on: none, all, or one. */
type Wall = 'off' | 'on' | LayerName;
const walls: readonly Wall[] = ['off', 'on', ...layerNames];

let host: Host;
const results: Map<Attempt, Map<Wall, Outcome>> = new Map(attempts.map((attempt) => [attempt, new Map()]));

function outcome(attempt: Attempt, wall: Wall): Outcome {
  const found = results.get(attempt)?.get(wall);
  if (found === undefined) throw new Error(`${attempt.name} was not tried with ${wall}`);
  return found;
}

function optionsFor(wall: Wall): LaunchOptions {
  const on = (layer: LayerName): boolean => wall === 'on' || wall === layer;
  return {
    publisher: 'attempts',
    uid: 90_000,
    gid: 90_000,
    engine: { kind: 'native', path: host.engine },
    releaseDir: host.releaseDir,
    layers: Object.fromEntries(layerNames.map((layer) => [layer, on(layer)])),
    required: layerNames.filter(on),
    limits,
  };
}

function start(wall: Wall): Promise<Driven> {
  return Driven.start(optionsFor(wall));
}

/** Those that need a process of their own are made only where something is claimed. */
function isTried(attempt: Attempt, wall: Wall): boolean {
  return !attempt.alone || wall === 'on' || wall === 'off' || attempt.stops.includes(wall);
}

async function tryOne(driven: Driven, attempt: Attempt): Promise<Outcome> {
  const targets = { ...host.targets, limits, self: `${driven.compartment.releaseDir}/attempts` };
  attempt.before?.(targets);
  const answer = await driven.ask(attempt.line(targets));
  if (attempt.alone && typeof answer === 'string') await settled(driven, attempt);
  const how = typeof answer === 'string' ? answer : `killed: ${answer.cause}`;
  const effect = attempt.effect?.(targets, how) ?? how === 'done';
  return { stopped: !effect, how: effect || how !== 'done' ? how : 'no effect on the host' };
}

/** Ends an engine that is there for one attempt; a dump of core is only there when it has ended. */
async function settled(driven: Driven, attempt: Attempt): Promise<void> {
  if (attempt.dumps) await driven.compartment.exited;
  else await driven.stop();
}

beforeAll(async () => {
  host = await setUpHost();
}, 60_000);

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

describe.each(walls)('with the wall %s', (wall) => {
  test('every attempt is made', { timeout: 120_000 }, async () => {
    let driven = await start(wall);
    for (const attempt of attempts) {
      if (attempt.alone) continue;
      const result = await tryOne(driven, attempt);
      results.get(attempt)?.set(wall, result);
      if (!result.how.startsWith('killed')) continue;
      driven = await start(wall);
    }
    await driven.stop();
    for (const attempt of attempts) {
      if (!attempt.alone || !isTried(attempt, wall)) continue;
      const result = attempt.run?.(optionsFor(wall)) ?? tryOne(await start(wall), attempt);
      results.get(attempt)?.set(wall, await result);
    }
  });
});

describe.each(attempts.map((attempt) => [attempt.name, attempt] as const))('%s', (_, attempt) => {
  test('succeeds without a wall, or says why it cannot be done here', () => {
    const { stopped, how } = outcome(attempt, 'off');
    expect(!stopped || attempt.absent !== undefined, how).toBe(true);
  });
  test('fails with the whole wall', () => {
    expect(outcome(attempt, 'on').stopped, outcome(attempt, 'on').how).toBe(true);
  });
  test('is stopped by each layer that claims so, alone', ({ skip }) => {
    skip(outcome(attempt, 'off').stopped, attempt.absent);
    for (const layer of attempt.stops) {
      expect(outcome(attempt, layer).stopped, `${layer}: ${outcome(attempt, layer).how}`).toBe(true);
    }
  });
  test('has two layers or a reason why one must do', () => {
    expect(attempt.stops.length >= 2 || attempt.one !== undefined).toBe(true);
  });
});

test.each(layerNames)('%s stops an attempt alone', (layer) => {
  expect(attempts.some(({ stops }) => stops.includes(layer))).toBe(true);
});

test('the table in the README is what happened here', ({ skip }) => {
  const rows = attempts.map((attempt) => {
    const { stopped, how } = outcome(attempt, 'off');
    const alone = stopped
      ? []
      : layerNames.filter((layer) => isTried(attempt, layer) && outcome(attempt, layer).stopped);
    const by = alone.map((layer) => `${layer} (${outcome(attempt, layer).how})`).join(', ');
    const notes = [by, stopped ? attempt.absent : attempt.one].filter(Boolean).join('; ');
    return `| ${attempt.name} | ${how} | ${outcome(attempt, 'on').how} | ${notes} |`;
  });
  const kernel = `Linux ${release().split('.', 2).join('.')}, cgroup ${existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1'}`;
  const head = `| attempt (${kernel}) | no wall | whole wall | one layer alone that stops it |`;
  const table = [head, '| --- | --- | --- | --- |', ...rows].join('\n');
  skip(!readmeHas(head), `the README's table is of another kernel than ${kernel}`);
  updateTable('attempts', table);
});
