#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Modules are loaded while the kernel still starts, by the words of the command line, and with
# signatures that it can check by then.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

make_root "$WORK/root"
lab_up --root "$WORK/root"
port=/sys/module/lockd/parameters/nlm_tcpport
append="quiet root=nfs:10.87.0.1:/srv/root wireroot.debug lockd.nlm_tcpport=32803"
append+=" modprobe.blacklist=nfs_acl"
append+=" test.do=read:/proc/sys/kernel/tainted,read:$port,read:/proc/modules,read:/proc/sys/kernel/modprobe,poweroff"

power_on()
{
	node_boot "$1" --direct --no-reboot --memory 256 --cpus 2 --kernel "$KERNEL" --initrd "$INITRD" --append "$append"
}

were_early()
{
	console_has "$1" 'modules: [1-9][0-9]* were loaded before the init started'
}

# Loading races with the kernel's own start: on a host that has much else to do, the init may once come first.
were_early_in_three_tries()
{
	local again

	were_early "$1" && return
	for again in "$1-2" "$1-3"; do
		power_on "$again"
		lab wait "$again" --off "$(limit 60)" && were_early "$again" && return
	done
	return 1
}

for series in 6.1 6.12; do
	use_kernel "$series"
	INITRD=$WORK/$series.img
	make_initrd "$INITRD"
	node=k${series//./-}
	power_on "$node"
	expect_second_stage "$node" "kernel $series reaches the second stage"
	expect_off "$node" 20
	check "modules are loaded before the init starts" were_early_in_three_tries "$node"
	check_fact "$node" 'read /proc/sys/kernel/tainted 0' "the kernel is not tainted"
	check_fact "$node" "read $port 32803" "a module's option counts"
	check_fact "$node" 'read /proc/modules nfsv4 ' "the modules are there"
	check "a blacklisted one is not" not console_has "$node" 'read /proc/modules nfs_acl '
	check_fact "$node" 'read /proc/sys/kernel/modprobe /sbin/modprobe' "the second stage can have more loaded"
	check "no line of the kernel's speaks of trouble" not console_has "$node" \
		'Call Trace|Out of memory|WARNING:|verification failed|Unknown symbol nfs4'
done
finish
