#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nodes reach roots on iSCSI disks: without authentication, with CHAP both ways, with digests.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

# Node | target's accounts: user:secret[:user:secret] | words, where PORTAL stands for the target's
nodes=(
	'plain||root=iscsi:PORTAL rw'
	'chap|node:secret-of-node|root=iscsi:node:secret-of-node@PORTAL rw'
	'mutual|one:secret-of-one:two:secret-of-two|root=UUID=UUID netroot=iscsi:PORTAL rd.iscsi.username=one rd.iscsi.password=secret-of-one rd.iscsi.in.username=two rd.iscsi.in.password=secret-of-two rw rootflags=noatime'
	'digests||root=LABEL=wireroot netroot=iscsi:PORTAL rd.iscsi.initiator=iqn.2026-11.example.lab:any rd.iscsi.param=node.conn[0].iscsi.HeaderDigest=CRC32C,None rd.iscsi.param=node.conn[0].iscsi.DataDigest=CRC32C,None rw'
	'overlay||root=iscsi:PORTAL wireroot.overlay=tmpfs rw'
)

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" overlay
make_disk "$WORK/disk.img" wireroot
uuid=$(blkid -o value -s UUID "$WORK/disk.img")
lab_up --root "$WORK/root"
target_server 3260

begin()
{
	local node accounts words user secret target_user target_secret place
	IFS='|' read -r node accounts words <<< "$1"
	cp "$WORK/disk.img" "$WORK/$node.img"
	target_add "$node" "$WORK/$node.img"
	IFS=: read -r user secret target_user target_secret <<< "$accounts"
	[ -z "$user" ] || target_account "$node" "$user" "$secret"
	[ -z "$target_user" ] || target_account "$node" "$target_user" "$target_secret" out
	place=$(portal "$node")
	words=${words//PORTAL/$place}
	node_iscsi "$node" "${words//UUID=UUID/UUID=$uuid} test.do=write,poweroff"
}

for line in "${nodes[@]}"; do
	node=${line%%|*}
	begin "$line"
	expect_second_stage "$node" "$node: the second stage runs"
	expect_off "$node" 20
	check "$node: the root can be written" console_has "$node" '^SECOND-STAGE wrote yes'
done
check_fact plain 'mount / ext4 /dev/sda rw,relatime' "the disk is mounted read-write"
check_fact mutual 'mount / ext4 /dev/sda rw,noatime' "rootflags= hold for it"
check_fact overlay 'mount / overlay ' "an overlay can be above it"
check "the message says from where" console_has plain \
	"root: sda \(ext4\) on $IQN:plain by iSCSI from $TARGET_REGEX:3260, read-write"
# Whether a node's file of test.do=write is on the disk, once its journal is replayed.
# shellcheck disable=SC2317 # by check
wrote_to()
{
	e2fsck -fy "$1" > /dev/null
	debugfs -R 'ls -l /' "$1" 2> /dev/null | grep -c ' written-by-'
}

check "what a node wrote is on its disk" wrote_to "$WORK/plain.img"
check_not "what it wrote to the overlay is not" wrote_to "$WORK/overlay.img"
finish
