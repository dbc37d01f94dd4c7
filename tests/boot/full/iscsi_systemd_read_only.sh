#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# iscsid takes over the session of a root that is not written to, too: below an overlay in memory,
# whose disk nobody may log out either, and one that is mounted read-only for good.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"
# shellcheck source=tests/fixtures/iscsi_debian.sh
. "$TOP/tests/fixtures/iscsi_debian.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
debian_tree_with << 'END'
await taken_over
say "taken over below $(findmnt -n -o FSTYPE,OPTIONS / | cut -c 1-10 | xargs)"
say "record $(iscsiadm -m node -o show | grep '^node.startup')"
say "name $(cat /etc/iscsi/initiatorname.iscsi)"
say "configuration $(grep -c MaxRecv /etc/iscsi/iscsid.conf)"
say "failed units: $(systemctl --failed --no-legend | xargs)"
iscsiadm -m node --logoutall=all
iscsiadm -m session -u
say "sessions left $(iscsiadm -m session | wc -l)"
go_down reboot
END
# Without it systemd checks nothing and leaves the root as it finds it.
rm "$WORK/root/etc/fstab"
make_initrd "$WORK/base.img" --drivers e1000e --with iscsi,overlay
make_debian_disk "$WORK/disk.img"
before=$(sha256sum < "$WORK/disk.img")
lab_up --root "$WORK/root"
target_server 3260
target_add disk "$WORK/disk.img"

for node in overlay read-only; do
	words=ro
	[ "$node" = read-only ] || words=wireroot.overlay=tmpfs
	node_debian "$node" "root=iscsi:$(portal disk) rd.iscsi.initiator=iqn.2026-11.example.lab:$node $words" \
		--no-reboot
	expect_console "$node" '^TEST sessions left' 150 "$node: iscsid takes the session over" || finish
	if [ "$node" = read-only ]; then
		check "$node: the root cannot be written" console_has "$node" '^TEST taken over below ext4 ro'
	else
		check "$node: the root is an overlay" console_has "$node" '^TEST taken over below overlay'
	fi
	check "$node: there is a record" console_has "$node" '^TEST record node\.startup = onboot$'
	check "$node: the name is the node's" \
		console_has "$node" "^TEST name InitiatorName=iqn\\.2026-11\\.example\\.lab:$node\$"
	check "$node: what else was in the directory still is" \
		console_has "$node" '^TEST configuration [1-9]'
	# Those of others that have no /var to write to do fail.
	check_not "$node: no unit of iSCSI has failed" console_has "$node" '^TEST failed units:.*iscsi'
	check "$node: nothing logs the root's disk out" console_has "$node" '^TEST sessions left 1$'
	expect_console "$node" 'reboot: Restarting system' 120 "$node: it restarts in order"
	expect_off "$node" 30
	check_way_down "$node"
done
check "nobody has written to the disk" [ "$(sha256sum < "$WORK/disk.img")" = "$before" ]
finish
