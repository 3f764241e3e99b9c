#!/bin/busybox sh
# First process of the guest: loads the modules, mounts the disk and hands over to its /init.
busybox mount -t devtmpfs dev /dev
while read -r name; do busybox insmod "/modules/$name.ko"; done </modules/order
tries=0
until [ -b /dev/vda ] || [ "$tries" -ge 50 ]; do busybox sleep 0.1; tries=$((tries + 1)); done
busybox mount -t ext4 -o rw,noatime /dev/vda /root && busybox mount --move /dev /root/dev &&
  exec busybox switch_root /root /init
echo "ringfence guest: the disk could not be mounted"
busybox poweroff -f
