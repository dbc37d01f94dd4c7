#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of `wireroot storage`: clones of golden volumes of several sizes, each half full, and a
# hundred at once. Run by `make bench`, or by itself, as root.
#
#   xfs, btrfs   files on such a file system on a loop device, which share blocks
#   lvm-thin     thin volumes in a virtual machine with Debian's kernel (QEMU, KVM where it works, else
#                TCG, whose processors are emulated), on a virtio disk; golden volumes hold little there
#
# Each sample is a whole run of the command. A hundred at once are a hundred processes, and then one
# for all. Result: a table, and build/bench/storage.json. No time makes this script fail: it succeeds
# when everything could be measured.
#
#   ROUNDS=7  MANY=100  BACK_ENDS="xfs btrfs lvm-thin"  SIZES="512M 2G 8G"  OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."

# Mounts of its own, which go with it.
if [ "${STORAGE_CONTAINED-}" != yes ]; then
	STORAGE_CONTAINED=yes exec tests/fixtures/contained.sh "$0" "$@"
fi

ROUNDS=${ROUNDS:-7}
MANY=${MANY:-100}
LAST=$(printf %03d "$MANY")
BACK_ENDS=${BACK_ENDS:-xfs btrfs lvm-thin}
SIZES=${SIZES:-512M 2G 8G}
OUTPUT=${OUTPUT:-build/bench}

WIREROOT=$PWD/build/wireroot
WORK=$PWD/$OUTPUT/storage
SAMPLES=$OUTPUT/storage-samples.jsonl
LOG=$WORK/log
# shellcheck source=tests/bench/storage_lib.sh
. tests/bench/storage_lib.sh

say()
{
	if [ -t 2 ]; then
		printf '\r\033[K%s' "$*" >&2
	else
		printf '%s\n' "$*" >&2
	fi
}

fail()
{
	[ ! -t 2 ] || echo >&2
	printf 'bench: %s\n' "$@" >&2
	exit 1
}

# An image as large as half of SIZE, in $WORK/image.
make_image()
{
	local size=$1 bytes

	bytes=$(numfmt --from=iec "$size")
	rm -f "$WORK/image/ballast"
	head -c $((bytes / 2 - IMAGE_BYTES)) /dev/urandom > "$WORK/image/ballast"
}

measure_files()
{
	local kind=$1 size

	say "$kind: a file system on a loop device"
	truncate -s 40G "$WORK/$kind.img"
	"mkfs.$kind" -q "$WORK/$kind.img" > "$LOG" 2>&1 || fail "mkfs.$kind failed"
	mkdir -p "$WORK/$kind"
	mount -o loop "$WORK/$kind.img" "$WORK/$kind"
	for size in $SIZES; do
		say "$kind: $size"
		make_image "$size"
		define "$WORK/cluster.yaml" "type: file, directory: $WORK/$kind" "$WORK/image" "$size"
		measure_size "$WORK/cluster.yaml" "$kind" "$size" >> "$SAMPLES" ||
			fail "$kind, $size:" "$(tail -n 3 "$LOG")"
		if [ "$size" = 2G ]; then
			say "$kind: $MANY at once"
			measure_many "$WORK/cluster.yaml" "$kind" "$size" >> "$SAMPLES" ||
				fail "$kind, $MANY at once:" "$(tail -n 3 "$LOG")"
		fi
		storage remove "$WORK/cluster.yaml" --image image -y
	done
	umount "$WORK/$kind"
	rm -f "$WORK/$kind.img"
}

report()
{
	jq -s --arg cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		--argjson cores "$(nproc)" --arg host_kernel "$(uname -r)" \
		--arg load_before "$LOAD_BEFORE" --arg load_after "$(cut -d ' ' -f 1-3 /proc/loadavg)" \
		--argjson rounds "$ROUNDS" --argjson many "$MANY" \
		-f tests/bench/storage.jq "$SAMPLES" > "$OUTPUT/storage.json.new"
	mv "$OUTPUT/storage.json.new" "$OUTPUT/storage.json"
	jq -r -f tests/bench/storage_table.jq "$OUTPUT/storage.json"
	echo
	echo "All of it: $OUTPUT/storage.json"
}

[ "$(id -u)" -eq 0 ] || fail "this needs root, to mount"
[ -x "$WIREROOT" ] || fail "there is no build/wireroot; run make first"
LOAD_BEFORE=$(cut -d ' ' -f 1-3 /proc/loadavg)
rm -rf "$WORK"
mkdir -p "$WORK/image"
: > "$SAMPLES"
say "the image"
ARCHIVE=$(tests/fixtures/debian_root.sh --archive) || fail "no Debian root could be had"
tar -C "$WORK/image" -xf "$ARCHIVE" --numeric-owner --xattrs --xattrs-include='*'
IMAGE_BYTES=$(du -sk --block-size=1 "$WORK/image" | cut -f 1)
for back_end in $BACK_ENDS; do
	case $back_end in
	xfs | btrfs) measure_files "$back_end" ;;
	lvm-thin)
		say "lvm-thin: in a virtual machine"
		ROUNDS=$ROUNDS MANY=$MANY LAST=$LAST SIZES=$SIZES tests/bench/storage_guest.sh \
			>> "$SAMPLES" 2> "$LOG" || fail "in the virtual machine:" "$(tail -n 5 "$LOG")"
		;;
	esac
done
rm -rf "$WORK"
say "done"
[ ! -t 2 ] || echo >&2
report
