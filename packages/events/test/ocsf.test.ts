import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  attacksFromTags,
  detectionFinding,
  type Event,
  EventView,
  EventWriter,
  eventClasses,
  type Field,
  type FindingInput,
  type OcsfObject,
  parseIp,
  RecordFlag,
  toObject,
  toOcsf,
} from '../src/index.ts';

const context = {
  version: '0.1.0',
  host: {
    hostname: 'web-1',
    uid: '0123',
    osName: 'Debian GNU/Linux',
    osVersion: '12',
    kernelRelease: '6.18.44',
  },
};

/** An event of each class with every field set, or with none and an unknown actor. */
function sample(name: string, filled: boolean): Event {
  const { id, fields } = eventClasses.find((one) => one.name === name) ?? expect.unreachable();
  const writer = new EventWriter();
  writer.begin(id, 1_764_064_800_123_456_789n, filled ? RecordFlag.HOST_VIEW : RecordFlag.ACTOR_UNKNOWN);
  if (filled)
    fields.forEach((field, slot) => {
      fill(writer, field, slot);
    });
  writer.end();
  return toObject(new EventView().reset(writer.batch()));
}

function fill(writer: EventWriter, { name, type, max = 0 }: Field, slot: number): void {
  switch (type) {
    case 'string':
      writer.string(slot, `/tmp/${name}`.padEnd(name === 'file.path' ? max + 1 : 0, 'x'));
      break;
    case 'strings':
      writer.strings(slot, ['one', 'two words']);
      break;
    case 'ip':
      writer.ip(slot, parseIp(name === 'net.source_ip' ? '10.0.0.1' : '10.0.0.2'));
      break;
    case 'u64':
      writer.u64(slot, 1_764_000_000_000_000_000n);
      break;
    case 'u8':
      writer.u8(slot, 6);
      break;
    case 'u16':
    case 'u32':
    case 'i32':
      writer[type](slot, 1000 + slot);
      break;
  }
}

const samples = eventClasses.flatMap(({ name }) => [sample(name, true), sample(name, false)]);

const findingInput = (event: Event): FindingInput => ({
  uid: '9f0d4f0e-7a52-4a2e-9a52-1d1c3b2f7d10',
  foundAt: 1_764_064_801_000,
  event,
  rule: {
    id: '6f1f2f1e-6f9a-4b57-8f5f-6a3a2f0b9c11',
    title: 'Shell from a web server',
    level: 'high',
    tags: ['attack.execution', 'attack.t1059.004', 'cve.2024-1234'],
    author: 'Ringfence',
    description: 'A web server started a shell',
  },
  matched: { Image: '/bin/sh', ProcessId: 42, Big: 2n ** 60n },
  ancestors: [
    { pid: 1, startTime: '1764000000000000000', path: '/sbin/init', commandLine: 'init', user: 'root' },
    { pid: 0, startTime: 0, path: '', commandLine: '', user: '' },
  ],
  sha256: 'a'.repeat(64),
  fileSha256: 'b'.repeat(64),
  publisher: 'ringfence',
  release: { name: 'linux-core', version: '1.0.0' },
  count: 3,
});

const bare = ({ event, rule, ...rest }: FindingInput): FindingInput => ({
  uid: rest.uid,
  foundAt: rest.foundAt,
  event,
  rule: { id: rule.id, title: rule.title, level: 'informational', tags: [] },
  matched: {},
  publisher: rest.publisher,
  release: rest.release,
});

const defined = (objects: readonly (OcsfObject | undefined)[]): OcsfObject[] =>
  objects.filter((object) => object !== undefined);
const ocsfEvents = defined(samples.map((event) => toOcsf(event, context)));
const findings = samples.flatMap((event) => [
  detectionFinding(findingInput(event), context),
  detectionFinding(bare(findingInput(event)), context),
]);

/** The validator's Python, in a folder of its own; or why there is none. */
function python(): { command: string } | { reason: string } {
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/ringfence-ocsf-1.2.0', import.meta.url));
  const command = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const ready = (): boolean =>
    existsSync(command) && run(command, ['-c', 'import ocsf_json_schema, jsonschema']).status === 0;
  if (ready()) return { command };
  rmSync(folder, { recursive: true, force: true });
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [command, ['-m', 'pip', 'install', '--quiet', 'ocsf-json-schema==1.2.0', 'jsonschema==4.25.1']],
  ];
  for (const [program, args] of steps) {
    const { status, stderr, error } = run(program, args);
    if (status !== 0)
      return {
        reason: `${program} ${args.slice(0, 3).join(' ')}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`,
      };
  }
  return { command };
}
const run = (command: string, args: string[], input = ''): SpawnSyncReturns<string> =>
  spawnSync(command, args, { input, encoding: 'utf8', timeout: 120_000, maxBuffer: 64 << 20 });

describe('OCSF 1.8 by ocsf-json-schema', () => {
  const validate = (command: string, objects: readonly OcsfObject[]): string[] => {
    const script = fileURLToPath(new URL('ocsf-validate.py', import.meta.url));
    const lines = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
    const { stdout, stderr } = run(command, [script], lines);
    expect(stderr).toBe('');
    return stdout.trim().split('\n');
  };

  test('accepts a full and an empty sample of every class and their findings', { timeout: 180_000 }, (t) => {
    const found = python();
    if ('reason' in found) {
      if (process.env['CI']) expect.fail(`the validator could not be installed: ${found.reason}`);
      t.skip(`needs Python 3 and PyPI: ${found.reason}`);
      return;
    }
    const objects = [...ocsfEvents, ...findings];
    expect(validate(found.command, objects)).toEqual([`${objects.length} checked`]);

    // The validator does object: to an unknown attribute, a wrong type, a caption, and a missing attribute.
    const [good] = ocsfEvents;
    const wrong = [
      { ...good, surprise: 1 },
      { ...good, time: 'now' },
      { ...good, activity_name: 'Lunch' },
      { ...good, actor: undefined },
    ];
    const problems = validate(found.command, wrong);
    for (const [index, text] of ['surprise', '$.time', 'Lunch', 'actor'].entries())
      expect(problems.join('\n')).toMatch(new RegExp(`^${index + 1}: .*${text.replaceAll('$', '\\$')}`, 'm'));
  });
});

describe('toOcsf', () => {
  test('has an object for each class that declares one', () => {
    const mapped = eventClasses.filter(({ ocsf }) => ocsf).length;
    expect(mapped).toBeGreaterThan(15);
    expect(ocsfEvents).toHaveLength(2 * mapped);
  });

  test('loses no field: each is an attribute, or unmapped under its own name', () => {
    for (const event of samples.filter(({ flags }) => flags.includes('HOST_VIEW'))) {
      const object = toOcsf(event, context);
      if (!object) continue;
      const { fields } = eventClasses.find(({ name }) => name === event.class) ?? expect.unreachable();
      for (const { name, ocsf } of fields) {
        let value: unknown = ocsf === undefined ? object['unmapped'] : object;
        for (const step of ocsf?.split('.') ?? [name]) value = (value as OcsfObject | undefined)?.[step];
        expect(value, `${event.class} ${name}`).toBeDefined();
      }
    }
  });

  test('no two fields of a class have the same OCSF path', () => {
    for (const { name, fields } of eventClasses) {
      const paths = fields.flatMap(({ ocsf }) => ocsf ?? []);
      expect(new Set(paths).size, name).toBe(paths.length);
    }
  });

  test('says what an unknown actor is not', () => {
    const object = toOcsf(sample('file_create', false), context);
    expect(object).toMatchObject({
      actor: { process: { pid: 0 } },
      unmapped: { flags: ['ACTOR_UNKNOWN'] },
      time: 1_764_064_800_123,
    });
    expect(JSON.stringify(object)).not.toContain('"user"');
  });

  test('tells the target of ptrace from the actor, and success from failure', () => {
    const object = toOcsf({ ...sample('ptrace', true), result: -1 } as Event, context);
    expect(object).toMatchObject({
      process: { file: { path: '/tmp/target.path', name: 'target.path' } },
      actor: { process: { file: { path: '/tmp/process.path' } } },
      status_id: 2,
      status_code: '-1',
    });
  });
});

describe('detectionFinding', () => {
  test('names the process, its ancestors, the rule and what it maps to', () => {
    const finding = detectionFinding(findingInput(sample('process_start', true)), context);
    expect(finding).toMatchObject({
      class_uid: 2004,
      severity_id: 4,
      is_alert: true,
      time: 1_764_064_800_123,
      count: 3,
      message: 'Shell from a web server: one two words',
      finding_info: {
        analytic: { uid: '6f1f2f1e-6f9a-4b57-8f5f-6a3a2f0b9c11' },
        attacks: [
          {
            tactic: { uid: 'TA0002' },
            technique: { uid: 'T1059' },
            sub_technique: { uid: 'T1059.004' },
          },
        ],
        product: { vendor_name: 'ringfence', name: 'linux-core', version: '1.0.0' },
      },
      evidences: [
        {
          process: {
            pid: 1000,
            cmd_line: 'one two words',
            file: { path: '/tmp/process.path', hashes: [{ algorithm_id: 3, value: 'a'.repeat(64) }] },
            ancestry: [{ pid: 1, path: '/sbin/init', cmd_line: 'init' }, { pid: 0 }],
          },
          actor: { process: { file: { path: '/tmp/parent.path' }, cmd_line: 'one two words' } },
          data: { matched: { Image: '/bin/sh', ProcessId: 42, Big: '1152921504606846976' } },
        },
      ],
      metadata: { labels: ['cve.2024-1234'] },
    });
  });

  test('has the process of the rule first, whatever the class', () => {
    for (const event of samples) {
      const { evidences } = detectionFinding(findingInput(event), context) as { evidences: OcsfObject[] };
      expect(evidences[0], event.class).toMatchObject({ process: { pid: event['process.pid'] } });
    }
    const { evidences } = detectionFinding(findingInput(sample('ptrace', true)), context);
    expect(evidences).toMatchObject([
      { process: { file: { path: '/tmp/process.path' } } },
      { name: 'target', process: { file: { path: '/tmp/target.path' } } },
    ]);
  });
});

test('attacksFromTags pairs a technique with a tactic only when there is no doubt', () => {
  expect(attacksFromTags(['attack.t1070', 'attack.defense_evasion'])).toMatchObject([
    { tactic: { name: 'Defense Evasion' }, technique: { uid: 'T1070' } },
  ]);
  expect(attacksFromTags(['attack.stealth', 'attack.persistence', 'attack.T1543.002'])).toMatchObject([
    { tactic: { uid: 'TA0005', name: 'Stealth' } },
    { tactic: { uid: 'TA0003' } },
    { technique: { uid: 'T1543' }, sub_technique: { uid: 'T1543.002' } },
  ]);
  expect(attacksFromTags(['attack.g0016', 'attack.toString', 'tlp.amber', 't1059'])).toEqual([]);
});
