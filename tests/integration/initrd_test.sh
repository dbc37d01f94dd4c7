#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `wireroot initrd` on Debian's own kernels: sizes, reproducibility, any user, compressed modules, and
# what it says to mistakes. Prints TAP.
# shellcheck disable=SC2317  # the checks are called by name
set -u

cd "$(dirname "$0")/../.." || exit 1
wireroot=$PWD/build/wireroot
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# For the user without rights.
chmod 755 "$work"
mkdir -m 777 "$work/any"

# shellcheck source=tests/integration/tap.sh
. tests/integration/tap.sh

# use SERIES: the kernel that the next builds are for.
use() {
	local line
	line=$(tests/fixtures/kernels.sh "$1") || exit 1
	version=${line%% *} tree=${line#* }
}

build() {
	"$wireroot" initrd build --kernel "$version" --modules "$tree" --cache "$work/cache" "$@"
}

build_as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$wireroot" initrd build --kernel "$version" --modules "$1" --no-cache \
		--drivers virtio_net -o "$work/any/nobody.img"
}

at_most() {
	local bytes
	bytes=$(stat -c %s "$2")
	echo "$2 has $bytes bytes, more than $1"
	[ "$bytes" -le "$1" ]
}

# in_order FILE NAME...: the modules come in this order in the list within the initrd.
in_order() {
	local file=$1 last=0 line module
	shift
	"$wireroot" initrd show --json "$file" >"$work/show.json" || return
	jq -r '.modules[].name' "$work/show.json" >"$work/names"
	for module in "$@"; do
		line=$(grep -n -x "$module" "$work/names" | cut -d : -f 1)
		if [ -z "$line" ] || [ "$line" -le "$last" ]; then
			echo "$module is not behind line $last of:"
			cat "$work/names"
			return 1
		fi
		last=$line
	done
}

# Unpacks the first segment of FILE, and runs iscsistart in that root: are all its libraries there?
iscsistart_runs() {
	local bytes
	bytes=$("$wireroot" initrd show --json "$1" | jq '.segments[0].bytes') || return
	rm -rf "$work/unpacked"
	mkdir "$work/unpacked"
	head -c "$bytes" "$1" | zstd -dc | (cd "$work/unpacked" && cpio --quiet -idm) || return
	chroot "$work/unpacked" /sbin/iscsistart -v
}

not_written() {
	! [ -e "$1" ]
}

use 6.1
check "a virtio initrd is built" build --drivers virtio_net -o "$work/one.img"
check "it has at most 1,000,000 bytes" at_most 1000000 "$work/one.img"
check "the init has at most 100,000 bytes" at_most 100000 build/init
check "every module comes behind what it needs" \
	in_order "$work/one.img" virtio_ring virtio virtio_net
check "so do those of NFS" in_order "$work/one.img" sunrpc lockd nfs nfsv4
check "a warm build gives the same bytes" build --drivers virtio_net -o "$work/two.img"
check "… indeed" cmp "$work/one.img" "$work/two.img"
check "so does a build without the cache" build --no-cache --drivers virtio_net -o "$work/three.img"
check "… indeed" cmp "$work/one.img" "$work/three.img"
check "nobody may build one" build_as_nobody "$tree"
check "… with the same bytes" cmp "$work/one.img" "$work/any/nobody.img"

# A tree as `dpkg -x` leaves it has no indexes.
mkdir -p "$work/plain/lib/modules" "$work/plain/boot"
cp -r "$tree/lib/modules/$version" "$work/plain/lib/modules/"
rm -f "$work/plain/lib/modules/$version"/modules.{dep,alias,symbols,softdep,builtin.bin,devname}*
cp "$tree/boot/config-$version" "$work/plain/boot/"
chmod -R a+rX "$work/plain"
check "a tree without indexes will do, for nobody, too" build_as_nobody "$work/plain"
check "… with the same bytes" cmp "$work/one.img" "$work/any/nobody.img"

check "all wired drivers are built" build --drivers auto -o "$work/auto.img"
check "they have at most 8,000,000 bytes" at_most 8000000 "$work/auto.img"

printf '# n01\nroot=nfs:10.0.0.1:/srv/root\nwireroot.overlay=tmpfs\n' >"$work/n01.conf"
check "a node's segment is built" "$wireroot" initrd node --conf "$work/n01.conf" -o "$work/n01.img"
check "it has at most 1 KiB" at_most 1024 "$work/n01.img"
cat "$work/one.img" "$work/n01.img" >"$work/both.img"
check "show finds both segments" says 0 'etc/wireroot/node.conf' \
	"$wireroot" initrd show --files "$work/both.img"

printf 'root=nfs:10.0.0.1:/srv/root\nip=10.0.0.300\n' >"$work/bad.conf"
check "a node file with a mistake is refused, with the word" says 1 'ip=10\.0\.0\.300' \
	"$wireroot" initrd node --conf "$work/bad.conf" -o "$work/bad.img"
check "… and nothing is written" not_written "$work/bad.img"
check "an unknown driver is refused, with the nearest name" says 1 'virtio_net' \
	build --drivers virtio_nett -o "$work/bad.img"
check "an unknown kernel is refused" says 1 '9\.9' \
	"$wireroot" initrd build --kernel 9.9 --modules "$tree" -o "$work/bad.img"
check "modules of another kernel are refused" says 1 '9\.9' \
	"$wireroot" initrd build --kernel 9.9 --modules "$tree/lib/modules/$version" -o "$work/bad.img"
sed 's/^CONFIG_RD_XZ=y/# CONFIG_RD_XZ is not set/' "$tree/boot/config-$version" >"$work/config"
check "what the kernel cannot unpack is refused" says 1 'xz' \
	build --config "$work/config" --compression xz --drivers virtio_net -o "$work/bad.img"
check "… and nothing is written" not_written "$work/bad.img"
head -c 100000 "$work/one.img" >"$work/short.img"
check "show says which initrd is cut off" says 1 'short\.img: zstd.*damaged or cut off' \
	"$wireroot" initrd show "$work/short.img"
check "a missing option is a usage error" says 2 'see wireroot initrd --help' "$wireroot" initrd build

check "a virtio initrd for iSCSI and ext4 is built" \
	build --drivers virtio_net --without nfs --with iscsi,ext4 -o "$work/iscsi.img"
check "it has at most 1,600,000 bytes" at_most 1600000 "$work/iscsi.img"
check "one for neighbours' memory is built" build --drivers virtio_net --with swap -o "$work/swap.img"
check "it has the program, its list, and dm-crypt" says 0 'dm-crypt\.ko' sh -c \
	"$wireroot initrd show --files $work/swap.img | grep -E 'sbin/wireroot-swap|swap-modules|dm-crypt'"
check "one with iscsistart is built" build --drivers virtio_net --without nfs \
	--with iscsi,iscsistart --iscsistart "$(tests/fixtures/iscsistart.sh)" -o "$work/start.img"
check "iscsistart finds all its libraries in it" says 0 'iscsistart version' \
	iscsistart_runs "$work/start.img"
check "where there is none, that is said" says 1 'install open-iscsi, or give --iscsistart' \
	build --with iscsi,iscsistart --iscsistart "$work/none/sbin/iscsistart" -o "$work/bad.img"
check "without iSCSI it is of no use" says 2 'of use only with iscsi' \
	build --with iscsistart -o "$work/bad.img"

use 6.12
check "compressed modules (6.12) are unpacked into it" \
	build --drivers virtio_net --compression xz -o "$work/612.img"
check "it has at most 1,000,000 bytes" at_most 1000000 "$work/612.img"
check "its modules are plain .ko" says 0 'virtio_net\.ko$' \
	"$wireroot" initrd show --files "$work/612.img"

finish
