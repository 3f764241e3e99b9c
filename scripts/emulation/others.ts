import { closeSync, existsSync, openSync } from 'node:fs';
import { type Action, NotPerformed, need, runProgram, type Stage } from './technique.ts';

/** Runs a Perl program with the token as its argument; Perl reaches system calls without a compiler. */
function perl(
  rule: string,
  program: string | ((stage: Stage) => string),
  from: 'system' | 'temporary' = 'system',
): Action {
  return {
    rule,
    perform: async (stage) => {
      const source = need('perl');
      if (process.arch !== 'x64') throw new NotPerformed('the action knows the system calls of x86-64 only');
      const path = from === 'system' ? source : stage.copy('perl', 'program');
      const text = typeof program === 'string' ? program : program(stage);
      await runProgram(path, ['-e', text, stage.token], stage.dir);
    },
  };
}

/** Loads a socket filter that returns 0, and lets it go again. */
const LOAD_FILTER =
  '$i=pack("CCsl CCsl",0xb7,0,0,0,0x95,0,0,0);$l="GPL\\0";' +
  '$a=pack("LLQQLLQLLa16",1,2,unpack("Q",pack("P",$i)),unpack("Q",pack("P",$l)),0,0,0,0,0,"");syscall(321,5,$a,length $a)';
const AS_NOBODY = '$)="65534 65534";$(=65534;$<=65534;$>=65534;';
/** Attaches to a child that sleeps, does something, and ends it. */
const traced = (what: string): string =>
  `$p=fork;if(!$p){sleep 5;exit}select undef,undef,undef,0.1;syscall(101,16,$p,0,0);waitpid $p,0;${what}kill 9,$p;`;

/** Container engines keep devices from root, too. */
function canOpen(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false;
  }
}

export const otherActions: readonly Action[] = [
  perl(
    'memory_file_executed',
    // MFD_CLOEXEC is not set, so that the path below /proc stays good for the new program.
    '$n=shift;$f=syscall(319,$n,0);open F,">&=",$f;open T,"<","/bin/true";local $/;binmode F;print F <T>;select F;$|=1;exec "/proc/self/fd/$f",$n',
  ),
  {
    rule: 'memory_deleted_program_executed',
    perform: (stage) =>
      stage.run(`p=${stage.copy('true', 'x')}; exec 3< $p; rm $p; /proc/self/fd/3 ${stage.token}`),
  },
  {
    rule: 'net_shell_connects',
    perform: (stage) => stage.run(`bash -c 'exec 3<>/dev/tcp/127.0.0.1/${stage.tcpPort}; : ${stage.token}'`),
  },
  {
    rule: 'net_temporary_program_connects',
    perform: (stage) =>
      stage.run(`${stage.copy('bash', 'program')} -c 'exec 3<>/dev/tcp/127.0.0.1/${stage.tcpPort}'`),
  },
  perl(
    'net_netcat_listens',
    'use Socket;socket S,PF_INET,SOCK_STREAM,0;bind S,sockaddr_in(0,INADDR_LOOPBACK);listen S,1',
    'temporary',
  ),
  // SIOCGIFFLAGS of an interface that does not exist: the kernel checks whether it may load a module of that name.
  perl(
    'cap_module_check_by_other',
    'socket S,2,2,0;$r=pack("a256","rf".substr(shift,0,10));ioctl S,0x8913,$r',
  ),
  perl('cap_ptrace_check_in_temporary_folder', '$>=65534', 'temporary'),
  perl(
    'io_uring_by_temporary_program',
    // One OPENAT of a path that does not exist: ring of two, entry 0, submitted and waited for.
    '$p="\\0"x120;$f=syscall(425,2,$p);@o=unpack("L10",substr $p,40);$q=syscall(9,0,4096,3,1,$f,0);$s=syscall(9,0,4096,3,1,$f,0x10000000);' +
      'open M,"+<","/proc/self/mem";sub w{sysseek M,$_[0],0;syswrite M,$_[1]}' +
      '$n="/ringfence-emulation\\0";$e=pack("CCSlQQLLQ",18,0,0,-100,0,unpack("Q",pack("P",$n)),0,0,1)."\\0"x24;w($s,$e);' +
      'w($q+$o[6],pack("L",0));w($q+$o[1],pack("L",1));syscall(426,$f,1,1,1,0,0)',
    'temporary',
  ),
  perl('full_ptrace_attach', traced('')),
  perl(
    'full_ptrace_write',
    traced(
      'open M,"<","/proc/$p/maps";($s)=grep /\\[stack\\]/,<M>;$s=~/^([0-9a-f]+)/;syscall(101,5,$p,hex($1),0);',
    ),
  ),
  perl('full_ptrace_refused', `${AS_NOBODY}syscall(101,16,1,0,0)`),
  perl('full_became_root', '$>=65534;$>=0'),
  perl('full_become_root_refused', 'syscall(117,65534,65534,65534);syscall(105,0)', 'temporary'),
  perl('full_memory_file_by_interpreter', '$n=shift;syscall(319,$n,0)'),
  perl('full_bpf_program_loaded', LOAD_FILTER),
  perl('full_bpf_program_from_temporary_folder', LOAD_FILTER, 'temporary'),
  {
    rule: 'full_container_mounted_disk',
    perform: async () => {
      throw new NotPerformed('needs a container');
    },
  },
  {
    rule: 'full_mount_over_proc',
    perform: async (stage) => {
      need('unshare');
      await stage.run(`unshare -m sh -c 'mount --bind ${stage.dir} /proc/$$'`);
    },
  },
  {
    rule: 'full_cgroup_mounted',
    perform: async (stage) => {
      need('unshare');
      await stage.run(
        `mkdir ${stage.dir}/c; unshare -m sh -c 'mount -t cgroup -o none,name=rf${stage.token} cgroup ${stage.dir}/c'`,
      );
    },
  },
  {
    rule: 'full_module_from_unusual_path',
    perform: async () => {
      throw new NotPerformed('a loaded module is not harmless');
    },
  },
  {
    rule: 'full_module_by_unusual_process',
    perform: async () => {
      throw new NotPerformed('a loaded module is not harmless');
    },
  },
  perl('full_module_refused', `${AS_NOBODY}$z="";syscall(313,0,$z,0)`),
  perl('full_secret_open_refused', `${AS_NOBODY}open F,"<","/etc/shadow"`),
  perl('full_process_memory_opened_for_writing', 'open F,"+<","/proc/self/mem"'),
  {
    rule: 'full_kernel_helper_opened_for_writing',
    perform: async (stage) => {
      await stage.run(`echo /bin/true > ${stage.dir}/release_agent`);
      return 'the file is an ordinary one';
    },
  },
  {
    rule: 'full_raw_disk_opened',
    perform: async (stage) => {
      const disk = ['/dev/vda', '/dev/sda', '/dev/nvme0n1', '/dev/xvda'].find(canOpen);
      if (disk === undefined) throw new NotPerformed('no disk device can be opened');
      await stage.run(`dd if=${disk} of=${stage.dir}/x count=0`);
      return 'nothing was read';
    },
  },
  {
    rule: 'full_kernel_memory_opened',
    perform: async (stage) => {
      const memory = ['/proc/kcore', '/dev/mem', '/dev/port'].find(existsSync);
      if (memory === undefined) throw new NotPerformed('the kernel shows no memory');
      await stage.run(`dd if=${memory} of=${stage.dir}/x count=0`);
      return 'nothing was read';
    },
  },
  {
    rule: 'full_environment_of_process_read',
    perform: (stage) => stage.run(`head -c 1 /proc/$$/environ ${stage.dir}/x > /dev/null`),
  },
];
