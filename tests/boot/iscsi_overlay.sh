#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nodes share one disk that none of them can write to: with an overlay in memory, with one on a disk
# of their own that keeps what they write, and with the mistakes that there are.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_iscsi_initrd "$WORK/base.img" overlay
make_disk "$WORK/golden.img" golden
cp "$WORK/golden.img" "$WORK/open.img"
debugfs -w -R 'feature needs_recovery' "$WORK/open.img" > "$WORK/debugfs.log" 2>&1 ||
	give_up "an image with an open journal is made"
truncate -s 32M "$WORK/own.img"
mke2fs -q -t ext4 -L own "$WORK/own.img" || give_up "a node's disk is made"
before=$(sha256sum < "$WORK/golden.img")
lab_up --root "$WORK/root"
target_server 3260
target_add golden "$WORK/golden.img"
target_add open "$WORK/open.img"
target_add own "$WORK/own.img"
for name in golden open; do
	must_tgt --op update --mode logicalunit --tid "${target_ids[$name]}" --lun 1 \
		--params readonly=1
done

golden="netroot=iscsi:$(portal golden)"
both="root=LABEL=golden $golden netroot=iscsi:$(portal own) wireroot.overlay=LABEL=own"
upper=/run/wireroot/overlay/disk

node_direct alone "$golden test.do=write,poweroff"
expect_second_stage alone "a node mounts the shared disk read-only"
check_fact alone 'mount / ext4 /dev/sda ro,' "it is the root itself"
expect_off alone 20

node_direct memory "$golden rw wireroot.overlay=tmpfs test.do=write,poweroff"
expect_second_stage memory "another has an overlay in memory"
expect_off memory 20
check "which can be written to" console_has memory '^SECOND-STAGE wrote yes'

node_direct disk "$both test.do=write,poweroff"
expect_second_stage disk "a third has one on a disk of its own"
check "the message says which" console_has disk \
	"root: sd[ab] \(ext4\) on $IQN:golden .*, below an overlay on sd[ab] \(ext4\) on $IQN:own .*kept"
check_fact disk 'mount / overlay ' "the root is an overlay"
check_fact disk "mount $upper ext4 /dev/sd[ab] rw,"  "its upper side can be seen"
expect_off disk 20
check "it can be written to" console_has disk '^SECOND-STAGE wrote yes'
e2fsck -fy "$WORK/own.img" > "$WORK/e2fsck.log" 2>&1
check "what it wrote is on its disk" eval \
	'debugfs -R "ls -l /upper" "$WORK/own.img" 2> /dev/null | grep -q " written-by-"'
check "and the shared disk is as it was" [ "$(sha256sum < "$WORK/golden.img")" = "$before" ]

node_direct rw "$golden rw"
expect_fault rw 'mount the root as ext4: /dev/sda: .*LUN is read-only: give ro, or an overlay' \
	"that it cannot be written to is said"
lab power rw off
node_direct open "netroot=iscsi:$(portal open)"
expect_fault open 'mount the root as ext4: /dev/sda: .*its journal open: .*fsck.* rootflags=noload' \
	"an open journal is told of"
lab power open off
node_direct noload "netroot=iscsi:$(portal open) rootflags=noload test.do=poweroff"
expect_second_stage noload "with noload it is mounted as it is"
expect_off noload 20
node_direct none "root=LABEL=golden $golden wireroot.overlay=LABEL=other"
expect_fault none "find the overlay's upper side on the iSCSI disks: LABEL=other: .*there is: sda ext4 golden" \
	"a disk for the overlay that is not there is told of"
lab power none off
finish
