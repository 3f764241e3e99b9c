/** The full tier's system-call probes on this kernel. */
import { mkdtempSync } from 'node:fs';
import { type Effect, watch } from '../watch.ts';

const ACT = '/usr/bin/act';
const folder = mkdtempSync('/root/calls-');

function act(eventClass: string, command: readonly string[], fields: Effect['fields'] = {}): Effect {
  return { class: eventClass, command: [ACT, ...command], fields };
}

await watch('full', [
  act('file_open', ['opens', folder], { 'file.path': `${folder}/absolute` }),
  act('ptrace', ['ptrace']),
  act('credential_change', ['credentials'], { 'credential.new_uid': 65534 }),
  act('memory_file', ['memfd', 'guest-memory'], { 'memory_file.name': 'guest-memory' }),
  // Up to 5.10 programs count as locked memory, of which the sensor has more than the limit of others.
  {
    class: 'bpf_load',
    command: ['sh', '-c', `ulimit -l unlimited; exec ${ACT} bpf`],
    fields: { 'bpf.program_name': 'act_program' },
  },
  act('module_load', ['module', '/etc/hostname']),
  act('network_accept', ['tcp4'], { 'net.destination_ip': '127.0.0.1' }),
  {
    class: 'mount',
    command: ['mount', '-t', 'tmpfs', 'guest-source', folder],
    fields: { 'file.path': folder },
  },
]);
