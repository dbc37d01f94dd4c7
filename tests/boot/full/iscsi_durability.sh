#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A Debian on an iSCSI disk loses nothing while its target is away for a minute, its link for half a
# minute and for a whole one, or iscsid is killed; and finds its disk in order after somebody pulled its plug.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/iscsi_debian.sh
. "$TOP/tests/fixtures/iscsi_debian.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
debian_tree_with << 'END'
# Nothing but the shell's own commands: there may be no disk to load others from.
exec {never}<> <(:)
state()
{
	local state
	read -r state < /sys/class/iscsi_session/session1/state
	[ "$state" = "$1" ]
}

await_state()
{
	until state "$1"; do
		read -rt 0.2 -u "$never"
	done
	say "session $1"
}

# 4 KiB blocks with a checksum each, at random places, past the cache; read back at each round's end.
fio_words=(--filename=/var/lib/fio --size=8M --bs=4k --direct=1 --ioengine=psync --fsync=64
	--verify=crc32c --verify_fatal=1)
work()
{
	local round=0
	while fio --name=work --rw=randwrite "${fio_words[@]}" > /run/fio.log 2>&1; do
		say "round $((++round)) is as it was written"
	done
	say "round failed: $(tail -n 5 /run/fio.log | xargs)"
}

iscsid_anew()
{
	[ -s /run/iscsid.pid ] && [ "$(cat /run/iscsid.pid)" != "$1" ] && taken_over
}

await taken_over
if [ -e /var/lib/restarted ]; then
	say "up again"
	go_down poweroff
	exit
fi
if [ -e /var/lib/kept.list ]; then
	say "kept: $(md5sum --check --status /var/lib/kept.list && echo all)"
	say "journal: $(dmesg | grep -c 'EXT4-fs (sda): recovery complete')"
	: > /var/lib/restarted
	go_down reboot
	exit
fi
head -c 4M /dev/urandom > /var/lib/kept
md5sum /var/lib/kept > /var/lib/kept.list
sync
work &
say "working"
await_state FAILED
await_state LOGGED_IN
pid=$(cat /run/iscsid.pid)
kill -KILL "$pid"
await iscsid_anew "$pid"
say "iscsid anew"
await_state FAILED
await_state LOGGED_IN
say "recovered by the new iscsid"
wait # systemd ends what a unit leaves behind
END
make_initrd "$WORK/base.img" --drivers e1000e --with iscsi
make_debian_disk "$WORK/disk.img"
lab_up --root "$WORK/root"

serve()
{
	target_server 3260
	target_add d01 "$WORK/disk.img"
	target_account d01 node secret-of-node
}

power_on()
{
	node_debian d01 "root=iscsi:node:secret-of-node@$(portal d01)"
}

expect_round()
{
	console_mark d01
	expect_console d01 '^TEST round [0-9]+ is as it was written' 60 "$1, I/O goes on"
}

serve
power_on
expect_console d01 '^TEST working' 150 "iscsid takes the session over" || finish
expect_round "before anything happens"

target_kill
expect_console d01 '^TEST session FAILED' 60 "the node sees its target go" || finish
sleep 60
serve
expect_console d01 '^TEST session LOGGED_IN' 60 "it comes back after a minute" || finish
expect_round "after the target's absence"

expect_console d01 '^TEST iscsid anew' 60 "iscsid is killed, and another takes the session over" ||
	finish
expect_round "after iscsid's end"
console_mark d01
target_kill
expect_console d01 '^TEST session FAILED' 60 "the target goes once more" || finish
serve
expect_console d01 '^TEST recovered by the new iscsid' 60 "the new iscsid logs in again" || finish

lab link d01 down
sleep 30
lab link d01 up
expect_round "after half a minute without a link"
# Longer than the kernel waits for a command (30 s): it logs in anew by itself.
lab link d01 down
sleep 60
lab link d01 up
expect_round "after a minute without a link"
# The round that was under way is not the one to tell.
expect_round "and"
check_not "no round failed" console_has d01 '^TEST round failed'
check_not "no I/O failed" eval \
	'tr -d "\r\0" < "$LAB/d01.console" | grep -aE "I/O error|Remounting filesystem read-only|EXT4-fs error"'

lab power d01 off
expect_off d01 30 "its plug is pulled in the middle of it"
power_on
expect_console d01 '^TEST kept' 150 "the node boots again" || finish
check "what was written before is there" console_has d01 '^TEST kept: all'
expect_console d01 '^TEST journal' 20
check "its journal was replayed" console_has d01 '^TEST journal: 1'
expect_console d01 'reboot: Restarting system' 120 "it restarts in order"
expect_console d01 '^TEST up again' 150 "it boots again"
expect_console d01 'reboot: Power down' 120 "it powers off in order"
expect_off d01 30
check_way_down d01
check "the disk is clean" disk_is_clean "$WORK/disk.img"
finish
