#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of writing an image to a volume, against `tar -x` onto the same volume. Run by
# `make bench`, or by itself, as root.
#
# The image is the Debian root that the boot tests use. The volume is a sparse file of 2 GiB on this
# machine's disk, made anew for each sample. Everything is read from the page cache. For each file
# system, in turn, ROUNDS times:
#   write      `wireroot image write` from the image's directory: making the file system, writing,
#              adapting, syncing, unmounting, checking the file system
#   archive    the same from the tar archive
#   tar        GNU tar, with all attributes, from the archive onto the volume mounted beforehand, with
#              a file system that was made beforehand; then sync
#   cp         the same by cp -a from the directory
#   whole tar  that round's tar with what it needs around it and image write does by itself: making the
#              file system, mounting, unmounting. No check of the file system
# All of them mount with noatime, by a loop device with direct I/O, and end when all is on the disk. Who
# is first changes from round to round.
#
# Result: a table, and build/bench/image_write.json. No time makes this script fail: it succeeds when
# everything could be measured.
#
#   ROUNDS=7  FILE_SYSTEMS="ext4 xfs btrfs"  OUTPUT=build/bench
set -euo pipefail
cd "$(dirname "$0")/../.."

# Mounts of its own, which go with it.
if [ "${IMAGE_WRITE_CONTAINED-}" != yes ]; then
	IMAGE_WRITE_CONTAINED=yes exec tests/fixtures/contained.sh "$0" "$@"
fi
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

ROUNDS=${ROUNDS:-7}
FILE_SYSTEMS=${FILE_SYSTEMS:-ext4 xfs btrfs}
OUTPUT=${OUTPUT:-build/bench}

WORK=$PWD/$OUTPUT/image_write
SAMPLES=$OUTPUT/image_write-samples.jsonl
SAMPLE_OF=file_system

# timed WORD...: prints how many seconds the command took
timed()
{
	local result
	result=$(tests/bench/measure.py "$@" 2> "$WORK/log") ||
		fail "$1 failed:" "$(tail -n 5 "$WORK/log")"
	jq .seconds <<< "$result"
}

fresh_volume()
{
	rm -f "$WORK/volume"
	truncate -s 2G "$WORK/volume"
	sync -f "$WORK"
}

# mounted KIND COMMAND...: with an empty file system of that kind mounted, as image write mounts it.
# Prints what it took without and with that.
mounted()
{
	local kind=$1 device before=$EPOCHREALTIME seconds
	shift
	"mkfs.$kind" -q "$WORK/volume" > "$WORK/log" 2>&1 || fail "mkfs.$kind failed"
	device=$(losetup --find --show --direct-io=on "$WORK/volume")
	mount -o noatime,nosuid,nodev,noexec "$device" "$WORK/mount"
	losetup --detach "$device" # once it is unmounted
	seconds=$(timed "$@")
	umount "$WORK/mount"
	echo "$seconds $(seconds_between "$before" "$EPOCHREALTIME")"
}

measure_one()
{
	local kind=$1 way=$2
	fresh_volume
	case $way in
	write) timed "$WIREROOT" image write -y --file-system "$kind" "$WORK/image" "$WORK/volume" ;;
	archive) timed "$WIREROOT" image write -y --file-system "$kind" "$ARCHIVE" "$WORK/volume" ;;
	tar)
		mounted "$kind" sh -c 'tar -C "$2" -xf "$1" --numeric-owner --xattrs \
			--xattrs-include="*" --acls && sync -f "$2"' sh "$ARCHIVE" "$WORK/mount"
		;;
	cp)
		mounted "$kind" sh -c 'cp -a "$1/." "$2" && sync -f "$2"' sh "$WORK/image" \
			"$WORK/mount"
		;;
	esac
}

round()
{
	local number=$1 kind way seconds ways=(write tar archive cp) first
	first=$((number % ${#ways[@]}))
	for kind in $FILE_SYSTEMS; do
		for way in "${ways[@]:first}" "${ways[@]:0:first}"; do
			say "round $number of $ROUNDS: $kind, $way"
			seconds=$(measure_one "$kind" "$way")
			sample "$kind" "$way" "${seconds%% *}"
			[ "$way" != tar ] || sample "$kind" whole_tar "${seconds#* }"
		done
	done
}

need_root "to mount"
rm -rf "$WORK"
mkdir -p "$WORK/image" "$WORK/mount"
: > "$SAMPLES"
say "the image"
ARCHIVE=$(tests/fixtures/debian_root.sh --archive) || fail "no Debian root could be had"
tar -C "$WORK/image" -xf "$ARCHIVE" --numeric-owner --xattrs --xattrs-include='*'
cat "$ARCHIVE" > /dev/null
BYTES=$(du -sk --block-size=1 "$WORK/image" | cut -f 1)
FILES=$(find "$WORK/image" | wc -l)
for ((number = 1; number <= ROUNDS; number++)); do
	round "$number"
done
rm -rf "$WORK"
say "done"
end_line
report image_write --argjson rounds "$ROUNDS" --argjson bytes "$BYTES" --argjson files "$FILES"
