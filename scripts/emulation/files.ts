import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Action, NotPerformed, need, type Stage, temporaryFile, temporaryFolder } from './technique.ts';

/** Writes a file with nothing but a comment at a path of the host, and removes it. */
function written(rule: string, path: (token: string) => string): Action {
  return {
    rule,
    perform: async (stage) => {
      const target = path(stage.token);
      const removeFolders = temporaryFolder(dirname(target));
      try {
        await stage.run(`echo '# ringfence emulation' | tee ${target} >/dev/null`);
      } finally {
        rmSync(target, { force: true });
        removeFolders();
      }
    },
  };
}

const script = (rule: string, text: (stage: Stage) => string): Action => ({
  rule,
  perform: (stage) => stage.run(text(stage)),
});

const SYSTEM_LOGS = [
  '/var/log/secure',
  '/var/log/messages',
  '/var/log/cron',
  '/var/log/kern.log',
  '/var/log/auth.log',
];
const name = (token: string): string => `ringfence-emulation-${token}`;

/** A file of the home folder that is a secret; if there is one, it is used (read, and thrown away) as it is. */
const CREDENTIALS = join(homedir(), '.pgpass');
const KEY = join(homedir(), '.ssh', 'id_ringfence-emulation');

export const fileActions: readonly Action[] = [
  written('file_cron_entry', (token) => `/etc/cron.d/${name(token)}`),
  written('file_systemd_unit', (token) => `/etc/systemd/system/${name(token)}.service`),
  written('file_shell_profile', (token) => `/etc/profile.d/${name(token)}.sh`),
  script(
    'file_authorized_keys',
    ({ dir }) => `mkdir ${dir}/.ssh; echo '# x' > ${dir}/.ssh/authorized_keys; true`,
  ),
  {
    rule: 'file_ld_so_preload',
    perform: async (stage) => {
      const remove = temporaryFile('/etc/ld.so.preload');
      try {
        await stage.run(`tee -a /etc/ld.so.preload ${stage.dir}/x < /dev/null`);
      } finally {
        remove();
      }
      return 'the file was empty';
    },
  },
  written('file_init_script', (token) => `/etc/init.d/${name(token)}`),
  written('file_udev_rule', (token) => `/etc/udev/rules.d/99-${name(token)}.rules`),
  written('file_motd_script', (token) => `/etc/update-motd.d/99-${name(token)}`),
  written('file_pam_changed', (token) => `/etc/pam.d/${name(token)}`),
  // sudo leaves out files with a dot in their name.
  written('file_sudoers_changed', (token) => `/etc/sudoers.d/${name(token)}.off`),
  {
    rule: 'file_account_file_written',
    perform: async (stage) => {
      await stage.run(`tee -a /etc/group ${stage.dir}/x < /dev/null`);
      return 'nothing was appended';
    },
  },
  {
    rule: 'file_log_written_by_other',
    perform: async (stage) => {
      const existing = ['/var/log/wtmp', '/var/log/lastlog', '/var/log/btmp', ...SYSTEM_LOGS].find(
        existsSync,
      );
      if (existing === undefined) throw new NotPerformed('there is no system log');
      await stage.run(`tee -a ${existing} ${stage.dir}/x < /dev/null`);
      return 'nothing was appended';
    },
  },
  {
    rule: 'file_web_script_by_server',
    perform: async (stage) => {
      const target = `/var/www/${name(stage.token)}/x.php`;
      const removeFolders = temporaryFolder(dirname(target));
      try {
        await stage.run(`${stage.copy('tee', 'nginx')} ${target} < /dev/null`);
      } finally {
        rmSync(target, { force: true });
        removeFolders();
      }
      return 'a copy of tee stands in for the web server';
    },
  },
  written('file_system_program_written', (token) => `/usr/bin/${name(token)}`),
  script('file_ransom_note', ({ dir }) => `echo x > ${dir}/HOW_TO_DECRYPT_FILES.txt`),
  {
    rule: 'file_startup_file_renamed_into_place',
    perform: async (stage) => {
      const target = `/etc/cron.d/${name(stage.token)}`;
      const removeFolders = temporaryFolder('/etc/cron.d');
      try {
        await stage.run(`echo '# x' > /etc/${name(stage.token)}; mv /etc/${name(stage.token)} ${target}`);
      } finally {
        rmSync(target, { force: true });
        rmSync(`/etc/${name(stage.token)}`, { force: true });
        removeFolders();
      }
    },
  },
  script(
    'file_encrypted_name',
    ({ dir }) => `echo x > ${dir}/a.xlsx; mv ${dir}/a.xlsx ${dir}/a.xlsx.lockbit`,
  ),
  {
    rule: 'file_log_deleted',
    perform: async (stage) => {
      const absent = SYSTEM_LOGS.find((path) => !existsSync(path));
      if (absent === undefined) throw new NotPerformed('every system log exists and is left alone');
      const remove = temporaryFile(absent);
      try {
        await stage.run(`rm -f ${absent} ${stage.dir}/x`);
      } finally {
        remove();
      }
    },
  },
  script('file_history_deleted', ({ dir }) => `touch ${dir}/.zsh_history; rm ${dir}/.zsh_history`),
  script(
    'file_setuid_outside_packages',
    ({ dir }) => `cp "$(type -P true)" ${dir}/x; chmod 4755 ${dir}/x; sleep 0.3`,
  ),
  {
    rule: 'secret_shadow_read',
    perform: async (stage) => {
      if (!existsSync('/etc/shadow')) throw new NotPerformed('there is no /etc/shadow');
      await stage.run(`head -c 1 /etc/shadow ${stage.dir}/x > /dev/null`);
    },
  },
  {
    rule: 'secret_ssh_key_read',
    prepare: () => temporaryFile(KEY, 'not a key\n'),
    perform: async (stage) => {
      need('cat');
      await stage.run(`cat ${KEY} ${stage.dir}/x > /dev/null`);
    },
  },
  {
    rule: 'secret_cloud_credentials_read',
    prepare: () => (existsSync(CREDENTIALS) ? () => {} : temporaryFile(CREDENTIALS, '# x\n')),
    perform: (stage) => stage.run(`head -c 1 ${CREDENTIALS} ${stage.dir}/x > /dev/null`),
  },
];
