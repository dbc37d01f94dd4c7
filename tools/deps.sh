#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Install what building, testing and the demo need, from Debian; quick when nothing is missing.
# Run as root, or as a user who may use sudo.
set -eu

build='gcc make pkg-config clang clang-format clang-tidy libclang-rt-14-dev cppcheck
klibc-utils libklibc-dev libarchive-dev libkmod-dev libmicrohttpd-dev libjansson-dev
libzstd-dev liblzma-dev zlib1g-dev libcurl4-openssl-dev libyaml-dev libsodium-dev libcmocka-dev
libsqlite3-dev liblvm2-dev'

# What `wireroot initrd build` and the lab run, and what the boot tests boot.
run='kmod zstd xz-utils busybox-static iproute2 util-linux dnsmasq-base nfs-ganesha nfs-ganesha-vfs
rpcbind qemu-system-x86 qemu-utils ovmf ipxe ipxe-qemu'

# mmdebstrap makes roots; the rest is for tests and documentation.
check='mmdebstrap cpio curl jq inotify-tools socat netcat-openbsd python3 mandoc librsvg2-bin procps shellcheck
git debian-archive-keyring binutils clustershell genders tgt libiscsi-bin nfs-kernel-server strace
e2fsprogs xfsprogs btrfs-progs fdisk nbdkit nbdkit-plugin-dev gnuplot-nox
pxelinux syslinux-common stress-ng lvm2'
# Of what nodes load, the one thing that other machines' Debian has not.
if [ "$(dpkg --print-architecture)" = amd64 ]; then
	check="$check grub-efi-amd64-signed"
fi

# One query for all: dpkg-query says nothing of packages that it has never heard of.
# shellcheck disable=SC2086
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $build $run $check 2>/dev/null |
	sed -n 's/ installed$//p')
missing=
for package in $build $run $check; do
	case "
$installed
" in
	*"
$package
"*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "make deps: packages are missing and this is not root; run: apt-get install$missing" >&2
		exit 1
	}
	as_root=sudo
fi
# The lab runs its servers in namespaces of its own: none of them is to be started on this machine.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap '$as_root rm -f "$policy"' EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod 755 "$policy"
fi

install_missing() {
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends $missing
}

# The lists may be old or absent on a fresh machine; only then is the update worth its time.
install_missing || { $as_root apt-get update && install_missing; }
