/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Made from packages/events/src/schema.ts by `npm run generate`: do not edit. */
#ifndef RINGFENCE_EVENTS_H
#define RINGFENCE_EVENTS_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define RF_SCHEMA_VERSION 1
#define RF_MAX_RECORD_BYTES 65528

/* Bits of rf_header.flags. */
#define RF_FLAG_HOST_VIEW 1
#define RF_FLAG_ACTOR_UNKNOWN 2
#define RF_FLAG_POLLED 4
#define RF_FLAG_EXISTING 8
#define RF_FLAG_PATH_DETACHED 16

/* All numbers are little endian. After the fixed part come the bytes of the strings. */
struct rf_header {
	__u32 size; /* bytes of the whole record, a multiple of 8 */
	__u16 class_id;
	__u16 flags;
	__u64 time; /* ns: CLOCK_BOOTTIME in a probe record, Unix time in an event */
	__u64 sequence;
	__u64 truncated; /* bit RF_SLOT_...: that field was cut */
};
_Static_assert(__builtin_offsetof(struct rf_header, class_id) == 4, "rf_header.class_id");
_Static_assert(__builtin_offsetof(struct rf_header, flags) == 6, "rf_header.flags");
_Static_assert(__builtin_offsetof(struct rf_header, time) == 8, "rf_header.time");
_Static_assert(__builtin_offsetof(struct rf_header, sequence) == 16, "rf_header.sequence");
_Static_assert(__builtin_offsetof(struct rf_header, truncated) == 24, "rf_header.truncated");
_Static_assert(sizeof(struct rf_header) == 32, "rf_header");

/* Bytes of a string in its record, no terminator; of a list, its members separated by NUL (none after the last). */
struct rf_string {
	__u16 offset; /* from the start of the record */
	__u16 length;
};

/* IPv4 as ::ffff:a.b.c.d */
struct rf_ip {
	__u8 bytes[16];
} __attribute__((aligned(4)));

/* Class numbers; slots of fields (index in the class, bit of `truncated`); most bytes of strings. */
#define RF_CLASS_PROCESS_START 1
#define RF_SLOT_PROCESS_START_PROCESS_PID 0
#define RF_SLOT_PROCESS_START_PROCESS_PPID 1
#define RF_SLOT_PROCESS_START_PROCESS_START_TIME 2
#define RF_SLOT_PROCESS_START_PROCESS_UID 3
#define RF_SLOT_PROCESS_START_PROCESS_GID 4
#define RF_SLOT_PROCESS_START_PROCESS_EUID 5
#define RF_SLOT_PROCESS_START_PROCESS_LOGIN_UID 6
#define RF_SLOT_PROCESS_START_PROCESS_SESSION 7
#define RF_SLOT_PROCESS_START_PROCESS_PATH 8
#define RF_MAX_PROCESS_START_PROCESS_PATH 4096
#define RF_SLOT_PROCESS_START_PROCESS_ARGV 9
#define RF_MAX_PROCESS_START_PROCESS_ARGV 16384
#define RF_SLOT_PROCESS_START_PROCESS_USER 10
#define RF_MAX_PROCESS_START_PROCESS_USER 256
#define RF_SLOT_PROCESS_START_PROCESS_CONTAINER 11
#define RF_MAX_PROCESS_START_PROCESS_CONTAINER 64
#define RF_SLOT_PROCESS_START_PARENT_PATH 12
#define RF_MAX_PROCESS_START_PARENT_PATH 4096
#define RF_SLOT_PROCESS_START_PARENT_ARGV 13
#define RF_MAX_PROCESS_START_PARENT_ARGV 4096
#define RF_SLOT_PROCESS_START_PROCESS_CWD 14
#define RF_MAX_PROCESS_START_PROCESS_CWD 4096
#define RF_SLOT_PROCESS_START_PROCESS_TTY 15
#define RF_MAX_PROCESS_START_PROCESS_TTY 64
#define RF_SLOT_PROCESS_START_PROCESS_CGROUP 16
#define RF_SLOT_PROCESS_START_FILE_LINKS 17
#define RF_SLOT_PROCESS_START_FILE_INODE 18
#define RF_SLOT_PROCESS_START_PARENT_START_TIME 19

#define RF_CLASS_PROCESS_EXIT 2
#define RF_SLOT_PROCESS_EXIT_PROCESS_PID 0
#define RF_SLOT_PROCESS_EXIT_PROCESS_PPID 1
#define RF_SLOT_PROCESS_EXIT_PROCESS_START_TIME 2
#define RF_SLOT_PROCESS_EXIT_PROCESS_UID 3
#define RF_SLOT_PROCESS_EXIT_PROCESS_GID 4
#define RF_SLOT_PROCESS_EXIT_PROCESS_EUID 5
#define RF_SLOT_PROCESS_EXIT_PROCESS_LOGIN_UID 6
#define RF_SLOT_PROCESS_EXIT_PROCESS_SESSION 7
#define RF_SLOT_PROCESS_EXIT_PROCESS_PATH 8
#define RF_MAX_PROCESS_EXIT_PROCESS_PATH 4096
#define RF_SLOT_PROCESS_EXIT_PROCESS_ARGV 9
#define RF_MAX_PROCESS_EXIT_PROCESS_ARGV 16384
#define RF_SLOT_PROCESS_EXIT_PROCESS_USER 10
#define RF_MAX_PROCESS_EXIT_PROCESS_USER 256
#define RF_SLOT_PROCESS_EXIT_PROCESS_CONTAINER 11
#define RF_MAX_PROCESS_EXIT_PROCESS_CONTAINER 64
#define RF_SLOT_PROCESS_EXIT_PARENT_PATH 12
#define RF_MAX_PROCESS_EXIT_PARENT_PATH 4096
#define RF_SLOT_PROCESS_EXIT_PARENT_ARGV 13
#define RF_MAX_PROCESS_EXIT_PARENT_ARGV 4096
#define RF_SLOT_PROCESS_EXIT_EXIT_CODE 14
#define RF_SLOT_PROCESS_EXIT_EXIT_SIGNAL 15

#define RF_CLASS_FILE_CREATE 3
#define RF_SLOT_FILE_CREATE_PROCESS_PID 0
#define RF_SLOT_FILE_CREATE_PROCESS_PPID 1
#define RF_SLOT_FILE_CREATE_PROCESS_START_TIME 2
#define RF_SLOT_FILE_CREATE_PROCESS_UID 3
#define RF_SLOT_FILE_CREATE_PROCESS_GID 4
#define RF_SLOT_FILE_CREATE_PROCESS_EUID 5
#define RF_SLOT_FILE_CREATE_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_CREATE_PROCESS_SESSION 7
#define RF_SLOT_FILE_CREATE_PROCESS_PATH 8
#define RF_MAX_FILE_CREATE_PROCESS_PATH 4096
#define RF_SLOT_FILE_CREATE_PROCESS_ARGV 9
#define RF_MAX_FILE_CREATE_PROCESS_ARGV 16384
#define RF_SLOT_FILE_CREATE_PROCESS_USER 10
#define RF_MAX_FILE_CREATE_PROCESS_USER 256
#define RF_SLOT_FILE_CREATE_PROCESS_CONTAINER 11
#define RF_MAX_FILE_CREATE_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_CREATE_PARENT_PATH 12
#define RF_MAX_FILE_CREATE_PARENT_PATH 4096
#define RF_SLOT_FILE_CREATE_PARENT_ARGV 13
#define RF_MAX_FILE_CREATE_PARENT_ARGV 4096
#define RF_SLOT_FILE_CREATE_FILE_PATH 14
#define RF_MAX_FILE_CREATE_FILE_PATH 4096

#define RF_CLASS_FILE_OPEN 4
#define RF_SLOT_FILE_OPEN_PROCESS_PID 0
#define RF_SLOT_FILE_OPEN_PROCESS_PPID 1
#define RF_SLOT_FILE_OPEN_PROCESS_START_TIME 2
#define RF_SLOT_FILE_OPEN_PROCESS_UID 3
#define RF_SLOT_FILE_OPEN_PROCESS_GID 4
#define RF_SLOT_FILE_OPEN_PROCESS_EUID 5
#define RF_SLOT_FILE_OPEN_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_OPEN_PROCESS_SESSION 7
#define RF_SLOT_FILE_OPEN_PROCESS_PATH 8
#define RF_MAX_FILE_OPEN_PROCESS_PATH 4096
#define RF_SLOT_FILE_OPEN_PROCESS_ARGV 9
#define RF_MAX_FILE_OPEN_PROCESS_ARGV 16384
#define RF_SLOT_FILE_OPEN_PROCESS_USER 10
#define RF_MAX_FILE_OPEN_PROCESS_USER 256
#define RF_SLOT_FILE_OPEN_PROCESS_CONTAINER 11
#define RF_MAX_FILE_OPEN_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_OPEN_PARENT_PATH 12
#define RF_MAX_FILE_OPEN_PARENT_PATH 4096
#define RF_SLOT_FILE_OPEN_PARENT_ARGV 13
#define RF_MAX_FILE_OPEN_PARENT_ARGV 4096
#define RF_SLOT_FILE_OPEN_FILE_PATH 14
#define RF_MAX_FILE_OPEN_FILE_PATH 4096
#define RF_SLOT_FILE_OPEN_FILE_FLAGS 15
#define RF_SLOT_FILE_OPEN_RESULT 16
#define RF_SLOT_FILE_OPEN_FILE_WRITE 17

#define RF_CLASS_FILE_WRITE 5
#define RF_SLOT_FILE_WRITE_PROCESS_PID 0
#define RF_SLOT_FILE_WRITE_PROCESS_PPID 1
#define RF_SLOT_FILE_WRITE_PROCESS_START_TIME 2
#define RF_SLOT_FILE_WRITE_PROCESS_UID 3
#define RF_SLOT_FILE_WRITE_PROCESS_GID 4
#define RF_SLOT_FILE_WRITE_PROCESS_EUID 5
#define RF_SLOT_FILE_WRITE_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_WRITE_PROCESS_SESSION 7
#define RF_SLOT_FILE_WRITE_PROCESS_PATH 8
#define RF_MAX_FILE_WRITE_PROCESS_PATH 4096
#define RF_SLOT_FILE_WRITE_PROCESS_ARGV 9
#define RF_MAX_FILE_WRITE_PROCESS_ARGV 16384
#define RF_SLOT_FILE_WRITE_PROCESS_USER 10
#define RF_MAX_FILE_WRITE_PROCESS_USER 256
#define RF_SLOT_FILE_WRITE_PROCESS_CONTAINER 11
#define RF_MAX_FILE_WRITE_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_WRITE_PARENT_PATH 12
#define RF_MAX_FILE_WRITE_PARENT_PATH 4096
#define RF_SLOT_FILE_WRITE_PARENT_ARGV 13
#define RF_MAX_FILE_WRITE_PARENT_ARGV 4096
#define RF_SLOT_FILE_WRITE_FILE_PATH 14
#define RF_MAX_FILE_WRITE_FILE_PATH 4096

#define RF_CLASS_FILE_RENAME 6
#define RF_SLOT_FILE_RENAME_PROCESS_PID 0
#define RF_SLOT_FILE_RENAME_PROCESS_PPID 1
#define RF_SLOT_FILE_RENAME_PROCESS_START_TIME 2
#define RF_SLOT_FILE_RENAME_PROCESS_UID 3
#define RF_SLOT_FILE_RENAME_PROCESS_GID 4
#define RF_SLOT_FILE_RENAME_PROCESS_EUID 5
#define RF_SLOT_FILE_RENAME_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_RENAME_PROCESS_SESSION 7
#define RF_SLOT_FILE_RENAME_PROCESS_PATH 8
#define RF_MAX_FILE_RENAME_PROCESS_PATH 4096
#define RF_SLOT_FILE_RENAME_PROCESS_ARGV 9
#define RF_MAX_FILE_RENAME_PROCESS_ARGV 16384
#define RF_SLOT_FILE_RENAME_PROCESS_USER 10
#define RF_MAX_FILE_RENAME_PROCESS_USER 256
#define RF_SLOT_FILE_RENAME_PROCESS_CONTAINER 11
#define RF_MAX_FILE_RENAME_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_RENAME_PARENT_PATH 12
#define RF_MAX_FILE_RENAME_PARENT_PATH 4096
#define RF_SLOT_FILE_RENAME_PARENT_ARGV 13
#define RF_MAX_FILE_RENAME_PARENT_ARGV 4096
#define RF_SLOT_FILE_RENAME_FILE_PATH 14
#define RF_MAX_FILE_RENAME_FILE_PATH 4096
#define RF_SLOT_FILE_RENAME_FILE_OLD_PATH 15
#define RF_MAX_FILE_RENAME_FILE_OLD_PATH 4096

#define RF_CLASS_FILE_DELETE 7
#define RF_SLOT_FILE_DELETE_PROCESS_PID 0
#define RF_SLOT_FILE_DELETE_PROCESS_PPID 1
#define RF_SLOT_FILE_DELETE_PROCESS_START_TIME 2
#define RF_SLOT_FILE_DELETE_PROCESS_UID 3
#define RF_SLOT_FILE_DELETE_PROCESS_GID 4
#define RF_SLOT_FILE_DELETE_PROCESS_EUID 5
#define RF_SLOT_FILE_DELETE_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_DELETE_PROCESS_SESSION 7
#define RF_SLOT_FILE_DELETE_PROCESS_PATH 8
#define RF_MAX_FILE_DELETE_PROCESS_PATH 4096
#define RF_SLOT_FILE_DELETE_PROCESS_ARGV 9
#define RF_MAX_FILE_DELETE_PROCESS_ARGV 16384
#define RF_SLOT_FILE_DELETE_PROCESS_USER 10
#define RF_MAX_FILE_DELETE_PROCESS_USER 256
#define RF_SLOT_FILE_DELETE_PROCESS_CONTAINER 11
#define RF_MAX_FILE_DELETE_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_DELETE_PARENT_PATH 12
#define RF_MAX_FILE_DELETE_PARENT_PATH 4096
#define RF_SLOT_FILE_DELETE_PARENT_ARGV 13
#define RF_MAX_FILE_DELETE_PARENT_ARGV 4096
#define RF_SLOT_FILE_DELETE_FILE_PATH 14
#define RF_MAX_FILE_DELETE_FILE_PATH 4096

#define RF_CLASS_FILE_CHANGE 8
#define RF_SLOT_FILE_CHANGE_PROCESS_PID 0
#define RF_SLOT_FILE_CHANGE_PROCESS_PPID 1
#define RF_SLOT_FILE_CHANGE_PROCESS_START_TIME 2
#define RF_SLOT_FILE_CHANGE_PROCESS_UID 3
#define RF_SLOT_FILE_CHANGE_PROCESS_GID 4
#define RF_SLOT_FILE_CHANGE_PROCESS_EUID 5
#define RF_SLOT_FILE_CHANGE_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_CHANGE_PROCESS_SESSION 7
#define RF_SLOT_FILE_CHANGE_PROCESS_PATH 8
#define RF_MAX_FILE_CHANGE_PROCESS_PATH 4096
#define RF_SLOT_FILE_CHANGE_PROCESS_ARGV 9
#define RF_MAX_FILE_CHANGE_PROCESS_ARGV 16384
#define RF_SLOT_FILE_CHANGE_PROCESS_USER 10
#define RF_MAX_FILE_CHANGE_PROCESS_USER 256
#define RF_SLOT_FILE_CHANGE_PROCESS_CONTAINER 11
#define RF_MAX_FILE_CHANGE_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_CHANGE_PARENT_PATH 12
#define RF_MAX_FILE_CHANGE_PARENT_PATH 4096
#define RF_SLOT_FILE_CHANGE_PARENT_ARGV 13
#define RF_MAX_FILE_CHANGE_PARENT_ARGV 4096
#define RF_SLOT_FILE_CHANGE_FILE_PATH 14
#define RF_MAX_FILE_CHANGE_FILE_PATH 4096
#define RF_SLOT_FILE_CHANGE_FILE_MODE 15
#define RF_SLOT_FILE_CHANGE_FILE_UID 16
#define RF_SLOT_FILE_CHANGE_FILE_SETID 17

#define RF_CLASS_FILE_LINK 9
#define RF_SLOT_FILE_LINK_PROCESS_PID 0
#define RF_SLOT_FILE_LINK_PROCESS_PPID 1
#define RF_SLOT_FILE_LINK_PROCESS_START_TIME 2
#define RF_SLOT_FILE_LINK_PROCESS_UID 3
#define RF_SLOT_FILE_LINK_PROCESS_GID 4
#define RF_SLOT_FILE_LINK_PROCESS_EUID 5
#define RF_SLOT_FILE_LINK_PROCESS_LOGIN_UID 6
#define RF_SLOT_FILE_LINK_PROCESS_SESSION 7
#define RF_SLOT_FILE_LINK_PROCESS_PATH 8
#define RF_MAX_FILE_LINK_PROCESS_PATH 4096
#define RF_SLOT_FILE_LINK_PROCESS_ARGV 9
#define RF_MAX_FILE_LINK_PROCESS_ARGV 16384
#define RF_SLOT_FILE_LINK_PROCESS_USER 10
#define RF_MAX_FILE_LINK_PROCESS_USER 256
#define RF_SLOT_FILE_LINK_PROCESS_CONTAINER 11
#define RF_MAX_FILE_LINK_PROCESS_CONTAINER 64
#define RF_SLOT_FILE_LINK_PARENT_PATH 12
#define RF_MAX_FILE_LINK_PARENT_PATH 4096
#define RF_SLOT_FILE_LINK_PARENT_ARGV 13
#define RF_MAX_FILE_LINK_PARENT_ARGV 4096
#define RF_SLOT_FILE_LINK_FILE_PATH 14
#define RF_MAX_FILE_LINK_FILE_PATH 4096
#define RF_SLOT_FILE_LINK_FILE_LINK_TARGET 15
#define RF_MAX_FILE_LINK_FILE_LINK_TARGET 4096

#define RF_CLASS_SECRET_READ 10
#define RF_SLOT_SECRET_READ_PROCESS_PID 0
#define RF_SLOT_SECRET_READ_PROCESS_PPID 1
#define RF_SLOT_SECRET_READ_PROCESS_START_TIME 2
#define RF_SLOT_SECRET_READ_PROCESS_UID 3
#define RF_SLOT_SECRET_READ_PROCESS_GID 4
#define RF_SLOT_SECRET_READ_PROCESS_EUID 5
#define RF_SLOT_SECRET_READ_PROCESS_LOGIN_UID 6
#define RF_SLOT_SECRET_READ_PROCESS_SESSION 7
#define RF_SLOT_SECRET_READ_PROCESS_PATH 8
#define RF_MAX_SECRET_READ_PROCESS_PATH 4096
#define RF_SLOT_SECRET_READ_PROCESS_ARGV 9
#define RF_MAX_SECRET_READ_PROCESS_ARGV 16384
#define RF_SLOT_SECRET_READ_PROCESS_USER 10
#define RF_MAX_SECRET_READ_PROCESS_USER 256
#define RF_SLOT_SECRET_READ_PROCESS_CONTAINER 11
#define RF_MAX_SECRET_READ_PROCESS_CONTAINER 64
#define RF_SLOT_SECRET_READ_PARENT_PATH 12
#define RF_MAX_SECRET_READ_PARENT_PATH 4096
#define RF_SLOT_SECRET_READ_PARENT_ARGV 13
#define RF_MAX_SECRET_READ_PARENT_ARGV 4096
#define RF_SLOT_SECRET_READ_FILE_PATH 14
#define RF_MAX_SECRET_READ_FILE_PATH 4096

#define RF_CLASS_NETWORK_CONNECT 11
#define RF_SLOT_NETWORK_CONNECT_PROCESS_PID 0
#define RF_SLOT_NETWORK_CONNECT_PROCESS_PPID 1
#define RF_SLOT_NETWORK_CONNECT_PROCESS_START_TIME 2
#define RF_SLOT_NETWORK_CONNECT_PROCESS_UID 3
#define RF_SLOT_NETWORK_CONNECT_PROCESS_GID 4
#define RF_SLOT_NETWORK_CONNECT_PROCESS_EUID 5
#define RF_SLOT_NETWORK_CONNECT_PROCESS_LOGIN_UID 6
#define RF_SLOT_NETWORK_CONNECT_PROCESS_SESSION 7
#define RF_SLOT_NETWORK_CONNECT_PROCESS_PATH 8
#define RF_MAX_NETWORK_CONNECT_PROCESS_PATH 4096
#define RF_SLOT_NETWORK_CONNECT_PROCESS_ARGV 9
#define RF_MAX_NETWORK_CONNECT_PROCESS_ARGV 16384
#define RF_SLOT_NETWORK_CONNECT_PROCESS_USER 10
#define RF_MAX_NETWORK_CONNECT_PROCESS_USER 256
#define RF_SLOT_NETWORK_CONNECT_PROCESS_CONTAINER 11
#define RF_MAX_NETWORK_CONNECT_PROCESS_CONTAINER 64
#define RF_SLOT_NETWORK_CONNECT_PARENT_PATH 12
#define RF_MAX_NETWORK_CONNECT_PARENT_PATH 4096
#define RF_SLOT_NETWORK_CONNECT_PARENT_ARGV 13
#define RF_MAX_NETWORK_CONNECT_PARENT_ARGV 4096
#define RF_SLOT_NETWORK_CONNECT_NET_PROTOCOL 14
#define RF_SLOT_NETWORK_CONNECT_NET_SOURCE_PORT 15
#define RF_SLOT_NETWORK_CONNECT_NET_DESTINATION_PORT 16
#define RF_SLOT_NETWORK_CONNECT_NET_SOURCE_IP 17
#define RF_SLOT_NETWORK_CONNECT_NET_DESTINATION_IP 18

#define RF_CLASS_NETWORK_ACCEPT 12
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_PID 0
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_PPID 1
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_START_TIME 2
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_UID 3
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_GID 4
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_EUID 5
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_LOGIN_UID 6
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_SESSION 7
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_PATH 8
#define RF_MAX_NETWORK_ACCEPT_PROCESS_PATH 4096
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_ARGV 9
#define RF_MAX_NETWORK_ACCEPT_PROCESS_ARGV 16384
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_USER 10
#define RF_MAX_NETWORK_ACCEPT_PROCESS_USER 256
#define RF_SLOT_NETWORK_ACCEPT_PROCESS_CONTAINER 11
#define RF_MAX_NETWORK_ACCEPT_PROCESS_CONTAINER 64
#define RF_SLOT_NETWORK_ACCEPT_PARENT_PATH 12
#define RF_MAX_NETWORK_ACCEPT_PARENT_PATH 4096
#define RF_SLOT_NETWORK_ACCEPT_PARENT_ARGV 13
#define RF_MAX_NETWORK_ACCEPT_PARENT_ARGV 4096
#define RF_SLOT_NETWORK_ACCEPT_NET_PROTOCOL 14
#define RF_SLOT_NETWORK_ACCEPT_NET_SOURCE_PORT 15
#define RF_SLOT_NETWORK_ACCEPT_NET_DESTINATION_PORT 16
#define RF_SLOT_NETWORK_ACCEPT_NET_SOURCE_IP 17
#define RF_SLOT_NETWORK_ACCEPT_NET_DESTINATION_IP 18

#define RF_CLASS_NETWORK_LISTEN 13
#define RF_SLOT_NETWORK_LISTEN_PROCESS_PID 0
#define RF_SLOT_NETWORK_LISTEN_PROCESS_PPID 1
#define RF_SLOT_NETWORK_LISTEN_PROCESS_START_TIME 2
#define RF_SLOT_NETWORK_LISTEN_PROCESS_UID 3
#define RF_SLOT_NETWORK_LISTEN_PROCESS_GID 4
#define RF_SLOT_NETWORK_LISTEN_PROCESS_EUID 5
#define RF_SLOT_NETWORK_LISTEN_PROCESS_LOGIN_UID 6
#define RF_SLOT_NETWORK_LISTEN_PROCESS_SESSION 7
#define RF_SLOT_NETWORK_LISTEN_PROCESS_PATH 8
#define RF_MAX_NETWORK_LISTEN_PROCESS_PATH 4096
#define RF_SLOT_NETWORK_LISTEN_PROCESS_ARGV 9
#define RF_MAX_NETWORK_LISTEN_PROCESS_ARGV 16384
#define RF_SLOT_NETWORK_LISTEN_PROCESS_USER 10
#define RF_MAX_NETWORK_LISTEN_PROCESS_USER 256
#define RF_SLOT_NETWORK_LISTEN_PROCESS_CONTAINER 11
#define RF_MAX_NETWORK_LISTEN_PROCESS_CONTAINER 64
#define RF_SLOT_NETWORK_LISTEN_PARENT_PATH 12
#define RF_MAX_NETWORK_LISTEN_PARENT_PATH 4096
#define RF_SLOT_NETWORK_LISTEN_PARENT_ARGV 13
#define RF_MAX_NETWORK_LISTEN_PARENT_ARGV 4096
#define RF_SLOT_NETWORK_LISTEN_NET_PROTOCOL 14
#define RF_SLOT_NETWORK_LISTEN_NET_SOURCE_PORT 15
#define RF_SLOT_NETWORK_LISTEN_NET_DESTINATION_PORT 16
#define RF_SLOT_NETWORK_LISTEN_NET_SOURCE_IP 17
#define RF_SLOT_NETWORK_LISTEN_NET_DESTINATION_IP 18

#define RF_CLASS_MEMORY_EXEC 14
#define RF_SLOT_MEMORY_EXEC_PROCESS_PID 0
#define RF_SLOT_MEMORY_EXEC_PROCESS_PPID 1
#define RF_SLOT_MEMORY_EXEC_PROCESS_START_TIME 2
#define RF_SLOT_MEMORY_EXEC_PROCESS_UID 3
#define RF_SLOT_MEMORY_EXEC_PROCESS_GID 4
#define RF_SLOT_MEMORY_EXEC_PROCESS_EUID 5
#define RF_SLOT_MEMORY_EXEC_PROCESS_LOGIN_UID 6
#define RF_SLOT_MEMORY_EXEC_PROCESS_SESSION 7
#define RF_SLOT_MEMORY_EXEC_PROCESS_PATH 8
#define RF_MAX_MEMORY_EXEC_PROCESS_PATH 4096
#define RF_SLOT_MEMORY_EXEC_PROCESS_ARGV 9
#define RF_MAX_MEMORY_EXEC_PROCESS_ARGV 16384
#define RF_SLOT_MEMORY_EXEC_PROCESS_USER 10
#define RF_MAX_MEMORY_EXEC_PROCESS_USER 256
#define RF_SLOT_MEMORY_EXEC_PROCESS_CONTAINER 11
#define RF_MAX_MEMORY_EXEC_PROCESS_CONTAINER 64
#define RF_SLOT_MEMORY_EXEC_PARENT_PATH 12
#define RF_MAX_MEMORY_EXEC_PARENT_PATH 4096
#define RF_SLOT_MEMORY_EXEC_PARENT_ARGV 13
#define RF_MAX_MEMORY_EXEC_PARENT_ARGV 4096
#define RF_SLOT_MEMORY_EXEC_FILE_PATH 14
#define RF_MAX_MEMORY_EXEC_FILE_PATH 4096

#define RF_CLASS_CAPABILITY_CHECK 15
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_PID 0
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_PPID 1
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_START_TIME 2
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_UID 3
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_GID 4
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_EUID 5
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_LOGIN_UID 6
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_SESSION 7
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_PATH 8
#define RF_MAX_CAPABILITY_CHECK_PROCESS_PATH 4096
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_ARGV 9
#define RF_MAX_CAPABILITY_CHECK_PROCESS_ARGV 16384
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_USER 10
#define RF_MAX_CAPABILITY_CHECK_PROCESS_USER 256
#define RF_SLOT_CAPABILITY_CHECK_PROCESS_CONTAINER 11
#define RF_MAX_CAPABILITY_CHECK_PROCESS_CONTAINER 64
#define RF_SLOT_CAPABILITY_CHECK_PARENT_PATH 12
#define RF_MAX_CAPABILITY_CHECK_PARENT_PATH 4096
#define RF_SLOT_CAPABILITY_CHECK_PARENT_ARGV 13
#define RF_MAX_CAPABILITY_CHECK_PARENT_ARGV 4096
#define RF_SLOT_CAPABILITY_CHECK_CAPABILITY_NUMBER 14
#define RF_SLOT_CAPABILITY_CHECK_CAPABILITY_NAME 15
#define RF_MAX_CAPABILITY_CHECK_CAPABILITY_NAME 32

#define RF_CLASS_IO_URING_REQUEST 16
#define RF_SLOT_IO_URING_REQUEST_PROCESS_PID 0
#define RF_SLOT_IO_URING_REQUEST_PROCESS_PPID 1
#define RF_SLOT_IO_URING_REQUEST_PROCESS_START_TIME 2
#define RF_SLOT_IO_URING_REQUEST_PROCESS_UID 3
#define RF_SLOT_IO_URING_REQUEST_PROCESS_GID 4
#define RF_SLOT_IO_URING_REQUEST_PROCESS_EUID 5
#define RF_SLOT_IO_URING_REQUEST_PROCESS_LOGIN_UID 6
#define RF_SLOT_IO_URING_REQUEST_PROCESS_SESSION 7
#define RF_SLOT_IO_URING_REQUEST_PROCESS_PATH 8
#define RF_MAX_IO_URING_REQUEST_PROCESS_PATH 4096
#define RF_SLOT_IO_URING_REQUEST_PROCESS_ARGV 9
#define RF_MAX_IO_URING_REQUEST_PROCESS_ARGV 16384
#define RF_SLOT_IO_URING_REQUEST_PROCESS_USER 10
#define RF_MAX_IO_URING_REQUEST_PROCESS_USER 256
#define RF_SLOT_IO_URING_REQUEST_PROCESS_CONTAINER 11
#define RF_MAX_IO_URING_REQUEST_PROCESS_CONTAINER 64
#define RF_SLOT_IO_URING_REQUEST_PARENT_PATH 12
#define RF_MAX_IO_URING_REQUEST_PARENT_PATH 4096
#define RF_SLOT_IO_URING_REQUEST_PARENT_ARGV 13
#define RF_MAX_IO_URING_REQUEST_PARENT_ARGV 4096
#define RF_SLOT_IO_URING_REQUEST_IO_URING_OPCODE 14
#define RF_SLOT_IO_URING_REQUEST_IO_URING_OPERATION 15
#define RF_MAX_IO_URING_REQUEST_IO_URING_OPERATION 32

#define RF_CLASS_PTRACE 17
#define RF_SLOT_PTRACE_PROCESS_PID 0
#define RF_SLOT_PTRACE_PROCESS_PPID 1
#define RF_SLOT_PTRACE_PROCESS_START_TIME 2
#define RF_SLOT_PTRACE_PROCESS_UID 3
#define RF_SLOT_PTRACE_PROCESS_GID 4
#define RF_SLOT_PTRACE_PROCESS_EUID 5
#define RF_SLOT_PTRACE_PROCESS_LOGIN_UID 6
#define RF_SLOT_PTRACE_PROCESS_SESSION 7
#define RF_SLOT_PTRACE_PROCESS_PATH 8
#define RF_MAX_PTRACE_PROCESS_PATH 4096
#define RF_SLOT_PTRACE_PROCESS_ARGV 9
#define RF_MAX_PTRACE_PROCESS_ARGV 16384
#define RF_SLOT_PTRACE_PROCESS_USER 10
#define RF_MAX_PTRACE_PROCESS_USER 256
#define RF_SLOT_PTRACE_PROCESS_CONTAINER 11
#define RF_MAX_PTRACE_PROCESS_CONTAINER 64
#define RF_SLOT_PTRACE_PARENT_PATH 12
#define RF_MAX_PTRACE_PARENT_PATH 4096
#define RF_SLOT_PTRACE_PARENT_ARGV 13
#define RF_MAX_PTRACE_PARENT_ARGV 4096
#define RF_SLOT_PTRACE_PTRACE_REQUEST 14
#define RF_SLOT_PTRACE_TARGET_PID 15
#define RF_SLOT_PTRACE_TARGET_PATH 16
#define RF_MAX_PTRACE_TARGET_PATH 4096
#define RF_SLOT_PTRACE_RESULT 17

#define RF_CLASS_CREDENTIAL_CHANGE 18
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_PID 0
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_PPID 1
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_START_TIME 2
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_UID 3
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_GID 4
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_EUID 5
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_LOGIN_UID 6
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_SESSION 7
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_PATH 8
#define RF_MAX_CREDENTIAL_CHANGE_PROCESS_PATH 4096
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_ARGV 9
#define RF_MAX_CREDENTIAL_CHANGE_PROCESS_ARGV 16384
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_USER 10
#define RF_MAX_CREDENTIAL_CHANGE_PROCESS_USER 256
#define RF_SLOT_CREDENTIAL_CHANGE_PROCESS_CONTAINER 11
#define RF_MAX_CREDENTIAL_CHANGE_PROCESS_CONTAINER 64
#define RF_SLOT_CREDENTIAL_CHANGE_PARENT_PATH 12
#define RF_MAX_CREDENTIAL_CHANGE_PARENT_PATH 4096
#define RF_SLOT_CREDENTIAL_CHANGE_PARENT_ARGV 13
#define RF_MAX_CREDENTIAL_CHANGE_PARENT_ARGV 4096
#define RF_SLOT_CREDENTIAL_CHANGE_CREDENTIAL_CALL 14
#define RF_MAX_CREDENTIAL_CHANGE_CREDENTIAL_CALL 16
#define RF_SLOT_CREDENTIAL_CHANGE_CREDENTIAL_SYSCALL 15
#define RF_SLOT_CREDENTIAL_CHANGE_CREDENTIAL_OLD_UID 16
#define RF_SLOT_CREDENTIAL_CHANGE_CREDENTIAL_NEW_UID 17
#define RF_SLOT_CREDENTIAL_CHANGE_RESULT 18

#define RF_CLASS_BPF_LOAD 19
#define RF_SLOT_BPF_LOAD_PROCESS_PID 0
#define RF_SLOT_BPF_LOAD_PROCESS_PPID 1
#define RF_SLOT_BPF_LOAD_PROCESS_START_TIME 2
#define RF_SLOT_BPF_LOAD_PROCESS_UID 3
#define RF_SLOT_BPF_LOAD_PROCESS_GID 4
#define RF_SLOT_BPF_LOAD_PROCESS_EUID 5
#define RF_SLOT_BPF_LOAD_PROCESS_LOGIN_UID 6
#define RF_SLOT_BPF_LOAD_PROCESS_SESSION 7
#define RF_SLOT_BPF_LOAD_PROCESS_PATH 8
#define RF_MAX_BPF_LOAD_PROCESS_PATH 4096
#define RF_SLOT_BPF_LOAD_PROCESS_ARGV 9
#define RF_MAX_BPF_LOAD_PROCESS_ARGV 16384
#define RF_SLOT_BPF_LOAD_PROCESS_USER 10
#define RF_MAX_BPF_LOAD_PROCESS_USER 256
#define RF_SLOT_BPF_LOAD_PROCESS_CONTAINER 11
#define RF_MAX_BPF_LOAD_PROCESS_CONTAINER 64
#define RF_SLOT_BPF_LOAD_PARENT_PATH 12
#define RF_MAX_BPF_LOAD_PARENT_PATH 4096
#define RF_SLOT_BPF_LOAD_PARENT_ARGV 13
#define RF_MAX_BPF_LOAD_PARENT_ARGV 4096
#define RF_SLOT_BPF_LOAD_BPF_PROGRAM_TYPE 14
#define RF_SLOT_BPF_LOAD_BPF_PROGRAM_NAME 15
#define RF_MAX_BPF_LOAD_BPF_PROGRAM_NAME 16
#define RF_SLOT_BPF_LOAD_RESULT 16

#define RF_CLASS_MOUNT 20
#define RF_SLOT_MOUNT_PROCESS_PID 0
#define RF_SLOT_MOUNT_PROCESS_PPID 1
#define RF_SLOT_MOUNT_PROCESS_START_TIME 2
#define RF_SLOT_MOUNT_PROCESS_UID 3
#define RF_SLOT_MOUNT_PROCESS_GID 4
#define RF_SLOT_MOUNT_PROCESS_EUID 5
#define RF_SLOT_MOUNT_PROCESS_LOGIN_UID 6
#define RF_SLOT_MOUNT_PROCESS_SESSION 7
#define RF_SLOT_MOUNT_PROCESS_PATH 8
#define RF_MAX_MOUNT_PROCESS_PATH 4096
#define RF_SLOT_MOUNT_PROCESS_ARGV 9
#define RF_MAX_MOUNT_PROCESS_ARGV 16384
#define RF_SLOT_MOUNT_PROCESS_USER 10
#define RF_MAX_MOUNT_PROCESS_USER 256
#define RF_SLOT_MOUNT_PROCESS_CONTAINER 11
#define RF_MAX_MOUNT_PROCESS_CONTAINER 64
#define RF_SLOT_MOUNT_PARENT_PATH 12
#define RF_MAX_MOUNT_PARENT_PATH 4096
#define RF_SLOT_MOUNT_PARENT_ARGV 13
#define RF_MAX_MOUNT_PARENT_ARGV 4096
#define RF_SLOT_MOUNT_MOUNT_SOURCE 14
#define RF_MAX_MOUNT_MOUNT_SOURCE 4096
#define RF_SLOT_MOUNT_FILE_PATH 15
#define RF_MAX_MOUNT_FILE_PATH 4096
#define RF_SLOT_MOUNT_MOUNT_TYPE 16
#define RF_MAX_MOUNT_MOUNT_TYPE 64
#define RF_SLOT_MOUNT_MOUNT_FLAGS 17
#define RF_SLOT_MOUNT_RESULT 18

#define RF_CLASS_MODULE_LOAD 21
#define RF_SLOT_MODULE_LOAD_PROCESS_PID 0
#define RF_SLOT_MODULE_LOAD_PROCESS_PPID 1
#define RF_SLOT_MODULE_LOAD_PROCESS_START_TIME 2
#define RF_SLOT_MODULE_LOAD_PROCESS_UID 3
#define RF_SLOT_MODULE_LOAD_PROCESS_GID 4
#define RF_SLOT_MODULE_LOAD_PROCESS_EUID 5
#define RF_SLOT_MODULE_LOAD_PROCESS_LOGIN_UID 6
#define RF_SLOT_MODULE_LOAD_PROCESS_SESSION 7
#define RF_SLOT_MODULE_LOAD_PROCESS_PATH 8
#define RF_MAX_MODULE_LOAD_PROCESS_PATH 4096
#define RF_SLOT_MODULE_LOAD_PROCESS_ARGV 9
#define RF_MAX_MODULE_LOAD_PROCESS_ARGV 16384
#define RF_SLOT_MODULE_LOAD_PROCESS_USER 10
#define RF_MAX_MODULE_LOAD_PROCESS_USER 256
#define RF_SLOT_MODULE_LOAD_PROCESS_CONTAINER 11
#define RF_MAX_MODULE_LOAD_PROCESS_CONTAINER 64
#define RF_SLOT_MODULE_LOAD_PARENT_PATH 12
#define RF_MAX_MODULE_LOAD_PARENT_PATH 4096
#define RF_SLOT_MODULE_LOAD_PARENT_ARGV 13
#define RF_MAX_MODULE_LOAD_PARENT_ARGV 4096
#define RF_SLOT_MODULE_LOAD_FILE_PATH 14
#define RF_MAX_MODULE_LOAD_FILE_PATH 4096
#define RF_SLOT_MODULE_LOAD_RESULT 15

#define RF_CLASS_MEMORY_FILE 22
#define RF_SLOT_MEMORY_FILE_PROCESS_PID 0
#define RF_SLOT_MEMORY_FILE_PROCESS_PPID 1
#define RF_SLOT_MEMORY_FILE_PROCESS_START_TIME 2
#define RF_SLOT_MEMORY_FILE_PROCESS_UID 3
#define RF_SLOT_MEMORY_FILE_PROCESS_GID 4
#define RF_SLOT_MEMORY_FILE_PROCESS_EUID 5
#define RF_SLOT_MEMORY_FILE_PROCESS_LOGIN_UID 6
#define RF_SLOT_MEMORY_FILE_PROCESS_SESSION 7
#define RF_SLOT_MEMORY_FILE_PROCESS_PATH 8
#define RF_MAX_MEMORY_FILE_PROCESS_PATH 4096
#define RF_SLOT_MEMORY_FILE_PROCESS_ARGV 9
#define RF_MAX_MEMORY_FILE_PROCESS_ARGV 16384
#define RF_SLOT_MEMORY_FILE_PROCESS_USER 10
#define RF_MAX_MEMORY_FILE_PROCESS_USER 256
#define RF_SLOT_MEMORY_FILE_PROCESS_CONTAINER 11
#define RF_MAX_MEMORY_FILE_PROCESS_CONTAINER 64
#define RF_SLOT_MEMORY_FILE_PARENT_PATH 12
#define RF_MAX_MEMORY_FILE_PARENT_PATH 4096
#define RF_SLOT_MEMORY_FILE_PARENT_ARGV 13
#define RF_MAX_MEMORY_FILE_PARENT_ARGV 4096
#define RF_SLOT_MEMORY_FILE_MEMORY_FILE_NAME 14
#define RF_MAX_MEMORY_FILE_MEMORY_FILE_NAME 256
#define RF_SLOT_MEMORY_FILE_RESULT 15

#define RF_CLASS_PROCESS_FORK 32769
#define RF_SLOT_PROCESS_FORK_PROCESS_PID 0
#define RF_SLOT_PROCESS_FORK_PARENT_PID 1
#define RF_SLOT_PROCESS_FORK_PROCESS_START_TIME 2
#define RF_SLOT_PROCESS_FORK_PARENT_START_TIME 3

/* What probes write: only the fields that a probe fills. */

/* A program was started (exec succeeded). */
struct rf_probe_process_start {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_cwd;
	struct rf_string process_tty;
	__u8 pad0[4];
	__u64 process_cgroup;
	__u32 file_links;
	__u8 pad1[4];
	__u64 file_inode;
};
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_pid) == 32, "rf_probe_process_start.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_ppid) == 36, "rf_probe_process_start.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_start_time) == 40, "rf_probe_process_start.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_uid) == 48, "rf_probe_process_start.process_uid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_gid) == 52, "rf_probe_process_start.process_gid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_euid) == 56, "rf_probe_process_start.process_euid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_login_uid) == 60, "rf_probe_process_start.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_session) == 64, "rf_probe_process_start.process_session");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_path) == 68, "rf_probe_process_start.process_path");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_argv) == 72, "rf_probe_process_start.process_argv");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_cwd) == 76, "rf_probe_process_start.process_cwd");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_tty) == 80, "rf_probe_process_start.process_tty");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, process_cgroup) == 88, "rf_probe_process_start.process_cgroup");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, file_links) == 96, "rf_probe_process_start.file_links");
_Static_assert(__builtin_offsetof(struct rf_probe_process_start, file_inode) == 104, "rf_probe_process_start.file_inode");
_Static_assert(sizeof(struct rf_probe_process_start) == 112, "rf_probe_process_start");
#define RF_PROBE_PROCESS_START_MAX_BYTES 24752

/* The last thread of a process ended. */
struct rf_probe_process_exit {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__s32 exit_code;
	__s32 exit_signal;
};
_Static_assert(__builtin_offsetof(struct rf_probe_process_exit, process_pid) == 32, "rf_probe_process_exit.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_exit, process_start_time) == 40, "rf_probe_process_exit.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_process_exit, exit_code) == 48, "rf_probe_process_exit.exit_code");
_Static_assert(__builtin_offsetof(struct rf_probe_process_exit, exit_signal) == 52, "rf_probe_process_exit.exit_signal");
_Static_assert(sizeof(struct rf_probe_process_exit) == 56, "rf_probe_process_exit");
#define RF_PROBE_PROCESS_EXIT_MAX_BYTES 56

/* A file or directory was created. */
struct rf_probe_file_create {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_create, process_pid) == 32, "rf_probe_file_create.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_create, process_start_time) == 40, "rf_probe_file_create.process_start_time");
_Static_assert(sizeof(struct rf_probe_file_create) == 48, "rf_probe_file_create");
#define RF_PROBE_FILE_CREATE_MAX_BYTES 48

/* open, openat, openat2 or creat returned, or failed. */
struct rf_probe_file_open {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	struct rf_string file_path;
	__u32 file_flags;
	__s32 result;
	__u8 file_write;
	__u8 pad1[3];
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_open, process_pid) == 32, "rf_probe_file_open.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_open, process_start_time) == 40, "rf_probe_file_open.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_file_open, file_path) == 48, "rf_probe_file_open.file_path");
_Static_assert(__builtin_offsetof(struct rf_probe_file_open, file_flags) == 52, "rf_probe_file_open.file_flags");
_Static_assert(__builtin_offsetof(struct rf_probe_file_open, result) == 56, "rf_probe_file_open.result");
_Static_assert(__builtin_offsetof(struct rf_probe_file_open, file_write) == 60, "rf_probe_file_open.file_write");
_Static_assert(sizeof(struct rf_probe_file_open) == 64, "rf_probe_file_open");
#define RF_PROBE_FILE_OPEN_MAX_BYTES 4160

/* A file that was open for writing was closed. */
struct rf_probe_file_write {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_write, process_pid) == 32, "rf_probe_file_write.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_write, process_start_time) == 40, "rf_probe_file_write.process_start_time");
_Static_assert(sizeof(struct rf_probe_file_write) == 48, "rf_probe_file_write");
#define RF_PROBE_FILE_WRITE_MAX_BYTES 48

/* A file or directory was renamed or moved. */
struct rf_probe_file_rename {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_rename, process_pid) == 32, "rf_probe_file_rename.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_rename, process_start_time) == 40, "rf_probe_file_rename.process_start_time");
_Static_assert(sizeof(struct rf_probe_file_rename) == 48, "rf_probe_file_rename");
#define RF_PROBE_FILE_RENAME_MAX_BYTES 48

/* A file or directory was deleted. */
struct rf_probe_file_delete {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_delete, process_pid) == 32, "rf_probe_file_delete.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_delete, process_start_time) == 40, "rf_probe_file_delete.process_start_time");
_Static_assert(sizeof(struct rf_probe_file_delete) == 48, "rf_probe_file_delete");
#define RF_PROBE_FILE_DELETE_MAX_BYTES 48

/* Mode, owner, times or extended attributes of a file were changed. */
struct rf_probe_file_change {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_change, process_pid) == 32, "rf_probe_file_change.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_change, process_start_time) == 40, "rf_probe_file_change.process_start_time");
_Static_assert(sizeof(struct rf_probe_file_change) == 48, "rf_probe_file_change");
#define RF_PROBE_FILE_CHANGE_MAX_BYTES 48

/* A hard or symbolic link was created. */
struct rf_probe_file_link {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_file_link, process_pid) == 32, "rf_probe_file_link.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_file_link, process_start_time) == 40, "rf_probe_file_link.process_start_time");
_Static_assert(sizeof(struct rf_probe_file_link) == 48, "rf_probe_file_link");
#define RF_PROBE_FILE_LINK_MAX_BYTES 48

/* A file of the short list of secrets was opened or read. */
struct rf_probe_secret_read {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_secret_read, process_pid) == 32, "rf_probe_secret_read.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_secret_read, process_start_time) == 40, "rf_probe_secret_read.process_start_time");
_Static_assert(sizeof(struct rf_probe_secret_read) == 48, "rf_probe_secret_read");
#define RF_PROBE_SECRET_READ_MAX_BYTES 48

/* A process began a connection (TCP at SYN, UDP at connect). */
struct rf_probe_network_connect {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u8 net_protocol;
	__u8 pad1[1];
	__u16 net_source_port;
	__u16 net_destination_port;
	__u8 pad2[2];
	struct rf_ip net_source_ip;
	struct rf_ip net_destination_ip;
};
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, process_pid) == 32, "rf_probe_network_connect.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, process_start_time) == 40, "rf_probe_network_connect.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, net_protocol) == 48, "rf_probe_network_connect.net_protocol");
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, net_source_port) == 50, "rf_probe_network_connect.net_source_port");
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, net_destination_port) == 52, "rf_probe_network_connect.net_destination_port");
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, net_source_ip) == 56, "rf_probe_network_connect.net_source_ip");
_Static_assert(__builtin_offsetof(struct rf_probe_network_connect, net_destination_ip) == 72, "rf_probe_network_connect.net_destination_ip");
_Static_assert(sizeof(struct rf_probe_network_connect) == 88, "rf_probe_network_connect");
#define RF_PROBE_NETWORK_CONNECT_MAX_BYTES 88

/* A connection was established on a listening socket; the process is the listener. */
struct rf_probe_network_accept {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u8 net_protocol;
	__u8 pad1[1];
	__u16 net_source_port;
	__u16 net_destination_port;
	__u8 pad2[2];
	struct rf_ip net_source_ip;
	struct rf_ip net_destination_ip;
};
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, process_pid) == 32, "rf_probe_network_accept.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, process_start_time) == 40, "rf_probe_network_accept.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, net_protocol) == 48, "rf_probe_network_accept.net_protocol");
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, net_source_port) == 50, "rf_probe_network_accept.net_source_port");
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, net_destination_port) == 52, "rf_probe_network_accept.net_destination_port");
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, net_source_ip) == 56, "rf_probe_network_accept.net_source_ip");
_Static_assert(__builtin_offsetof(struct rf_probe_network_accept, net_destination_ip) == 72, "rf_probe_network_accept.net_destination_ip");
_Static_assert(sizeof(struct rf_probe_network_accept) == 88, "rf_probe_network_accept");
#define RF_PROBE_NETWORK_ACCEPT_MAX_BYTES 88

/* A process began to listen. */
struct rf_probe_network_listen {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u8 net_protocol;
	__u8 pad1[1];
	__u16 net_source_port;
	__u16 net_destination_port;
	__u8 pad2[2];
	struct rf_ip net_source_ip;
	struct rf_ip net_destination_ip;
};
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, process_pid) == 32, "rf_probe_network_listen.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, process_start_time) == 40, "rf_probe_network_listen.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, net_protocol) == 48, "rf_probe_network_listen.net_protocol");
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, net_source_port) == 50, "rf_probe_network_listen.net_source_port");
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, net_destination_port) == 52, "rf_probe_network_listen.net_destination_port");
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, net_source_ip) == 56, "rf_probe_network_listen.net_source_ip");
_Static_assert(__builtin_offsetof(struct rf_probe_network_listen, net_destination_ip) == 72, "rf_probe_network_listen.net_destination_ip");
_Static_assert(sizeof(struct rf_probe_network_listen) == 88, "rf_probe_network_listen");
#define RF_PROBE_NETWORK_LISTEN_MAX_BYTES 88

/* A program was started from a file that is in no directory (memfd or deleted). */
struct rf_probe_memory_exec {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string file_path;
};
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_pid) == 32, "rf_probe_memory_exec.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_ppid) == 36, "rf_probe_memory_exec.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_start_time) == 40, "rf_probe_memory_exec.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_uid) == 48, "rf_probe_memory_exec.process_uid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_gid) == 52, "rf_probe_memory_exec.process_gid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_euid) == 56, "rf_probe_memory_exec.process_euid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_login_uid) == 60, "rf_probe_memory_exec.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_session) == 64, "rf_probe_memory_exec.process_session");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_path) == 68, "rf_probe_memory_exec.process_path");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, process_argv) == 72, "rf_probe_memory_exec.process_argv");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_exec, file_path) == 76, "rf_probe_memory_exec.file_path");
_Static_assert(sizeof(struct rf_probe_memory_exec) == 80, "rf_probe_memory_exec");
#define RF_PROBE_MEMORY_EXEC_MAX_BYTES 24656

/* The kernel checked whether a process has a capability, and it has; not that the act happened. */
struct rf_probe_capability_check {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u32 capability_number;
	__u8 pad1[4];
};
_Static_assert(__builtin_offsetof(struct rf_probe_capability_check, process_pid) == 32, "rf_probe_capability_check.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_capability_check, process_start_time) == 40, "rf_probe_capability_check.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_capability_check, capability_number) == 48, "rf_probe_capability_check.capability_number");
_Static_assert(sizeof(struct rf_probe_capability_check) == 56, "rf_probe_capability_check");
#define RF_PROBE_CAPABILITY_CHECK_MAX_BYTES 56

/* A file, network or command request was submitted by io_uring, which system-call probes do not see. */
struct rf_probe_io_uring_request {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u8 io_uring_opcode;
	__u8 pad1[7];
};
_Static_assert(__builtin_offsetof(struct rf_probe_io_uring_request, process_pid) == 32, "rf_probe_io_uring_request.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_io_uring_request, process_start_time) == 40, "rf_probe_io_uring_request.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_io_uring_request, io_uring_opcode) == 48, "rf_probe_io_uring_request.io_uring_opcode");
_Static_assert(sizeof(struct rf_probe_io_uring_request) == 56, "rf_probe_io_uring_request");
#define RF_PROBE_IO_URING_REQUEST_MAX_BYTES 56

/* A process attached to another, or tried to. */
struct rf_probe_ptrace {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u32 ptrace_request;
	__u32 target_pid;
	__s32 result;
	__u8 pad1[4];
};
_Static_assert(__builtin_offsetof(struct rf_probe_ptrace, process_pid) == 32, "rf_probe_ptrace.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_ptrace, process_start_time) == 40, "rf_probe_ptrace.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_ptrace, ptrace_request) == 48, "rf_probe_ptrace.ptrace_request");
_Static_assert(__builtin_offsetof(struct rf_probe_ptrace, target_pid) == 52, "rf_probe_ptrace.target_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_ptrace, result) == 56, "rf_probe_ptrace.result");
_Static_assert(sizeof(struct rf_probe_ptrace) == 64, "rf_probe_ptrace");
#define RF_PROBE_PTRACE_MAX_BYTES 64

/* A set*uid, set*gid or capset call returned, or failed. */
struct rf_probe_credential_change {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u32 credential_syscall;
	__u32 credential_old_uid;
	__u32 credential_new_uid;
	__s32 result;
};
_Static_assert(__builtin_offsetof(struct rf_probe_credential_change, process_pid) == 32, "rf_probe_credential_change.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_credential_change, process_start_time) == 40, "rf_probe_credential_change.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_credential_change, credential_syscall) == 48, "rf_probe_credential_change.credential_syscall");
_Static_assert(__builtin_offsetof(struct rf_probe_credential_change, credential_old_uid) == 52, "rf_probe_credential_change.credential_old_uid");
_Static_assert(__builtin_offsetof(struct rf_probe_credential_change, credential_new_uid) == 56, "rf_probe_credential_change.credential_new_uid");
_Static_assert(__builtin_offsetof(struct rf_probe_credential_change, result) == 60, "rf_probe_credential_change.result");
_Static_assert(sizeof(struct rf_probe_credential_change) == 64, "rf_probe_credential_change");
#define RF_PROBE_CREDENTIAL_CHANGE_MAX_BYTES 64

/* bpf(BPF_PROG_LOAD) returned, or failed. */
struct rf_probe_bpf_load {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	__u32 bpf_program_type;
	struct rf_string bpf_program_name;
	__s32 result;
	__u8 pad1[4];
};
_Static_assert(__builtin_offsetof(struct rf_probe_bpf_load, process_pid) == 32, "rf_probe_bpf_load.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_bpf_load, process_start_time) == 40, "rf_probe_bpf_load.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_bpf_load, bpf_program_type) == 48, "rf_probe_bpf_load.bpf_program_type");
_Static_assert(__builtin_offsetof(struct rf_probe_bpf_load, bpf_program_name) == 52, "rf_probe_bpf_load.bpf_program_name");
_Static_assert(__builtin_offsetof(struct rf_probe_bpf_load, result) == 56, "rf_probe_bpf_load.result");
_Static_assert(sizeof(struct rf_probe_bpf_load) == 64, "rf_probe_bpf_load");
#define RF_PROBE_BPF_LOAD_MAX_BYTES 80

/* mount or move_mount returned, or failed. */
struct rf_probe_mount {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	struct rf_string mount_source;
	struct rf_string file_path;
	struct rf_string mount_type;
	__u8 pad1[4];
	__u64 mount_flags;
	__s32 result;
	__u8 pad2[4];
};
_Static_assert(__builtin_offsetof(struct rf_probe_mount, process_pid) == 32, "rf_probe_mount.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_mount, process_start_time) == 40, "rf_probe_mount.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_mount, mount_source) == 48, "rf_probe_mount.mount_source");
_Static_assert(__builtin_offsetof(struct rf_probe_mount, file_path) == 52, "rf_probe_mount.file_path");
_Static_assert(__builtin_offsetof(struct rf_probe_mount, mount_type) == 56, "rf_probe_mount.mount_type");
_Static_assert(__builtin_offsetof(struct rf_probe_mount, mount_flags) == 64, "rf_probe_mount.mount_flags");
_Static_assert(__builtin_offsetof(struct rf_probe_mount, result) == 72, "rf_probe_mount.result");
_Static_assert(sizeof(struct rf_probe_mount) == 80, "rf_probe_mount");
#define RF_PROBE_MOUNT_MAX_BYTES 8336

/* init_module or finit_module returned, or failed. */
struct rf_probe_module_load {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	struct rf_string file_path;
	__s32 result;
};
_Static_assert(__builtin_offsetof(struct rf_probe_module_load, process_pid) == 32, "rf_probe_module_load.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_module_load, process_start_time) == 40, "rf_probe_module_load.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_module_load, file_path) == 48, "rf_probe_module_load.file_path");
_Static_assert(__builtin_offsetof(struct rf_probe_module_load, result) == 52, "rf_probe_module_load.result");
_Static_assert(sizeof(struct rf_probe_module_load) == 56, "rf_probe_module_load");
#define RF_PROBE_MODULE_LOAD_MAX_BYTES 4152

/* memfd_create returned, or failed. */
struct rf_probe_memory_file {
	struct rf_header header;
	__u32 process_pid;
	__u8 pad0[4];
	__u64 process_start_time;
	struct rf_string memory_file_name;
	__s32 result;
};
_Static_assert(__builtin_offsetof(struct rf_probe_memory_file, process_pid) == 32, "rf_probe_memory_file.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_file, process_start_time) == 40, "rf_probe_memory_file.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_file, memory_file_name) == 48, "rf_probe_memory_file.memory_file_name");
_Static_assert(__builtin_offsetof(struct rf_probe_memory_file, result) == 52, "rf_probe_memory_file.result");
_Static_assert(sizeof(struct rf_probe_memory_file) == 56, "rf_probe_memory_file");
#define RF_PROBE_MEMORY_FILE_MAX_BYTES 312

/* A process was forked; a new thread is none. */
struct rf_probe_process_fork {
	struct rf_header header;
	__u32 process_pid;
	__u32 parent_pid;
	__u64 process_start_time;
	__u64 parent_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_probe_process_fork, process_pid) == 32, "rf_probe_process_fork.process_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_fork, parent_pid) == 36, "rf_probe_process_fork.parent_pid");
_Static_assert(__builtin_offsetof(struct rf_probe_process_fork, process_start_time) == 40, "rf_probe_process_fork.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_probe_process_fork, parent_start_time) == 48, "rf_probe_process_fork.parent_start_time");
_Static_assert(sizeof(struct rf_probe_process_fork) == 56, "rf_probe_process_fork");
#define RF_PROBE_PROCESS_FORK_MAX_BYTES 56

/* Events: all fields. */

/* A program was started (exec succeeded). */
struct rf_event_process_start {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string process_cwd;
	struct rf_string process_tty;
	__u8 pad0[4];
	__u64 process_cgroup;
	__u32 file_links;
	__u8 pad1[4];
	__u64 file_inode;
	__u64 parent_start_time;
};
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_pid) == 32, "rf_event_process_start.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_ppid) == 36, "rf_event_process_start.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_start_time) == 40, "rf_event_process_start.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_uid) == 48, "rf_event_process_start.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_gid) == 52, "rf_event_process_start.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_euid) == 56, "rf_event_process_start.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_login_uid) == 60, "rf_event_process_start.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_session) == 64, "rf_event_process_start.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_path) == 68, "rf_event_process_start.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_argv) == 72, "rf_event_process_start.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_user) == 76, "rf_event_process_start.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_container) == 80, "rf_event_process_start.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, parent_path) == 84, "rf_event_process_start.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, parent_argv) == 88, "rf_event_process_start.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_cwd) == 92, "rf_event_process_start.process_cwd");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_tty) == 96, "rf_event_process_start.process_tty");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, process_cgroup) == 104, "rf_event_process_start.process_cgroup");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, file_links) == 112, "rf_event_process_start.file_links");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, file_inode) == 120, "rf_event_process_start.file_inode");
_Static_assert(__builtin_offsetof(struct rf_event_process_start, parent_start_time) == 128, "rf_event_process_start.parent_start_time");
_Static_assert(sizeof(struct rf_event_process_start) == 136, "rf_event_process_start");
#define RF_EVENT_PROCESS_START_MAX_BYTES 33288

/* The last thread of a process ended. */
struct rf_event_process_exit {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__s32 exit_code;
	__s32 exit_signal;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_pid) == 32, "rf_event_process_exit.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_ppid) == 36, "rf_event_process_exit.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_start_time) == 40, "rf_event_process_exit.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_uid) == 48, "rf_event_process_exit.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_gid) == 52, "rf_event_process_exit.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_euid) == 56, "rf_event_process_exit.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_login_uid) == 60, "rf_event_process_exit.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_session) == 64, "rf_event_process_exit.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_path) == 68, "rf_event_process_exit.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_argv) == 72, "rf_event_process_exit.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_user) == 76, "rf_event_process_exit.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, process_container) == 80, "rf_event_process_exit.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, parent_path) == 84, "rf_event_process_exit.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, parent_argv) == 88, "rf_event_process_exit.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, exit_code) == 92, "rf_event_process_exit.exit_code");
_Static_assert(__builtin_offsetof(struct rf_event_process_exit, exit_signal) == 96, "rf_event_process_exit.exit_signal");
_Static_assert(sizeof(struct rf_event_process_exit) == 104, "rf_event_process_exit");
#define RF_EVENT_PROCESS_EXIT_MAX_BYTES 29096

/* A file or directory was created. */
struct rf_event_file_create {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
};
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_pid) == 32, "rf_event_file_create.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_ppid) == 36, "rf_event_file_create.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_start_time) == 40, "rf_event_file_create.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_uid) == 48, "rf_event_file_create.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_gid) == 52, "rf_event_file_create.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_euid) == 56, "rf_event_file_create.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_login_uid) == 60, "rf_event_file_create.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_session) == 64, "rf_event_file_create.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_path) == 68, "rf_event_file_create.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_argv) == 72, "rf_event_file_create.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_user) == 76, "rf_event_file_create.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, process_container) == 80, "rf_event_file_create.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, parent_path) == 84, "rf_event_file_create.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, parent_argv) == 88, "rf_event_file_create.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_create, file_path) == 92, "rf_event_file_create.file_path");
_Static_assert(sizeof(struct rf_event_file_create) == 96, "rf_event_file_create");
#define RF_EVENT_FILE_CREATE_MAX_BYTES 33184

/* open, openat, openat2 or creat returned, or failed. */
struct rf_event_file_open {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
	__u32 file_flags;
	__s32 result;
	__u8 file_write;
	__u8 pad0[7];
};
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_pid) == 32, "rf_event_file_open.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_ppid) == 36, "rf_event_file_open.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_start_time) == 40, "rf_event_file_open.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_uid) == 48, "rf_event_file_open.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_gid) == 52, "rf_event_file_open.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_euid) == 56, "rf_event_file_open.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_login_uid) == 60, "rf_event_file_open.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_session) == 64, "rf_event_file_open.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_path) == 68, "rf_event_file_open.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_argv) == 72, "rf_event_file_open.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_user) == 76, "rf_event_file_open.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, process_container) == 80, "rf_event_file_open.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, parent_path) == 84, "rf_event_file_open.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, parent_argv) == 88, "rf_event_file_open.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, file_path) == 92, "rf_event_file_open.file_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, file_flags) == 96, "rf_event_file_open.file_flags");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, result) == 100, "rf_event_file_open.result");
_Static_assert(__builtin_offsetof(struct rf_event_file_open, file_write) == 104, "rf_event_file_open.file_write");
_Static_assert(sizeof(struct rf_event_file_open) == 112, "rf_event_file_open");
#define RF_EVENT_FILE_OPEN_MAX_BYTES 33200

/* A file that was open for writing was closed. */
struct rf_event_file_write {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
};
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_pid) == 32, "rf_event_file_write.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_ppid) == 36, "rf_event_file_write.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_start_time) == 40, "rf_event_file_write.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_uid) == 48, "rf_event_file_write.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_gid) == 52, "rf_event_file_write.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_euid) == 56, "rf_event_file_write.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_login_uid) == 60, "rf_event_file_write.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_session) == 64, "rf_event_file_write.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_path) == 68, "rf_event_file_write.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_argv) == 72, "rf_event_file_write.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_user) == 76, "rf_event_file_write.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, process_container) == 80, "rf_event_file_write.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, parent_path) == 84, "rf_event_file_write.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, parent_argv) == 88, "rf_event_file_write.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_write, file_path) == 92, "rf_event_file_write.file_path");
_Static_assert(sizeof(struct rf_event_file_write) == 96, "rf_event_file_write");
#define RF_EVENT_FILE_WRITE_MAX_BYTES 33184

/* A file or directory was renamed or moved. */
struct rf_event_file_rename {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
	struct rf_string file_old_path;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_pid) == 32, "rf_event_file_rename.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_ppid) == 36, "rf_event_file_rename.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_start_time) == 40, "rf_event_file_rename.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_uid) == 48, "rf_event_file_rename.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_gid) == 52, "rf_event_file_rename.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_euid) == 56, "rf_event_file_rename.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_login_uid) == 60, "rf_event_file_rename.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_session) == 64, "rf_event_file_rename.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_path) == 68, "rf_event_file_rename.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_argv) == 72, "rf_event_file_rename.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_user) == 76, "rf_event_file_rename.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, process_container) == 80, "rf_event_file_rename.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, parent_path) == 84, "rf_event_file_rename.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, parent_argv) == 88, "rf_event_file_rename.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, file_path) == 92, "rf_event_file_rename.file_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_rename, file_old_path) == 96, "rf_event_file_rename.file_old_path");
_Static_assert(sizeof(struct rf_event_file_rename) == 104, "rf_event_file_rename");
#define RF_EVENT_FILE_RENAME_MAX_BYTES 37288

/* A file or directory was deleted. */
struct rf_event_file_delete {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
};
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_pid) == 32, "rf_event_file_delete.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_ppid) == 36, "rf_event_file_delete.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_start_time) == 40, "rf_event_file_delete.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_uid) == 48, "rf_event_file_delete.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_gid) == 52, "rf_event_file_delete.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_euid) == 56, "rf_event_file_delete.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_login_uid) == 60, "rf_event_file_delete.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_session) == 64, "rf_event_file_delete.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_path) == 68, "rf_event_file_delete.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_argv) == 72, "rf_event_file_delete.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_user) == 76, "rf_event_file_delete.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, process_container) == 80, "rf_event_file_delete.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, parent_path) == 84, "rf_event_file_delete.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, parent_argv) == 88, "rf_event_file_delete.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_delete, file_path) == 92, "rf_event_file_delete.file_path");
_Static_assert(sizeof(struct rf_event_file_delete) == 96, "rf_event_file_delete");
#define RF_EVENT_FILE_DELETE_MAX_BYTES 33184

/* Mode, owner, times or extended attributes of a file were changed. */
struct rf_event_file_change {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
	__u32 file_mode;
	__u32 file_uid;
	__u8 file_setid;
	__u8 pad0[7];
};
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_pid) == 32, "rf_event_file_change.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_ppid) == 36, "rf_event_file_change.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_start_time) == 40, "rf_event_file_change.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_uid) == 48, "rf_event_file_change.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_gid) == 52, "rf_event_file_change.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_euid) == 56, "rf_event_file_change.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_login_uid) == 60, "rf_event_file_change.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_session) == 64, "rf_event_file_change.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_path) == 68, "rf_event_file_change.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_argv) == 72, "rf_event_file_change.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_user) == 76, "rf_event_file_change.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, process_container) == 80, "rf_event_file_change.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, parent_path) == 84, "rf_event_file_change.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, parent_argv) == 88, "rf_event_file_change.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, file_path) == 92, "rf_event_file_change.file_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, file_mode) == 96, "rf_event_file_change.file_mode");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, file_uid) == 100, "rf_event_file_change.file_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_change, file_setid) == 104, "rf_event_file_change.file_setid");
_Static_assert(sizeof(struct rf_event_file_change) == 112, "rf_event_file_change");
#define RF_EVENT_FILE_CHANGE_MAX_BYTES 33200

/* A hard or symbolic link was created. */
struct rf_event_file_link {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
	struct rf_string file_link_target;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_pid) == 32, "rf_event_file_link.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_ppid) == 36, "rf_event_file_link.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_start_time) == 40, "rf_event_file_link.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_uid) == 48, "rf_event_file_link.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_gid) == 52, "rf_event_file_link.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_euid) == 56, "rf_event_file_link.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_login_uid) == 60, "rf_event_file_link.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_session) == 64, "rf_event_file_link.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_path) == 68, "rf_event_file_link.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_argv) == 72, "rf_event_file_link.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_user) == 76, "rf_event_file_link.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, process_container) == 80, "rf_event_file_link.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, parent_path) == 84, "rf_event_file_link.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, parent_argv) == 88, "rf_event_file_link.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, file_path) == 92, "rf_event_file_link.file_path");
_Static_assert(__builtin_offsetof(struct rf_event_file_link, file_link_target) == 96, "rf_event_file_link.file_link_target");
_Static_assert(sizeof(struct rf_event_file_link) == 104, "rf_event_file_link");
#define RF_EVENT_FILE_LINK_MAX_BYTES 37288

/* A file of the short list of secrets was opened or read. */
struct rf_event_secret_read {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
};
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_pid) == 32, "rf_event_secret_read.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_ppid) == 36, "rf_event_secret_read.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_start_time) == 40, "rf_event_secret_read.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_uid) == 48, "rf_event_secret_read.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_gid) == 52, "rf_event_secret_read.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_euid) == 56, "rf_event_secret_read.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_login_uid) == 60, "rf_event_secret_read.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_session) == 64, "rf_event_secret_read.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_path) == 68, "rf_event_secret_read.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_argv) == 72, "rf_event_secret_read.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_user) == 76, "rf_event_secret_read.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, process_container) == 80, "rf_event_secret_read.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, parent_path) == 84, "rf_event_secret_read.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, parent_argv) == 88, "rf_event_secret_read.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_secret_read, file_path) == 92, "rf_event_secret_read.file_path");
_Static_assert(sizeof(struct rf_event_secret_read) == 96, "rf_event_secret_read");
#define RF_EVENT_SECRET_READ_MAX_BYTES 33184

/* A process began a connection (TCP at SYN, UDP at connect). */
struct rf_event_network_connect {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u8 net_protocol;
	__u8 pad0[1];
	__u16 net_source_port;
	__u16 net_destination_port;
	__u8 pad1[2];
	struct rf_ip net_source_ip;
	struct rf_ip net_destination_ip;
	__u8 pad2[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_pid) == 32, "rf_event_network_connect.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_ppid) == 36, "rf_event_network_connect.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_start_time) == 40, "rf_event_network_connect.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_uid) == 48, "rf_event_network_connect.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_gid) == 52, "rf_event_network_connect.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_euid) == 56, "rf_event_network_connect.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_login_uid) == 60, "rf_event_network_connect.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_session) == 64, "rf_event_network_connect.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_path) == 68, "rf_event_network_connect.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_argv) == 72, "rf_event_network_connect.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_user) == 76, "rf_event_network_connect.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, process_container) == 80, "rf_event_network_connect.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, parent_path) == 84, "rf_event_network_connect.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, parent_argv) == 88, "rf_event_network_connect.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, net_protocol) == 92, "rf_event_network_connect.net_protocol");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, net_source_port) == 94, "rf_event_network_connect.net_source_port");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, net_destination_port) == 96, "rf_event_network_connect.net_destination_port");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, net_source_ip) == 100, "rf_event_network_connect.net_source_ip");
_Static_assert(__builtin_offsetof(struct rf_event_network_connect, net_destination_ip) == 116, "rf_event_network_connect.net_destination_ip");
_Static_assert(sizeof(struct rf_event_network_connect) == 136, "rf_event_network_connect");
#define RF_EVENT_NETWORK_CONNECT_MAX_BYTES 29128

/* A connection was established on a listening socket; the process is the listener. */
struct rf_event_network_accept {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u8 net_protocol;
	__u8 pad0[1];
	__u16 net_source_port;
	__u16 net_destination_port;
	__u8 pad1[2];
	struct rf_ip net_source_ip;
	struct rf_ip net_destination_ip;
	__u8 pad2[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_pid) == 32, "rf_event_network_accept.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_ppid) == 36, "rf_event_network_accept.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_start_time) == 40, "rf_event_network_accept.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_uid) == 48, "rf_event_network_accept.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_gid) == 52, "rf_event_network_accept.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_euid) == 56, "rf_event_network_accept.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_login_uid) == 60, "rf_event_network_accept.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_session) == 64, "rf_event_network_accept.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_path) == 68, "rf_event_network_accept.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_argv) == 72, "rf_event_network_accept.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_user) == 76, "rf_event_network_accept.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, process_container) == 80, "rf_event_network_accept.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, parent_path) == 84, "rf_event_network_accept.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, parent_argv) == 88, "rf_event_network_accept.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, net_protocol) == 92, "rf_event_network_accept.net_protocol");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, net_source_port) == 94, "rf_event_network_accept.net_source_port");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, net_destination_port) == 96, "rf_event_network_accept.net_destination_port");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, net_source_ip) == 100, "rf_event_network_accept.net_source_ip");
_Static_assert(__builtin_offsetof(struct rf_event_network_accept, net_destination_ip) == 116, "rf_event_network_accept.net_destination_ip");
_Static_assert(sizeof(struct rf_event_network_accept) == 136, "rf_event_network_accept");
#define RF_EVENT_NETWORK_ACCEPT_MAX_BYTES 29128

/* A process began to listen. */
struct rf_event_network_listen {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u8 net_protocol;
	__u8 pad0[1];
	__u16 net_source_port;
	__u16 net_destination_port;
	__u8 pad1[2];
	struct rf_ip net_source_ip;
	struct rf_ip net_destination_ip;
	__u8 pad2[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_pid) == 32, "rf_event_network_listen.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_ppid) == 36, "rf_event_network_listen.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_start_time) == 40, "rf_event_network_listen.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_uid) == 48, "rf_event_network_listen.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_gid) == 52, "rf_event_network_listen.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_euid) == 56, "rf_event_network_listen.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_login_uid) == 60, "rf_event_network_listen.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_session) == 64, "rf_event_network_listen.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_path) == 68, "rf_event_network_listen.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_argv) == 72, "rf_event_network_listen.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_user) == 76, "rf_event_network_listen.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, process_container) == 80, "rf_event_network_listen.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, parent_path) == 84, "rf_event_network_listen.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, parent_argv) == 88, "rf_event_network_listen.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, net_protocol) == 92, "rf_event_network_listen.net_protocol");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, net_source_port) == 94, "rf_event_network_listen.net_source_port");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, net_destination_port) == 96, "rf_event_network_listen.net_destination_port");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, net_source_ip) == 100, "rf_event_network_listen.net_source_ip");
_Static_assert(__builtin_offsetof(struct rf_event_network_listen, net_destination_ip) == 116, "rf_event_network_listen.net_destination_ip");
_Static_assert(sizeof(struct rf_event_network_listen) == 136, "rf_event_network_listen");
#define RF_EVENT_NETWORK_LISTEN_MAX_BYTES 29128

/* A program was started from a file that is in no directory (memfd or deleted). */
struct rf_event_memory_exec {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
};
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_pid) == 32, "rf_event_memory_exec.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_ppid) == 36, "rf_event_memory_exec.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_start_time) == 40, "rf_event_memory_exec.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_uid) == 48, "rf_event_memory_exec.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_gid) == 52, "rf_event_memory_exec.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_euid) == 56, "rf_event_memory_exec.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_login_uid) == 60, "rf_event_memory_exec.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_session) == 64, "rf_event_memory_exec.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_path) == 68, "rf_event_memory_exec.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_argv) == 72, "rf_event_memory_exec.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_user) == 76, "rf_event_memory_exec.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, process_container) == 80, "rf_event_memory_exec.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, parent_path) == 84, "rf_event_memory_exec.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, parent_argv) == 88, "rf_event_memory_exec.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_memory_exec, file_path) == 92, "rf_event_memory_exec.file_path");
_Static_assert(sizeof(struct rf_event_memory_exec) == 96, "rf_event_memory_exec");
#define RF_EVENT_MEMORY_EXEC_MAX_BYTES 33184

/* The kernel checked whether a process has a capability, and it has; not that the act happened. */
struct rf_event_capability_check {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u32 capability_number;
	struct rf_string capability_name;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_pid) == 32, "rf_event_capability_check.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_ppid) == 36, "rf_event_capability_check.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_start_time) == 40, "rf_event_capability_check.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_uid) == 48, "rf_event_capability_check.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_gid) == 52, "rf_event_capability_check.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_euid) == 56, "rf_event_capability_check.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_login_uid) == 60, "rf_event_capability_check.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_session) == 64, "rf_event_capability_check.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_path) == 68, "rf_event_capability_check.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_argv) == 72, "rf_event_capability_check.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_user) == 76, "rf_event_capability_check.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, process_container) == 80, "rf_event_capability_check.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, parent_path) == 84, "rf_event_capability_check.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, parent_argv) == 88, "rf_event_capability_check.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, capability_number) == 92, "rf_event_capability_check.capability_number");
_Static_assert(__builtin_offsetof(struct rf_event_capability_check, capability_name) == 96, "rf_event_capability_check.capability_name");
_Static_assert(sizeof(struct rf_event_capability_check) == 104, "rf_event_capability_check");
#define RF_EVENT_CAPABILITY_CHECK_MAX_BYTES 29128

/* A file, network or command request was submitted by io_uring, which system-call probes do not see. */
struct rf_event_io_uring_request {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u8 io_uring_opcode;
	__u8 pad0[1];
	struct rf_string io_uring_operation;
	__u8 pad1[6];
};
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_pid) == 32, "rf_event_io_uring_request.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_ppid) == 36, "rf_event_io_uring_request.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_start_time) == 40, "rf_event_io_uring_request.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_uid) == 48, "rf_event_io_uring_request.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_gid) == 52, "rf_event_io_uring_request.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_euid) == 56, "rf_event_io_uring_request.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_login_uid) == 60, "rf_event_io_uring_request.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_session) == 64, "rf_event_io_uring_request.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_path) == 68, "rf_event_io_uring_request.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_argv) == 72, "rf_event_io_uring_request.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_user) == 76, "rf_event_io_uring_request.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, process_container) == 80, "rf_event_io_uring_request.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, parent_path) == 84, "rf_event_io_uring_request.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, parent_argv) == 88, "rf_event_io_uring_request.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, io_uring_opcode) == 92, "rf_event_io_uring_request.io_uring_opcode");
_Static_assert(__builtin_offsetof(struct rf_event_io_uring_request, io_uring_operation) == 94, "rf_event_io_uring_request.io_uring_operation");
_Static_assert(sizeof(struct rf_event_io_uring_request) == 104, "rf_event_io_uring_request");
#define RF_EVENT_IO_URING_REQUEST_MAX_BYTES 29128

/* A process attached to another, or tried to. */
struct rf_event_ptrace {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u32 ptrace_request;
	__u32 target_pid;
	struct rf_string target_path;
	__s32 result;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_pid) == 32, "rf_event_ptrace.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_ppid) == 36, "rf_event_ptrace.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_start_time) == 40, "rf_event_ptrace.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_uid) == 48, "rf_event_ptrace.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_gid) == 52, "rf_event_ptrace.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_euid) == 56, "rf_event_ptrace.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_login_uid) == 60, "rf_event_ptrace.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_session) == 64, "rf_event_ptrace.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_path) == 68, "rf_event_ptrace.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_argv) == 72, "rf_event_ptrace.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_user) == 76, "rf_event_ptrace.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, process_container) == 80, "rf_event_ptrace.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, parent_path) == 84, "rf_event_ptrace.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, parent_argv) == 88, "rf_event_ptrace.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, ptrace_request) == 92, "rf_event_ptrace.ptrace_request");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, target_pid) == 96, "rf_event_ptrace.target_pid");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, target_path) == 100, "rf_event_ptrace.target_path");
_Static_assert(__builtin_offsetof(struct rf_event_ptrace, result) == 104, "rf_event_ptrace.result");
_Static_assert(sizeof(struct rf_event_ptrace) == 112, "rf_event_ptrace");
#define RF_EVENT_PTRACE_MAX_BYTES 33200

/* A set*uid, set*gid or capset call returned, or failed. */
struct rf_event_credential_change {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string credential_call;
	__u32 credential_syscall;
	__u32 credential_old_uid;
	__u32 credential_new_uid;
	__s32 result;
};
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_pid) == 32, "rf_event_credential_change.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_ppid) == 36, "rf_event_credential_change.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_start_time) == 40, "rf_event_credential_change.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_uid) == 48, "rf_event_credential_change.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_gid) == 52, "rf_event_credential_change.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_euid) == 56, "rf_event_credential_change.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_login_uid) == 60, "rf_event_credential_change.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_session) == 64, "rf_event_credential_change.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_path) == 68, "rf_event_credential_change.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_argv) == 72, "rf_event_credential_change.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_user) == 76, "rf_event_credential_change.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, process_container) == 80, "rf_event_credential_change.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, parent_path) == 84, "rf_event_credential_change.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, parent_argv) == 88, "rf_event_credential_change.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, credential_call) == 92, "rf_event_credential_change.credential_call");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, credential_syscall) == 96, "rf_event_credential_change.credential_syscall");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, credential_old_uid) == 100, "rf_event_credential_change.credential_old_uid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, credential_new_uid) == 104, "rf_event_credential_change.credential_new_uid");
_Static_assert(__builtin_offsetof(struct rf_event_credential_change, result) == 108, "rf_event_credential_change.result");
_Static_assert(sizeof(struct rf_event_credential_change) == 112, "rf_event_credential_change");
#define RF_EVENT_CREDENTIAL_CHANGE_MAX_BYTES 29120

/* bpf(BPF_PROG_LOAD) returned, or failed. */
struct rf_event_bpf_load {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	__u32 bpf_program_type;
	struct rf_string bpf_program_name;
	__s32 result;
};
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_pid) == 32, "rf_event_bpf_load.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_ppid) == 36, "rf_event_bpf_load.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_start_time) == 40, "rf_event_bpf_load.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_uid) == 48, "rf_event_bpf_load.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_gid) == 52, "rf_event_bpf_load.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_euid) == 56, "rf_event_bpf_load.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_login_uid) == 60, "rf_event_bpf_load.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_session) == 64, "rf_event_bpf_load.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_path) == 68, "rf_event_bpf_load.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_argv) == 72, "rf_event_bpf_load.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_user) == 76, "rf_event_bpf_load.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, process_container) == 80, "rf_event_bpf_load.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, parent_path) == 84, "rf_event_bpf_load.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, parent_argv) == 88, "rf_event_bpf_load.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, bpf_program_type) == 92, "rf_event_bpf_load.bpf_program_type");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, bpf_program_name) == 96, "rf_event_bpf_load.bpf_program_name");
_Static_assert(__builtin_offsetof(struct rf_event_bpf_load, result) == 100, "rf_event_bpf_load.result");
_Static_assert(sizeof(struct rf_event_bpf_load) == 104, "rf_event_bpf_load");
#define RF_EVENT_BPF_LOAD_MAX_BYTES 29112

/* mount or move_mount returned, or failed. */
struct rf_event_mount {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string mount_source;
	struct rf_string file_path;
	struct rf_string mount_type;
	__u64 mount_flags;
	__s32 result;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_pid) == 32, "rf_event_mount.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_ppid) == 36, "rf_event_mount.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_start_time) == 40, "rf_event_mount.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_uid) == 48, "rf_event_mount.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_gid) == 52, "rf_event_mount.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_euid) == 56, "rf_event_mount.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_login_uid) == 60, "rf_event_mount.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_session) == 64, "rf_event_mount.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_path) == 68, "rf_event_mount.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_argv) == 72, "rf_event_mount.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_user) == 76, "rf_event_mount.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_mount, process_container) == 80, "rf_event_mount.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_mount, parent_path) == 84, "rf_event_mount.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_mount, parent_argv) == 88, "rf_event_mount.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_mount, mount_source) == 92, "rf_event_mount.mount_source");
_Static_assert(__builtin_offsetof(struct rf_event_mount, file_path) == 96, "rf_event_mount.file_path");
_Static_assert(__builtin_offsetof(struct rf_event_mount, mount_type) == 100, "rf_event_mount.mount_type");
_Static_assert(__builtin_offsetof(struct rf_event_mount, mount_flags) == 104, "rf_event_mount.mount_flags");
_Static_assert(__builtin_offsetof(struct rf_event_mount, result) == 112, "rf_event_mount.result");
_Static_assert(sizeof(struct rf_event_mount) == 120, "rf_event_mount");
#define RF_EVENT_MOUNT_MAX_BYTES 37368

/* init_module or finit_module returned, or failed. */
struct rf_event_module_load {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string file_path;
	__s32 result;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_pid) == 32, "rf_event_module_load.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_ppid) == 36, "rf_event_module_load.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_start_time) == 40, "rf_event_module_load.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_uid) == 48, "rf_event_module_load.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_gid) == 52, "rf_event_module_load.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_euid) == 56, "rf_event_module_load.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_login_uid) == 60, "rf_event_module_load.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_session) == 64, "rf_event_module_load.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_path) == 68, "rf_event_module_load.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_argv) == 72, "rf_event_module_load.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_user) == 76, "rf_event_module_load.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, process_container) == 80, "rf_event_module_load.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, parent_path) == 84, "rf_event_module_load.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, parent_argv) == 88, "rf_event_module_load.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, file_path) == 92, "rf_event_module_load.file_path");
_Static_assert(__builtin_offsetof(struct rf_event_module_load, result) == 96, "rf_event_module_load.result");
_Static_assert(sizeof(struct rf_event_module_load) == 104, "rf_event_module_load");
#define RF_EVENT_MODULE_LOAD_MAX_BYTES 33192

/* memfd_create returned, or failed. */
struct rf_event_memory_file {
	struct rf_header header;
	__u32 process_pid;
	__u32 process_ppid;
	__u64 process_start_time;
	__u32 process_uid;
	__u32 process_gid;
	__u32 process_euid;
	__u32 process_login_uid;
	__u32 process_session;
	struct rf_string process_path;
	struct rf_string process_argv;
	struct rf_string process_user;
	struct rf_string process_container;
	struct rf_string parent_path;
	struct rf_string parent_argv;
	struct rf_string memory_file_name;
	__s32 result;
	__u8 pad0[4];
};
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_pid) == 32, "rf_event_memory_file.process_pid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_ppid) == 36, "rf_event_memory_file.process_ppid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_start_time) == 40, "rf_event_memory_file.process_start_time");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_uid) == 48, "rf_event_memory_file.process_uid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_gid) == 52, "rf_event_memory_file.process_gid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_euid) == 56, "rf_event_memory_file.process_euid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_login_uid) == 60, "rf_event_memory_file.process_login_uid");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_session) == 64, "rf_event_memory_file.process_session");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_path) == 68, "rf_event_memory_file.process_path");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_argv) == 72, "rf_event_memory_file.process_argv");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_user) == 76, "rf_event_memory_file.process_user");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, process_container) == 80, "rf_event_memory_file.process_container");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, parent_path) == 84, "rf_event_memory_file.parent_path");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, parent_argv) == 88, "rf_event_memory_file.parent_argv");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, memory_file_name) == 92, "rf_event_memory_file.memory_file_name");
_Static_assert(__builtin_offsetof(struct rf_event_memory_file, result) == 96, "rf_event_memory_file.result");
_Static_assert(sizeof(struct rf_event_memory_file) == 104, "rf_event_memory_file");
#define RF_EVENT_MEMORY_FILE_MAX_BYTES 29352

#endif
