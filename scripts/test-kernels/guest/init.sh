#!/bin/sh
# /init of the guest's disk: the mounts of an ordinary host with cgroup v2, then the checks, then power off.
# The checks' report goes to the second serial port; the console (first port) keeps the kernel's messages.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 run /run
mkdir -p /dev/shm /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t devpts pts /dev/pts
ln -s /proc/self/fd /dev/fd # as udev does
ip link set lo up
hostname guest
stty -F /dev/ttyS1 raw
# The host ends a guest that is late; this one ends a guest whose host is gone.
(sleep 600; poweroff -f) &
cd /opt/ringfence && node scripts/test-kernels/guest/main.js $(echo "$RINGFENCE_CHECKS" | tr , " ") >/dev/ttyS1
sync
poweroff -f
