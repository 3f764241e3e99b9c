// Made from src/schema.ts by `npm run generate`: do not edit.

export interface EventHeader {
  /** Unix time, RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly sequence: string;
  /** Names of the `RecordFlag` bits that are set. */
  readonly flags: readonly string[];
  /** Names of fields that were cut. */
  readonly truncated: readonly string[];
}

/** A program was started (exec succeeded). */
export interface ProcessStartEvent extends EventHeader {
  readonly class: 'process_start';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number;
  /** Real group id */
  readonly 'process.gid': number;
  /** Effective user id */
  readonly 'process.euid': number;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number;
  /** Session id: pid of the session leader */
  readonly 'process.session': number;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Working directory at the exec */
  readonly 'process.cwd': string;
  /** Controlling terminal, such as pts0; empty without one */
  readonly 'process.tty': string;
  /** Id of the cgroup v2 directory */
  readonly 'process.cgroup': string;
  /** Links of the executable's inode: 0 when it is in no directory (memory file or deleted) */
  readonly 'file.links': number;
  /** Inode number of the executable */
  readonly 'file.inode': string;
  /** When the parent was forked (ns) */
  readonly 'parent.start_time': string | null;
}

/** The last thread of a process ended. */
export interface ProcessExitEvent extends EventHeader {
  readonly class: 'process_exit';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Exit status, 0 to 255 */
  readonly 'exit.code': number;
  /** Signal that ended it, 0 for none */
  readonly 'exit.signal': number;
}

/** A file or directory was created. */
export interface FileCreateEvent extends EventHeader {
  readonly class: 'file_create';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
}

/** open, openat, openat2 or creat returned, or failed. */
export interface FileOpenEvent extends EventHeader {
  readonly class: 'file_open';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
  /** Open flags (O_ACCMODE in the low two bits) */
  readonly 'file.flags': number;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
  /** 1 when opened for writing */
  readonly 'file.write': number;
}

/** A file that was open for writing was closed. */
export interface FileWriteEvent extends EventHeader {
  readonly class: 'file_write';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
}

/** A file or directory was renamed or moved. */
export interface FileRenameEvent extends EventHeader {
  readonly class: 'file_rename';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
  /** Path before */
  readonly 'file.old_path': string;
}

/** A file or directory was deleted. */
export interface FileDeleteEvent extends EventHeader {
  readonly class: 'file_delete';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
}

/** Mode, owner, times or extended attributes of a file were changed. */
export interface FileChangeEvent extends EventHeader {
  readonly class: 'file_change';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
  /** Mode after the change as the sensor then read it; 0 when the file was gone */
  readonly 'file.mode': number;
  /** Owner after the change */
  readonly 'file.uid': number;
  /** 1 when the mode then had the set-user-id or set-group-id bit */
  readonly 'file.setid': number;
}

/** A hard or symbolic link was created. */
export interface FileLinkEvent extends EventHeader {
  readonly class: 'file_link';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
  /** What a symbolic link points at; empty for a hard link */
  readonly 'file.link_target': string;
}

/** A file of the short list of secrets was opened or read. */
export interface SecretReadEvent extends EventHeader {
  readonly class: 'secret_read';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the file */
  readonly 'file.path': string;
}

/** A process began a connection (TCP at SYN, UDP at connect). */
export interface NetworkConnectEvent extends EventHeader {
  readonly class: 'network_connect';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** IP protocol number: 6 TCP, 17 UDP */
  readonly 'net.protocol': number;
  /** Local port for connect and listen, remote port for accept */
  readonly 'net.source_port': number;
  /** Remote port for connect, local port for accept */
  readonly 'net.destination_port': number;
  /** Address that began the connection */
  readonly 'net.source_ip': string;
  /** Address that was reached */
  readonly 'net.destination_ip': string;
}

/** A connection was established on a listening socket; the process is the listener. */
export interface NetworkAcceptEvent extends EventHeader {
  readonly class: 'network_accept';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** IP protocol number: 6 TCP, 17 UDP */
  readonly 'net.protocol': number;
  /** Local port for connect and listen, remote port for accept */
  readonly 'net.source_port': number;
  /** Remote port for connect, local port for accept */
  readonly 'net.destination_port': number;
  /** Address that began the connection */
  readonly 'net.source_ip': string;
  /** Address that was reached */
  readonly 'net.destination_ip': string;
}

/** A process began to listen. */
export interface NetworkListenEvent extends EventHeader {
  readonly class: 'network_listen';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** IP protocol number: 6 TCP, 17 UDP */
  readonly 'net.protocol': number;
  /** Local port for connect and listen, remote port for accept */
  readonly 'net.source_port': number;
  /** Remote port for connect, local port for accept */
  readonly 'net.destination_port': number;
  /** Address that began the connection */
  readonly 'net.source_ip': string;
  /** Address that was reached */
  readonly 'net.destination_ip': string;
}

/** A program was started from a file that is in no directory (memfd or deleted). */
export interface MemoryExecEvent extends EventHeader {
  readonly class: 'memory_exec';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number;
  /** Real group id */
  readonly 'process.gid': number;
  /** Effective user id */
  readonly 'process.euid': number;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number;
  /** Session id: pid of the session leader */
  readonly 'process.session': number;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Name of the memory file, such as memfd:x, or its last path */
  readonly 'file.path': string;
}

/** The kernel checked whether a process has a capability, and it has; not that the act happened. */
export interface CapabilityCheckEvent extends EventHeader {
  readonly class: 'capability_check';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Capability number (linux/capability.h) */
  readonly 'capability.number': number;
  /** Its name, such as CAP_SYS_PTRACE */
  readonly 'capability.name': string;
}

/** A file, network or command request was submitted by io_uring, which system-call probes do not see. */
export interface IoUringRequestEvent extends EventHeader {
  readonly class: 'io_uring_request';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Opcode (enum io_uring_op) */
  readonly 'io_uring.opcode': number;
  /** Its name, such as OPENAT */
  readonly 'io_uring.operation': string;
}

/** A process attached to another, or tried to. */
export interface PtraceEvent extends EventHeader {
  readonly class: 'ptrace';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Request number: 16 ATTACH, 16902 SEIZE, 4/5 POKE */
  readonly 'ptrace.request': number;
  /** Process id of the target */
  readonly 'target.pid': number;
  /** Executable of the target */
  readonly 'target.path': string;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
}

/** A set*uid, set*gid or capset call returned, or failed. */
export interface CredentialChangeEvent extends EventHeader {
  readonly class: 'credential_change';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Name of the system call */
  readonly 'credential.call': string;
  /** Its number on x86-64 */
  readonly 'credential.syscall': number;
  /** Effective user id the last time this process was seen */
  readonly 'credential.old_uid': number;
  /** Effective user id after */
  readonly 'credential.new_uid': number;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
}

/** bpf(BPF_PROG_LOAD) returned, or failed. */
export interface BpfLoadEvent extends EventHeader {
  readonly class: 'bpf_load';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Program type (enum bpf_prog_type) */
  readonly 'bpf.program_type': number;
  /** Name given to the program */
  readonly 'bpf.program_name': string;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
}

/** mount or move_mount returned, or failed. */
export interface MountEvent extends EventHeader {
  readonly class: 'mount';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Device or source path */
  readonly 'mount.source': string;
  /** Mount point */
  readonly 'file.path': string;
  /** File-system type */
  readonly 'mount.type': string;
  /** MS_* flags (4096 is a bind mount) */
  readonly 'mount.flags': string;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
}

/** init_module or finit_module returned, or failed. */
export interface ModuleLoadEvent extends EventHeader {
  readonly class: 'module_load';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Path of the module file; empty for init_module */
  readonly 'file.path': string;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
}

/** memfd_create returned, or failed. */
export interface MemoryFileEvent extends EventHeader {
  readonly class: 'memory_file';
  /** Process id (thread group) in the host's PID namespace */
  readonly 'process.pid': number;
  /** Process id of the parent */
  readonly 'process.ppid': number | null;
  /** When the process was forked; with the pid it identifies the process (ns) */
  readonly 'process.start_time': string;
  /** Real user id */
  readonly 'process.uid': number | null;
  /** Real group id */
  readonly 'process.gid': number | null;
  /** Effective user id */
  readonly 'process.euid': number | null;
  /** User id at login, kept over su and sudo; 4294967295 when nobody logged in */
  readonly 'process.login_uid': number | null;
  /** Session id: pid of the session leader */
  readonly 'process.session': number | null;
  /** Path of the executable */
  readonly 'process.path': string;
  /** Arguments, the program's own name first; Sigma and OCSF see them joined by spaces */
  readonly 'process.argv': readonly string[];
  /** Name of the real user id */
  readonly 'process.user': string;
  /** Container id from the cgroup's name, empty on the host */
  readonly 'process.container': string;
  /** Path of the parent's executable */
  readonly 'parent.path': string;
  /** Arguments of the parent */
  readonly 'parent.argv': readonly string[];
  /** Name given to the memory file */
  readonly 'memory_file.name': string;
  /** What the system call returned: 0 or more is success, else the negative errno */
  readonly 'result': number;
}

/** An event as an object; `class` tells which. 64-bit numbers are decimal strings. */
export type Event =
  | ProcessStartEvent
  | ProcessExitEvent
  | FileCreateEvent
  | FileOpenEvent
  | FileWriteEvent
  | FileRenameEvent
  | FileDeleteEvent
  | FileChangeEvent
  | FileLinkEvent
  | SecretReadEvent
  | NetworkConnectEvent
  | NetworkAcceptEvent
  | NetworkListenEvent
  | MemoryExecEvent
  | CapabilityCheckEvent
  | IoUringRequestEvent
  | PtraceEvent
  | CredentialChangeEvent
  | BpfLoadEvent
  | MountEvent
  | ModuleLoadEvent
  | MemoryFileEvent;

export type ClassName = Event['class'];
export type EventOf<C extends ClassName> = Extract<Event, { readonly class: C }>;
/** Names of the fields of a class. */
export type FieldName<C extends ClassName> = Exclude<keyof EventOf<C>, keyof EventHeader | 'class'>;
