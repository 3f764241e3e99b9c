import { classId, EventWriter, fieldSlot } from '@ringfence/events';
import { parseRules } from '@ringfence/sigma';
import { describe, expect, it } from 'vitest';
import { Evaluator } from '../src/index.ts';

const rules = parseRules(
  `
title: Netcat listens
id: 00000000-0000-4000-8000-000000000001
logsource: { product: linux, category: process_creation }
detection:
  selection: { Image|endswith: /nc, CommandLine|contains: ' -l' }
  condition: selection
---
title: Connection to a port that is often abused
id: 00000000-0000-4000-8000-000000000002
logsource: { product: linux, category: network_connection }
detection:
  selection: { DestinationPort: 4444, Initiated: 'true' }
  condition: selection
`,
).rules;

function batch(fill: (writer: EventWriter) => void): Uint8Array {
  const writer = new EventWriter();
  fill(writer);
  return writer.batch().slice();
}

function start(writer: EventWriter, path: string, argv: readonly string[]): void {
  writer.begin(classId('process_start'), 1n);
  writer.string(fieldSlot('process_start', 'process.path'), path);
  writer.strings(fieldSlot('process_start', 'process.argv'), argv);
  writer.end();
}

function connect(writer: EventWriter, className: 'network_connect' | 'network_accept', port: number): void {
  writer.begin(classId(className), 1n);
  writer.u16(fieldSlot(className, 'net.destination_port'), port);
  writer.end();
}

function matches(bytes: Uint8Array): [number, string][] {
  const found: [number, string][] = [];
  new Evaluator(rules).evaluate(bytes, (index, rule) => found.push([index, rule.title]));
  return found;
}

describe('evaluating a batch', () => {
  it('names the record and the rule of each match, over classes', () => {
    const bytes = batch((writer) => {
      start(writer, '/usr/bin/nc', ['nc', '-lvp', '1']);
      start(writer, '/usr/bin/nc', ['nc', 'example.org', '80']);
      connect(writer, 'network_accept', 4444);
      connect(writer, 'network_connect', 4444);
    });
    expect(matches(bytes)).toEqual([
      [0, 'Netcat listens'],
      [3, 'Connection to a port that is often abused'],
    ]);
  });

  it('gives the fields that matched as evidence', () => {
    const bytes = batch((writer) => start(writer, '/opt/NC', ['NC', '-l']));
    const evidence: unknown[] = [];
    new Evaluator(rules).evaluate(bytes, (_index, _rule, fields) =>
      evidence.push(Object.fromEntries(fields)),
    );
    expect(evidence).toEqual([{ Image: '/opt/NC', CommandLine: 'NC -l' }]);
  });

  it('refuses bytes that are no batch', () => {
    expect(() => matches(new Uint8Array(40).fill(7))).toThrow(/record/);
  });
});
