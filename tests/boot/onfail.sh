#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What wireroot.onfail= and wireroot.break= say happens: reboot, power-off, a shell.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel 6.1
make_root "$WORK/root"
make_initrd "$WORK/base.img"
make_initrd "$WORK/rescue.img" --with rescue
lab_up --root "$WORK/root" --without ganesha --without rpcbind

boot_node()
{
	node_boot "$1" --direct --kernel "$KERNEL" --initrd "$WORK/$2.img" --memory 256 \
		--append "quiet root=nfs:10.87.0.1:/srv/root test.do=poweroff $3"
}

# Type $2 at NODE's console, and stay there until $3 comes back.
type_until()
{
	local from
	from=$(stat -c %s "$LAB/$1.console")
	{
		printf '%s\n' "$2"
		lab wait "$1" "$3" "$(limit 20)" "$from"
		# Ctrl-] leaves.
		printf '\035'
	} | lab console "$1" > /dev/null
}

boot_node reboot base "wireroot.onfail=reboot wireroot.timeout=5"
boot_node off base "wireroot.onfail=poweroff wireroot.timeout=5"
expect_console reboot 'root: reach the NFS server: .*connection refused' 40
expect_console reboot 'root: gave up after 5 s' 30 "the root's time is over"
expect_console reboot 'rebooting in 10 s \(wireroot\.onfail=\)' 10 "the reboot is announced"
expect_console off 'root: gave up after 5 s' 30
expect_console off 'powering off in 10 s' 10 "the power-off is announced"
console_mark reboot
expect_off off 40
expect_console reboot 'lease: eth0 has' 60 "the node starts again"
lab power reboot off

boot_node none base "wireroot.onfail=shell wireroot.timeout=5"
expect_console none 'root: gave up after 5 s' 60
expect_console none 'root: start the rescue shell: /bin/busybox: no such file .*--with rescue' 10 \
	"a shell that the initrd lacks is told of"
# Long enough for a busy machine to have loaded the root's modules, which the break comes behind.
boot_node shell rescue "wireroot.onfail=shell wireroot.timeout=20 wireroot.break=root"
expect_console shell 'wireroot\.break=root' 40 "the boot stops where wireroot.break= says"
expect_console shell 'wireroot rescue # ' 20 "with a shell"
# shellcheck disable=SC2016 # it is for that shell
check "the shell runs commands" type_until shell 'echo $((6 * 7)) is $PATH' '^42 is /bin:/sbin'
console_mark shell
check "leaving it goes on" type_until shell exit 'root: reach the NFS server'
expect_console shell 'root: gave up after 20 s' 40 "the root's time is over"
expect_console shell 'rescue shell; leave it with' 20 "then there is a shell"

lab server rpcbind start
lab server ganesha start
# Typed ahead, if it has not said its prompt yet.
type_until shell exit '^SECOND-STAGE ready'
expect_console shell '^SECOND-STAGE ready' 30 "leaving it tries again, and the root is there now"
expect_console none '^SECOND-STAGE ready' 80 "so it is where there was no shell"
expect_off shell 20
expect_off none 20
finish
