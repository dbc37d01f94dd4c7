#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# iSCSI roots on each file system, on a whole disk and on partitions of both kinds of table.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/fixtures/iscsi.sh
. "$TOP/tests/fixtures/iscsi.sh"

# The second of two partitions, made from 2 MiB on.
make_partitioned()
{
	truncate -s 68M "$1"
	printf '%s\nstart=2048, size=2048\nstart=4096%s\n' "$2" "$3" | sfdisk -q "$1" > /dev/null ||
		give_up "$1 is parted"
	mke2fs -q -t ext4 -E offset=2097152 -d "$WORK/root" "$1" 64M || give_up "$1 is made"
}

make_btrfs()
{
	truncate -s 256M "$1"
	mkfs.btrfs -q --rootdir "$WORK/root" "$1" > "$WORK/mkfs.log" 2>&1 || give_up "$1 is made"
}

# mkfs.xfs takes no directory: the image is mounted, where only this command sees it.
make_xfs()
{
	truncate -s 320M "$1"
	mkfs.xfs -q -L xfs-root "$1" || give_up "$1 is formatted"
	# shellcheck disable=SC2016 # the inner shell's words
	unshare -m sh -c 'mount -o loop "$1" /mnt && cp -a "$2/." /mnt && umount /mnt' \
			sh "$1" "$WORK/root" || give_up "$1 is made"
}

uuid=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
use_kernel "${WIREROOT_KERNEL:-6.1}"
make_root "$WORK/root"
make_initrd "$WORK/base.img" --with iscsi,ext4,xfs,btrfs --without nfs
make_partitioned "$WORK/gpt.img" 'label: gpt' ", uuid=$uuid"
make_partitioned "$WORK/mbr.img" $'label: dos\nlabel-id: 0x0a1b2c3d' ""
make_btrfs "$WORK/btrfs.img"
make_xfs "$WORK/xfs.img"
lab_up --root "$WORK/root"
target_server 3260

# Node and target, the root's words, the device and type that it is mounted as.
boot()
{
	target_add "$1" "$WORK/$1.img"
	node_direct "$1" "$2 netroot=iscsi:$(portal "$1") rw test.do=write,poweroff" --memory 384
	expect_second_stage "$1" "$1: the second stage runs"
	expect_off "$1" 30
	check_fact "$1" "mount / $3 " "$1: the root is $3"
	check "$1: the root can be written" console_has "$1" '^SECOND-STAGE wrote yes'
}

boot gpt "root=PARTUUID=${uuid^^}" 'ext4 /dev/sda2'
boot mbr "root=PARTUUID=0a1b2c3d-02" 'ext4 /dev/sda2'
boot btrfs "" 'btrfs /dev/sda'
boot xfs "root=LABEL=xfs-root" 'xfs /dev/sda'
finish
