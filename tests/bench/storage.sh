#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of `wireroot storage`: clones of golden volumes of several sizes, each half full, and a
# hundred at once. Run by `make bench`, or by itself, as root.
#
#   xfs, btrfs   files on such a file system on a loop device, which share blocks
#   lvm-thin     thin volumes in a virtual machine with Debian's kernel (QEMU, KVM where it works, else
#                TCG, whose processors are emulated), on a virtio disk; golden volumes hold little there.
#                A plain `lvcreate --snapshot` is measured in turn with the clones: where processors
#                are emulated the ratio of both says more than the seconds
#
# Each sample is a whole run of the command. A hundred are made by a hundred processes at once, and then
# by one command; in the virtual machine, which has no memory for a hundred, by fewer processes. Result: a
# table, and build/bench/storage.json. No time makes this script fail: it succeeds when everything could be
# measured.
#
#   ROUNDS=7  MANY=100  BACK_ENDS="xfs btrfs lvm-thin"  SIZES="512M 2G 8G"  OUTPUT=build/bench
#   PROCESSES=MANY   at once, MANY at the most
#   GUEST_ROUNDS=3  GUEST_PROCESSES=5  GUEST_SIZES="2G 8G"   the same for lvm-thin
set -euo pipefail
cd "$(dirname "$0")/../.."

# Mounts of its own, which go with it.
if [ "${STORAGE_CONTAINED-}" != yes ]; then
	STORAGE_CONTAINED=yes exec tests/fixtures/contained.sh "$0" "$@"
fi
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

ROUNDS=${ROUNDS:-7}
MANY=${MANY:-100}
PROCESSES=${PROCESSES:-$MANY}
LAST=$(printf %03d "$MANY")
GUEST_ROUNDS=${GUEST_ROUNDS:-3}
GUEST_PROCESSES=${GUEST_PROCESSES:-$((MANY < 5 ? MANY : 5))}
GUEST_SIZES=${GUEST_SIZES:-2G 8G}
BACK_ENDS=${BACK_ENDS:-xfs btrfs lvm-thin}
SIZES=${SIZES:-512M 2G 8G}
OUTPUT=${OUTPUT:-build/bench}

WORK=$PWD/$OUTPUT/storage
SAMPLES=$OUTPUT/storage-samples.jsonl
LOG=$WORK/log
# shellcheck source=tests/bench/storage_lib.sh
. tests/bench/storage_lib.sh

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
			say "$kind: $MANY clones"
			measure_many "$WORK/cluster.yaml" "$kind" "$size" >> "$SAMPLES" ||
				fail "$kind, $MANY clones:" "$(tail -n 3 "$LOG")"
		fi
		storage remove "$WORK/cluster.yaml" --image image -y
	done
	umount "$WORK/$kind"
	rm -f "$WORK/$kind.img"
}

need_root "to mount"
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
		if ! ROUNDS=$GUEST_ROUNDS MANY=$MANY LAST=$LAST PROCESSES=$GUEST_PROCESSES SIZES=$GUEST_SIZES \
			tests/bench/storage_guest.sh >> "$SAMPLES" 2> "$LOG" || ! grep -q lvm-thin "$SAMPLES"; then
			fail "in the virtual machine:" "$(tail -n 5 "$LOG")"
		fi
		;;
	esac
done
rm -rf "$WORK"
say "done"
end_line
report storage --argjson rounds "$ROUNDS" --argjson many "$MANY" \
	--argjson processes "$PROCESSES" \
	--argjson guest_rounds "$GUEST_ROUNDS" --argjson guest_processes "$GUEST_PROCESSES"
