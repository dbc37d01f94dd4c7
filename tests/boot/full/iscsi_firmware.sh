#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node whose firmware knows of two interfaces and two targets: both interfaces come up as its table
# has them, one of them on a VLAN, and both targets are logged in to.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" vlan
make_disk "$WORK/first.img" first
make_disk "$WORK/second.img" second
check "a switch for VLAN 10 is made" "$TOP/tests/fixtures/vlan_switch.sh" \
	"$KERNEL_VERSION" "$KERNEL_TREE" 10 "$WORK/switch.img" || finish
lab_up --root "$WORK/root"
# The second target is in a network of its own, which leads through the VLAN alone.
"$WIREROOT" lab exec "$LAB" -- ip address add 10.88.0.1/24 dev lab || give_up "a second network"
target_server 3260
target_add first "$WORK/first.img"
target_server 3270 10.88.0.1
target_add second "$WORK/second.img"

node_boot switch --direct --memory 256 --cpus 1 --kernel "$KERNEL" --initrd "$WORK/switch.img" \
	--append quiet --nic virtio,bridge=trunk --nic virtio
expect_console switch '^VLAN-SWITCH ready' 20 || finish

# Node, its number, words: its interfaces are there in the other order than in the table.
boot()
{
	local macs=("52:54:00:87:fe:${2}1" "52:54:00:87:fe:${2}2")

	python3 "$TOP/tests/fixtures/ibft.py" "$IQN:initiator" \
		"nic,mac=${macs[0]},ip=10.87.0.60/24,gateway=10.87.0.1,dns=10.87.0.1" \
		"nic,mac=${macs[1]},ip=10.88.0.61/24,vlan=10" \
		"10.87.0.1:3260/1/$IQN:first" "10.88.0.1:3270/1/$IQN:second" > "$WORK/$1.ibft"
	node_direct "$1" "$3 test.do=poweroff" --nic "virtio,bridge=trunk,mac=${macs[1]}" \
		--nic "virtio,mac=${macs[0]}" -- -acpitable "sig=iBFT,data=$WORK/$1.ibft"
}

boot both 1 "netroot=iscsi ip=ibft rd.iscsi.firmware=1 root=LABEL=second"
expect_second_stage both "the second stage runs from the target behind the VLAN"
check_fact both 'address eth1 10\.87\.0\.60/24' "the first interface has the table's address"
check_fact both 'address ibft1\.10 10\.88\.0\.61/24' "so has the VLAN on the second"
check_not "which has none itself" console_has both '^SECOND-STAGE address eth0 '
check_fact both 'mount / ext4 /dev/sd[ab] ' "one of the two disks is mounted"
expect_off both 30

boot word 2 "ip=eth1:dhcp rd.iscsi.firmware=1 root=LABEL=first netroot=iscsi:$(portal first)"
expect_second_stage word "a word outranks the table"
check_not "its address is the lease's" console_has word '^SECOND-STAGE address eth1 10\.87\.0\.60/24'
check_not "nothing is done with the other" console_has word '^SECOND-STAGE address ibft'
expect_off word 30
finish
