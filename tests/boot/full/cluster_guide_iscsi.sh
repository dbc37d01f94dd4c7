#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The user guide's third chapter, behind the first: LVM, tgt, and a node that boots from its own disk.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/guide.sh
. "$TOP/tests/fixtures/guide.sh"

# shellcheck disable=SC2034 # guide.sh's
CHAPTERS=(1 3)

# shellcheck disable=SC2317 # by guide.sh
guide_image()
{
	"$TOP/tests/fixtures/debian_iscsi_root.sh" "$1" > "$WORK/root.log" 2>&1 || give_up "the image is made"
	guide_kernel "$1"
	# An emulated server writes it to a disk; these take half of it, and no node here has such devices.
	rm -rf "$1/lib/modules/$KERNEL_VERSION/kernel"/{sound,drivers/{gpu,media,staging,net/wireless}}
	depmod -b "$1" "$KERNEL_VERSION" || give_up "the image is made"
}

# shellcheck disable=SC2317 # by guide.sh
guide_typed()
{
	sed -i -e 's/profiles: compute/profiles: disk/' -e 's/^  n03: { /&overlay: "tmpfs:8g", /' "$1"
}

# shellcheck disable=SC2317 # by guide.sh
guide_differently()
{
	cat << 'END'
# Nobody waits for discovery, the disk for nodes' disks is there by another name, and questions are answered.
differently()
{
	local command=${2//\/dev\/sdb//dev/vdb}
	case $command in
	*'wireroot discover'*) return 0 ;;
	*'storage remove'*) script -qec "$command" /dev/null <<< y 2>&1 ;;
	*) bash -c "$command" 2>&1 ;;
	esac | tr -d '\r' | sed 's/^/GUIDE > /'
	return "${PIPESTATUS[0]}"
}
END
}

use_kernel "${WIREROOT_KERNEL:-6.1}"
guide_server_root tgt,lvm2,thin-provisioning-tools,xfsprogs
truncate -s 520G "$WORK/nodes.disk"
guide_server_up "$WORK/nodes.disk"
# Not n03, which is off when the guide gives it a fresh disk.
expect_console server '^GUIDE ([0-9]+ . sudo wireroot storage list|[0-9]+ failed)' 600 \
	"the guide's commands come as far as disks that nodes can boot from"
node_boot n01 --no-reboot --memory 768 --nic virtio,bridge=inner,mac=52:54:00:a0:00:01
expect_console n01 '^wireroot-console: multi-user reached by n01, root xfs /dev/sda' 150 \
	"a node boots from its own disk"
expect_console n01 'root: sda \(xfs\) on .*n01 by iSCSI from 10\.0\.0\.1:3260, read-write' 10 "… by iSCSI"
guide_ends
finish
