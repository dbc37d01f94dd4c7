#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# PID 1 (rdinit=) of the guests of the memory benchmark: an initrd of ours `--with swap,rescue`, with
# access, pace and virtio_blk.ko behind it. Words of the command line:
#
#   bench.swap=disk|instant|remote   swap on /dev/vda, or what wireroot.swap= says
#   bench.address=ADDRESS    the node's own
#   bench.seconds=N          for each measurement
#   bench.sizes=LIST         of data in MiB, each with blocks of 1 KiB
#   bench.blocks=LIST        in bytes, each with data of bench.fixed= MiB
#   bench.attach=N           attach and detach so often (remote)
#   bench.server=ADDRESS     be answered by it, read the disk in single requests, and tell how fast the
#                            processor is (remote)
#   bench.fill=MIB           and then free so much, for the lender to see (remote)
#   bench.crypt=N            read the disk below dm-crypt and the mapping so often, in turn (remote)
#   bench.give_back=N        give swap that is partly live back so often, by swapoff alone and as
#                            wireroot-borrow does, in turn (remote)
#   bench.data=MIB           of which bench.live= per cent are live then
PATH=/bin:/sbin
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs dev /dev
busybox mount -t tmpfs -o size=16m run /run
exec < /dev/console > /dev/console 2>&1

end()
{
	echo "BENCH $*"
	busybox poweroff -f
	busybox sleep 60
}

# Lists with commas become words.
list()
{
	echo "$1" | busybox tr , ' '
}

# Hundredths of a second since the start.
now()
{
	read -r up _ < /proc/uptime
	echo "${up%.*}${up#*.}"
}

attach()
{
	/sbin/wireroot-swap boot > /run/fault || end "failed: wireroot-swap boot"
	busybox grep -q '^/dev' /proc/swaps || end "failed: there is no swap after wireroot-swap boot"
}

detach()
{
	/sbin/wireroot-swap detach --all || end "failed: detach --all"
}

# How many MB/s come from the device, past the page cache.
read_device()
{
	busybox sync
	echo 3 > /proc/sys/vm/drop_caches
	from=$(now)
	busybox dd if="$1" of=/dev/null bs=1M count=64 2> /run/dd || end "failed: read $1"
	to=$(now)
	echo "BENCH crypt $2 bytes 67108864 hundredths $((to - from))"
}

swap_device()
{
	busybox awk '/^.dev/ { print $1 }' /proc/swaps
}

# request BYTES COUNT: of the lent disk, one after the other.
request()
{
	for disk in /sys/block/sd*; do
		from=$(now)
		busybox dd if="/dev/${disk##*/}" of=/dev/null bs="$1" count="$2" iflag=direct 2> /run/dd ||
			end "failed: read $1 bytes"
		to=$(now)
		echo "BENCH request $1 count $2 hundredths $((to - from))"
	done
}

# The mean of some, in milliseconds; the first one, which finds the way, is not among them.
answers()
{
	busybox ping -c 1 -q "$1" > /dev/null || end "failed: no answer from $1"
	busybox ping -c 40 -i 0.05 -q "$1" > /run/answers || end "failed: no answer from $1"
	busybox sed -n 's,^round-trip [^=]*= [^/]*/\([^/]*\)/.*,BENCH answer \1,p' /run/answers
}

read -r words < /proc/cmdline
swap='' address='' server='' seconds='' sizes='' blocks='' fixed='' attach=0 fill=0 crypt=0 give_back=0 data='' live=''
for word in $words; do
	case $word in
	bench.*=*)
		name=${word%%=*}
		eval "${name#bench.}=\${word#*=}"
		;;
	esac
done

version=$(busybox uname -r)
while read -r _ _ path _; do
	busybox insmod "/lib/modules/$version/$path" 2> /dev/null
done < /etc/wireroot/modules
busybox insmod /virtio_blk.ko 2> /dev/null
busybox mkdir -p /run/wireroot
busybox ip link set eth0 up
busybox ip address add "$address/24" dev eth0

case $swap in
disk | instant)
	# As far ahead as wireroot-swap has it: what is swapped to is to be all that differs.
	echo 5 > /proc/sys/vm/page-cluster
	# A disk that takes no time is treated as lent memory is.
	if [ "$swap" = instant ]; then
		echo 0 > /sys/block/vda/queue/rotational
		echo none > /sys/block/vda/queue/scheduler
	fi
	if ! busybox mkswap /dev/vda > /dev/null || ! busybox swapon /dev/vda; then
		end "failed: swap on the disk"
	fi
	;;
remote)
	attach
	for _ in $(busybox seq "$attach"); do
		detach
		from=$(now)
		attach
		to=$(now)
		echo "BENCH attach hundredths $((to - from))"
	done
	;;
esac
echo "BENCH memory $(busybox awk '/^MemTotal/ { print $2 * 1024 }' /proc/meminfo)"

if [ -n "$server" ]; then
	answers "$server"
	request 4096 2000
	request 131072 500
	/pace || end "failed: pace"
fi
patterns='sequential-read random-read sequential-write random-write'
# shellcheck disable=SC2086 # a list
{
	for size in $(list "$sizes"); do
		/access "${size}M" 1K "$seconds" $patterns || end "failed with $size MiB"
	done
	# Each begins with data in order: what was written at random places is swapped in that order.
	for block in $(list "$blocks"); do
		/access "${fixed}M" "$block" "$seconds" $patterns || end "failed with blocks of $block"
	done
}
if [ "$fill" -gt 0 ]; then
	/access "${fill}M" 1M 1 hold > /run/held &
	holder=$!
	while ! busybox grep -q held /run/held 2> /dev/null; do
		busybox sleep 1
	done
	echo "BENCH filled $(busybox awk '/^Swap(Total|Free)/ { v[$1] = $2 } END { print (v["SwapTotal:"] - v["SwapFree:"]) * 1024 }' /proc/meminfo)"
	busybox sleep 15
	kill "$holder"
	wait "$holder"
	echo "BENCH freed $(busybox awk '/^Swap(Total|Free)/ { v[$1] = $2 } END { print (v["SwapTotal:"] - v["SwapFree:"]) * 1024 }' /proc/meminfo)"
	busybox sleep 15
fi
for _ in $(busybox seq "$crypt"); do
	for disk in /sys/block/sd*; do
		read_device "/dev/${disk##*/}" below
	done
	for mapping in /sys/block/dm-*; do
		read_device "/dev/${mapping##*/}" mapping
	done
done
for _ in $(busybox seq "$give_back"); do
	for how in bare prefetch; do
		/give_back "$(swap_device)" "$data" "$live" "$how" || end "failed: give back, $how"
		detach
		attach
	done
done
end "done"
