# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The initrds of others for the boot benchmark, built by their own programs from Debian's packages,
# each in a Debian tree of its own; nothing of them is installed on this machine.
# Needs tests/fixtures/debian.sh.
#
#   peer_prepare NAME TREE               makes TREE, with initramfs-tools or dracut in it
#   peer_build NAME TREE KERNEL VERSION OUTPUT
#       builds an initrd for the kernel unpacked in KERNEL; prints the seconds that its program took

# With what Debian's packages recommend for building: initramfs-tools compresses by zstd then, and
# dracut by gzip's parallel form.
PEER_PACKAGES_COMMON=systemd-sysv,udev,kmod,zstd
PEER_PACKAGES_INITRAMFS_TOOLS=$PEER_PACKAGES_COMMON,initramfs-tools,busybox
PEER_PACKAGES_DRACUT=$PEER_PACKAGES_COMMON,dracut-core,dracut-network,nfs-common,dbus,procps,pigz

peer_packages()
{
	case $1 in
	initramfs-tools) echo "$PEER_PACKAGES_INITRAMFS_TOOLS" ;;
	dracut) echo "$PEER_PACKAGES_DRACUT" ;;
	esac
}

peer_prepare()
{
	local name=$1 tree=$2 archive

	archive=$(debian_tree "bench-$name" 1 "$(peer_packages "$name")")
	debian_unpack "$archive" "$tree"
	if [ "$name" = initramfs-tools ]; then
		printf 'MODULES=netboot\nBOOT=nfs\n' > "$tree/etc/initramfs-tools/conf.d/bench"
	fi
}

# Runs in namespaces of its own, which take mounts and processes with them when it ends.
peer_build_inside()
{
	local name=$1 tree=$2 kernel=$3 version=$4 before after

	mount -t proc proc "$tree/proc"
	mount -t sysfs -o ro sysfs "$tree/sys"
	mount --rbind /dev "$tree/dev"
	mkdir -p "$tree/usr/lib/modules/$version" "$tree/boot"
	mount --bind -o ro "$kernel/lib/modules/$version" "$tree/usr/lib/modules/$version"
	cp "$kernel/boot/config-$version" "$tree/boot/"
	before=$EPOCHREALTIME
	case $name in
	initramfs-tools)
		chroot "$tree" mkinitramfs -o /tmp/initrd "$version" >&2
		;;
	dracut)
		chroot "$tree" dracut --quiet --force --no-hostonly --add "network-legacy nfs" \
			--kver "$version" /tmp/initrd >&2
		;;
	esac
	after=$EPOCHREALTIME
	awk "BEGIN { printf \"%.3f\\n\", $after - $before }"
}

peer_build()
{
	local name=$1 tree=$2 kernel=$3 version=$4 output=$5

	rm -f "$tree/tmp/initrd"
	export -f peer_build_inside
	LC_ALL=C unshare --mount --pid --fork --kill-child --mount-proc bash -euc \
		'peer_build_inside "$@"' bash "$name" "$tree" "$kernel" "$version" 2> "$output.log"
	mv "$tree/tmp/initrd" "$output"
}
