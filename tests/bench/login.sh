#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# PID 1 (rdinit=) of the guest in which iSCSI logins are measured (login.c): an initrd of ours
# `--with rescue` gives modules, busybox and both clients, and the command line bench.address= and
# bench.rounds=. Some modules are there already: the kernel had the init load them.
PATH=/bin
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs dev /dev
busybox mount -t tmpfs run /run
exec < /dev/console > /dev/console 2>&1
version=$(busybox uname -r)
while read -r _ _ path _; do
	busybox insmod "/lib/modules/$version/$path" 2> /dev/null
done < /etc/wireroot/modules
read -r words < /proc/cmdline
for word in $words; do
	case $word in
	bench.address=*) address=${word#*=} ;;
	bench.rounds=*) rounds=${word#*=} ;;
	esac
done
busybox ip link set eth0 up
busybox ip address add "$address/24" dev eth0
busybox mkdir -p /run/wireroot
/login "$address" "$rounds" || echo "BENCH ended with $?"
busybox poweroff -f
