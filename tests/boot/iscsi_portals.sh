#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# iSCSI roots that are not where one looks first: a dead portal, a server that comes late, a target
# that has moved, two targets, and places that DHCP or the firmware tell.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" ""
for name in late dead first second told moved firmware; do
	make_disk "$WORK/$name.img" "$name"
done
cat > "$WORK/dnsmasq.conf" << END
dhcp-mac=set:told,52:54:00:87:fe:01
dhcp-option=tag:told,option:root-path,"iscsi:$(portal told)"
END
lab_up --root "$WORK/root" --dnsmasq "$WORK/dnsmasq.conf"

# LIO's guest is there from the beginning; without a target, it listens nowhere.
if with_lio; then
	target_server 3260
fi
node_iscsi late "root=iscsi:$(portal late) rw test.do=poweroff"
expect_fault late "$(words_of 'reach the iSCSI portal' 'log in by iscsistart: .*'
	): $TARGET_REGEX:3260 .*connection refused" "a server that is not up yet is told of"
with_lio || target_server 3260
target_add late "$WORK/late.img"
expect_second_stage late "the node boots once it is up"
expect_off late 20

target_add dead "$WORK/dead.img"
node_iscsi dead "netroot=iscsi:10.87.0.250:::1:$IQN:dead netroot=iscsi:$(portal dead) test.do=poweroff"
expect_second_stage dead "a dead portal before the living one does no harm"
not_by_iscsistart "nobody waited for it" "it is started for one portal after the other" ||
	check_not "nobody waited for it" console_has dead 'root: reach the iSCSI portal'
expect_off dead 20

target_add first "$WORK/first.img"
target_add second "$WORK/second.img"
node_iscsi two "root=LABEL=second netroot=iscsi:$(portal first) netroot=iscsi:$(portal second) test.do=poweroff"
expect_second_stage two "of two targets' disks the one with the label is the root"
check_fact two 'mount / ext4 /dev/sdb ' "it is the second"
expect_off two 20

target_add told "$WORK/told.img"
node_iscsi told "test.do=poweroff" --nic virtio,mac=52:54:00:87:fe:01
expect_second_stage told "DHCP's root-path names the disk"
check_fact told 'mount / ext4 /dev/sda ' "it is mounted"
expect_off told 20

target_add firmware "$WORK/firmware.img"
target_account firmware node secret-of-node
target_account firmware disk secret-of-disk out
# Nobody else is let in than the initiator that the table names.
target_add spare "$WORK/first.img"
target_only firmware "$IQN:named-by-firmware"
target_only spare "$IQN:named-by-firmware"
python3 "$TOP/tests/fixtures/ibft.py" "$IQN:named-by-firmware" \
	"nic,mac=52:54:00:87:fe:02,ip=10.87.0.60/24,dhcp=10.87.0.1" \
	"$TARGET:3260/1/$IQN:firmware/node/secret-of-node/disk/secret-of-disk" \
	"$TARGET:3260/1/$IQN:spare" > "$WORK/ibft"
node_iscsi firmware "netroot=iscsi rd.iscsi.firmware=1 root=LABEL=firmware test.do=poweroff" \
	--nic virtio,mac=52:54:00:87:fe:02 -- -acpitable "sig=iBFT,data=$WORK/ibft"
expect_second_stage firmware "the firmware's table names targets and accounts"
check_fact firmware 'mount / ext4 /dev/sda ' "the selected one comes first"
expect_off firmware 20

if not_by_lio "a target that has moved is followed" "it sends nobody to another portal"; then
	finish
fi
# Two servers know the target: the one that nodes ask sends them to the other, or to nobody.
redirect()
{
	local update=(--op update --mode target --tid)

	target_add "$1" "$WORK/moved.img"
	update+=("${target_ids[$1]}")
	must_tgt "${update[@]}" --name RedirectAddress --value 10.87.0.1
	must_tgt "${update[@]}" --name RedirectPort --value "$2"
	must_tgt "${update[@]}" --name RedirectReason --value Temporary
}

redirect lost 3262
node_iscsi lost "root=iscsi:$(portal lost)"
expect_fault lost "$(words_of 'reach the portal that the iSCSI target has moved to: 10\.87\.0\.1:3262' \
	'log in by iscsistart: .*')"'.* .*refused' "a target that has moved to nowhere is told of"
lab power lost off
redirect moved 3261
target_server 3261
target_add moved "$WORK/moved.img"
node_iscsi moved "root=iscsi:$(portal moved) rw test.do=write,poweroff"
expect_second_stage moved "a target that has moved is followed"
expect_off moved 20
check "the root came from there" console_has moved 'by iSCSI from 10\.87\.0\.1:3261'
finish
