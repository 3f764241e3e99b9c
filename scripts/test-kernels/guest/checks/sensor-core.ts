/** The core tier sees processes, files, network, secrets and memory files on this kernel. */
import { mkdtempSync } from 'node:fs';
import { expected } from '../expected.ts';
import { type Effect, watch } from '../watch.ts';

// On the disk, and on a tmpfs: each file system is marked for itself.
const disk = mkdtempSync('/root/effects-');
const ACT = '/usr/bin/act';

function shell(eventClass: string, script: string, fields: Effect['fields']): Effect {
  return { class: eventClass, command: ['sh', '-c', script], fields, byChild: true };
}

function act(eventClass: string, name: string, fields: Effect['fields'] = {}): Effect {
  return { class: eventClass, command: [ACT, name], fields };
}

const effects: Effect[] = [
  act('process_start', 'nothing', {
    'process.path': ACT,
    'process.argv': `${ACT},nothing`,
    'process.uid': 0,
  }),
  { ...act('process_exit', 'exit'), fields: { 'exit.code': 0 } },
  act('memory_exec', 'memory-exec', { 'process.argv': 'from-memory,nothing' }),
  act('network_listen', 'tcp4', { 'net.source_ip': '127.0.0.1' }),
  act('network_connect', 'tcp4', { 'net.destination_ip': '127.0.0.1', 'net.protocol': 6 }),
  act('network_accept', 'tcp6', { 'net.destination_ip': '::1' }),
  act('network_connect', 'udp4', { 'net.destination_port': 5353, 'net.protocol': 17 }),
  act('network_connect', 'udp6', { 'net.destination_ip': '::1', 'net.protocol': 17 }),
  shell('file_create', `echo x > ${disk}/made`, {
    'file.path': `${disk}/made`,
    'process.path': '/usr/bin/sh',
  }),
  shell('file_write', `echo x > ${disk}/written`, { 'file.path': `${disk}/written` }),
  shell('file_rename', `echo x > ${disk}/before; mv ${disk}/before ${disk}/after`, {
    'file.path': `${disk}/after`,
    'file.old_path': `${disk}/before`,
  }),
  shell('file_change', `echo x > ${disk}/mode; chmod 4755 ${disk}/mode`, {
    'file.path': `${disk}/mode`,
    'file.mode': 0o104755,
  }),
  shell('file_link', `echo x > ${disk}/origin; ln ${disk}/origin ${disk}/hard`, {
    'file.path': `${disk}/hard`,
  }),
  shell('file_delete', `echo x > ${disk}/doomed; rm ${disk}/doomed`, { 'file.path': `${disk}/doomed` }),
  {
    class: 'secret_read',
    command: ['head', '-c', '1', '/etc/shadow'],
    fields: { 'file.path': '/etc/shadow' },
  },
];
const { missingProbes, tmpfsFiles } = expected();
if (tmpfsFiles) effects.push(shell('file_create', 'echo x > /tmp/made', { 'file.path': '/tmp/made' }));
if (!missingProbes.includes('io_uring')) {
  const fields = { 'io_uring.operation': 'OPENAT' };
  effects.push({ class: 'io_uring_request', command: [ACT, 'io_uring', '/etc/hostname'], fields });
}

await watch('core', effects);
