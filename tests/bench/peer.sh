#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The initrds of others for the boot benchmark, built by their own programs from Debian's packages,
# each in a Debian tree of its own; nothing of them is installed on this machine. NAME is
# initramfs-tools, dracut, or open-iscsi, which is initramfs-tools with that package's hook for roots on
# iSCSI disks. Run it by tests/fixtures/contained.sh, which takes its mounts away.
#
#   peer.sh prepare NAME TREE
#       makes TREE with that program in it
#   peer.sh build NAME TREE KERNEL VERSION OUTPUT
#       builds an initrd for the kernel unpacked in KERNEL; prints the seconds that the program took
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/fixtures/debian.sh
. "$here/../fixtures/debian.sh"

# With what Debian's packages recommend for building: initramfs-tools compresses by zstd then, and
# dracut by gzip's parallel form.
PEER_PACKAGES_COMMON=systemd-sysv,udev,kmod,zstd
PEER_PACKAGES_INITRAMFS_TOOLS=$PEER_PACKAGES_COMMON,initramfs-tools,busybox
PEER_PACKAGES_OPEN_ISCSI=$PEER_PACKAGES_INITRAMFS_TOOLS,open-iscsi
PEER_PACKAGES_DRACUT=$PEER_PACKAGES_COMMON,dracut-core,dracut-network,nfs-common,dbus,procps,pigz

packages()
{
	case $1 in
	initramfs-tools) echo "$PEER_PACKAGES_INITRAMFS_TOOLS" ;;
	open-iscsi) echo "$PEER_PACKAGES_OPEN_ISCSI" ;;
	dracut) echo "$PEER_PACKAGES_DRACUT" ;;
	esac
}

prepare()
{
	local name=$1 tree=$2 archive

	archive=$(debian_tree "bench-$name" 1 "$(packages "$name")")
	debian_unpack "$archive" "$tree"
	if [ "$name" = initramfs-tools ]; then
		printf 'MODULES=netboot\nBOOT=nfs\n' > "$tree/etc/initramfs-tools/conf.d/bench"
	elif [ "$name" = open-iscsi ]; then
		# The smaller of its sets of modules, which lacks the driver of SCSI disks.
		echo MODULES=netboot > "$tree/etc/initramfs-tools/conf.d/bench"
		grep -qx sd_mod "$tree/etc/initramfs-tools/modules" ||
			echo sd_mod >> "$tree/etc/initramfs-tools/modules"
		echo 'InitiatorName=iqn.2026-11.example.lab:bench' > "$tree/etc/iscsi/initiatorname.iscsi"
	fi
}

build()
{
	local name=$1 tree=$2 kernel=$3 version=$4 output=$5 before after

	rm -f "$tree/tmp/initrd"
	mount -t proc proc "$tree/proc"
	mount -t sysfs -o ro sysfs "$tree/sys"
	mount --rbind /dev "$tree/dev"
	mkdir -p "$tree/usr/lib/modules/$version" "$tree/boot"
	mount --bind -o ro "$kernel/lib/modules/$version" "$tree/usr/lib/modules/$version"
	cp "$kernel/boot/config-$version" "$tree/boot/"
	before=$EPOCHREALTIME
	case $name in
	initramfs-tools | open-iscsi)
		LC_ALL=C chroot "$tree" mkinitramfs -o /tmp/initrd "$version" >&2
		;;
	dracut)
		LC_ALL=C chroot "$tree" dracut --quiet --force --no-hostonly \
			--add "network-legacy nfs" --kver "$version" /tmp/initrd >&2
		;;
	esac
	after=$EPOCHREALTIME
	mv "$tree/tmp/initrd" "$output"
	awk "BEGIN { printf \"%.3f\\n\", $after - $before }"
}

case ${1-} in
prepare | build)
	"$@"
	;;
*)
	echo "usage: ${0##*/} prepare|build NAME TREE [KERNEL VERSION OUTPUT]" >&2
	exit 2
	;;
esac
