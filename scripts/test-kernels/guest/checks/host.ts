/** The guest is what the other checks take for granted: kernel, BTF, cgroup v2, a writable disk. */
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { report } from '../report.ts';

report(
  'kernel',
  release().endsWith('-cloud-amd64'),
  readFileSync('/proc/version', 'utf8').replace(/ \(.*/s, ''),
);
report(
  'btf',
  existsSync('/sys/kernel/btf/vmlinux'),
  `${readFileSync('/sys/kernel/btf/vmlinux').length} bytes`,
);

const controllers = readFileSync('/sys/fs/cgroup/cgroup.controllers', 'utf8').trim().split(' ');
const needed = ['cpu', 'memory', 'pids'];
report(
  'cgroup2',
  needed.every((name) => controllers.includes(name)),
  controllers.join(' '),
);

writeFileSync('/root/probe', 'x');
rmSync('/root/probe');
report('disk', statfsSync('/').type === 0xef53, 'ext4, writable');
