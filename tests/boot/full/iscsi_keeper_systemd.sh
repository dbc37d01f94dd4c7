#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A Debian whose target goes as the init hands over boots all the same, once the target is back: the init's
# keeper logs in again, since iscsid cannot be started from that root. Then iscsid has the session, and the
# keeper comes in again when iscsid is killed while the target is away.
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
await_state()
{
	local state
	until read -r state < /sys/class/iscsi_session/session1/state && [ "$state" = "$1" ]; do
		read -rt 0.2 -u "$never"
	done
	say "session $1"
}

keeper_said()
{
	dmesg | grep -c 'wireroot: iSCSI session 1: logged in again'
}

write_and_read()
{
	head -c 4M /dev/urandom > "/var/lib/$1" && sync && echo 3 > /proc/sys/vm/drop_caches &&
		md5sum "/var/lib/$1" > /run/first && echo 3 > /proc/sys/vm/drop_caches &&
		md5sum --check --status /run/first && say "$1 is as it was written"
}

say "up, logged in again $(keeper_said) times"
await taken_over
write_and_read first
before=$(keeper_said)
say "iscsid has the session"
await_state FAILED
await_state LOGGED_IN
await taken_over
say "the keeper left that to iscsid: $(($(keeper_said) - before))"
read -r pid < /run/iscsid.pid
# Nothing must start it before the target is back: its program is in the cache.
mkdir -p /run/systemd/system/iscsid.service.d
printf '[Service]\nRestartSec=3600\n' > /run/systemd/system/iscsid.service.d/later.conf
systemctl daemon-reload
say "now without iscsid"
await_state FAILED
kill -KILL "$pid"
say "iscsid killed"
await_state LOGGED_IN
write_and_read second
say "the keeper mended that: $(($(keeper_said) - before))"
say "I/O errors: $(dmesg | grep -c 'I/O error')"
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

serve
node_debian d01 "root=iscsi:node:secret-of-node@$(portal d01)"
expect_console d01 'switch_root: ' 150 "the init hands over" || finish
target_kill
sleep 15
serve
expect_console d01 '^TEST up, logged in again [1-9]' 150 "its root boots, by the keeper's login" || finish
expect_console d01 '^TEST iscsid has the session' 150 "iscsid takes the session over" || finish
target_kill
sleep 5
serve
expect_console d01 '^TEST now without iscsid' 150 "iscsid logs in again" || finish
check "the keeper leaves that to it" console_has d01 '^TEST the keeper left that to iscsid: 0$'
target_kill
expect_console d01 '^TEST iscsid killed' 60 "iscsid dies while the target is away" || finish
sleep 5
serve
expect_console d01 '^TEST second is as it was written' 150 "the keeper logs in again, and I/O goes on" ||
	finish
expect_console d01 '^TEST the keeper mended that: 1$' 30 "it was the keeper"
expect_console d01 '^TEST I/O errors:' 30
check "no I/O failed" console_has d01 '^TEST I/O errors: 0$'
check "what was written before is read" console_has d01 '^TEST first is as it was written'
lab power d01 off
finish
