#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# On a Debian with systemd as it comes, iscsid takes the session of the root's disk over and keeps it;
# the node restarts in order, and the disk is clean.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/iscsi_debian.sh
. "$TOP/tests/fixtures/iscsi_debian.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
debian_tree_with << 'END'
await taken_over
iscsiadm -m session -P 2 | while read -r line; do
	say "session $line"
done
iscsiadm -m node -o show | while read -r line; do
	say "record $line"
done
say "timeouts $(cat /sys/class/iscsi_session/*/recovery_tmo /sys/class/iscsi_connection/*/{ping,recv}_tmo | xargs)"
say "name $(cat /etc/iscsi/initiatorname.iscsi)"
say "units $(systemctl is-active iscsid wireroot-iscsi open-iscsi | xargs)"
say "failed units: $(systemctl --failed --no-legend | xargs)"
iscsiadm -m node --logoutall=all
iscsiadm -m session -u
say "sessions left $(iscsiadm -m session | wc -l)"
say "wrote $(echo written > /var/lib/boot-test && sync && cat /var/lib/boot-test)"
umount /etc/iscsi/initiatorname.iscsi "/etc/iscsi/nodes/"*
say "on the disk $(ls -A /etc/iscsi/nodes/*)"
go_down reboot
END
make_iscsi_initrd "$WORK/base.img" "" --drivers e1000e
make_debian_disk "$WORK/disk.img"
lab_up --root "$WORK/root"
target_server 3260
target_add d01 "$WORK/disk.img"
target_account d01 one secret-of-one
target_account d01 two secret-of-two out

node_debian d01 "root=iscsi:one:secret-of-one:two:secret-of-two@$(portal d01) rd.iscsi.initiator=$IQN:any" \
	--no-reboot
expect_console d01 '^TEST name' 150 "iscsid takes the session over" || finish
# iscsistart may have needed another try, whose session has the next number.
check "it is the one that the init made" console_has d01 "^TEST session SID: $(words_of 1 '[0-9]+')\$"
check "with its accounts" console_has d01 '^TEST session username_in: two$'
check "its I/O waits for its server, and nothing asks whether that is there" \
	console_has d01 '^TEST timeouts 86400 0 0$'
for line in 'node\.startup = onboot' 'node\.session\.timeo\.replacement_timeout = 86400' \
	'node\.conn\[0\]\.timeo\.noop_out_interval = 0'; do
	check "its record says: ${line//\\/}" console_has d01 "^TEST record $line\$"
done
check "open-iscsi goes by the node's own name" \
	console_has d01 "^TEST name InitiatorName=${IQN//./\\.}:any\$"
expect_console d01 '^TEST on the disk' 60 "the node goes on"
check "the units run" console_has d01 '^TEST units active active active$'
check "no unit has failed" console_has d01 '^TEST failed units: *$'
check "nothing logs the root's disk out" console_has d01 '^TEST sessions left 1$'
check "the disk can be written" console_has d01 '^TEST wrote written$'
check "nothing of this boot is left on it for the next one" console_has d01 '^TEST on the disk *$'
expect_console d01 'reboot: Restarting system' 120 "the node restarts in order"
expect_off d01 30
check_way_down d01
check "the disk is clean" disk_is_clean "$WORK/disk.img"
finish
