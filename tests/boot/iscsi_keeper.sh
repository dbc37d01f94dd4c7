#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A root on an iSCSI disk that has no iscsid: when its target goes away and comes back, be it by another
# portal, the init's keeper logs in again, with CHAP both ways, and no I/O fails.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
# Writes to the disk and reads back from it, past the cache, until the connection was mended twice.
cat > "$WORK/root/work" << 'END'
say()
{
	echo "TEST $*"
}

keeper_said()
{
	dmesg | grep -a 'wireroot: iSCSI session 1: '
}

round()
{
	head -c 262144 /dev/urandom > /tmp/new
	dd if=/tmp/new of=/data bs=64k conv=fsync 2> /dev/null || return
	echo 3 > /proc/sys/vm/drop_caches
	cmp -s /tmp/new /data
}

mount -t tmpfs tmpfs /tmp
for process in /proc/[0-9]*; do
	if grep -qa '^@wireroot-keeper' "$process/cmdline" 2> /dev/null; then
		say "keeper locked $(sed -n 's/VmLck:[ \t]*\(.*\) kB/\1/p' "$process/status") KiB"
		say "keeper has $(ls -l "$process/fd" "$process/cwd" "$process/root" "$process/exe" |
			sed -n 's/.*-> //p' | grep -v '^socket' | sort -u | tr '\n' ' ')"
	fi
done
said=0
while round; do
	# A line of the console in every second or so.
	rounds=$((rounds + 1))
	[ $((rounds % 10)) != 1 ] || say "round $rounds"
	back=$(keeper_said | grep -c 'logged in again')
	[ "$back" = "$said" ] || say "$(keeper_said | grep 'logged in again' | tail -n 1), round $rounds"
	said=$back
	if [ "$said" = 2 ]; then
		say "sessions $(ls /sys/class/iscsi_session)"
		say "errors $(dmesg | grep -c 'I/O error')"
		sync
		mount -o remount,ro /
		poweroff -f
	fi
done
say "failed behind round $rounds"
END
make_iscsi_initrd "$WORK/base.img" ""
make_disk "$WORK/disk.img" d01
lab_up --root "$WORK/root"

serve()
{
	target_server "$1"
	target_add d01 "$WORK/disk.img"
	target_account d01 one secret-of-one
	target_account d01 two secret-of-two out
}

# With another portal the disk has to be named.
words="root=LABEL=d01 rw test.do=run:/work"
for port in 3260 3261; do
	words+=" netroot=iscsi:one:secret-of-one:two:secret-of-two@$TARGET::$port:1:$IQN:d01"
done

serve 3260
node_iscsi d01 "$words"
expect_console d01 '^TEST keeper locked [1-9]' 60 "the init leaves a keeper, which is locked in memory" ||
	finish
expect_console d01 '^TEST round 1$' 30 "the root can be written" || finish
check "the keeper has nothing of the root" console_has d01 \
	'^TEST keeper has / /dev/kmsg /dev/null /dev/urandom /sbin/wireroot-iscsi( \(deleted\))? /sys $'
target_kill
sleep 8
serve 3261
expect_console d01 '^TEST .*logged in again at 10\.87\.0\.1:3261 ' 60 "it logs in again, by the other portal" ||
	finish
target_kill
serve 3260
expect_console d01 '^TEST .*logged in again at 10\.87\.0\.1:3260 ' 60 "and once more, by the first one" ||
	finish
expect_off d01 30
check "it is the same session" console_has d01 '^TEST sessions session1$'
check "no I/O failed" console_has d01 '^TEST errors 0$'
check_not "nothing else was read than what was written" console_has d01 '^TEST failed'
check "the disk is clean" e2fsck -fn "$WORK/disk.img"
finish
