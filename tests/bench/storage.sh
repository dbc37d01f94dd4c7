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

# define FILE STORAGE IMAGE SIZE: a definition with MANY nodes that have a volume of that size
define()
{
	cat > "$1" <<- END
	cluster: { name: bench, iqn: iqn.2026-11.example.bench }
	networks: { boot: { subnet: 10.0.0.0/16, range: 10.0.1.1-10.0.9.255 } }
	servers: { s1: { address: 10.0.0.1, roles: [boot, nfs, iscsi] } }
	storage: { disks: { $2 } }
	images: { image: { path: $3, kernel: newest } }
	profiles: { disk: { root: iscsi, storage: disks, image: image, volume-size: $4 } }
	nodes: { "n[001-$LAST]": { profiles: disk } }
	END
}

# What is run here and in the virtual machine alike. measure_size DEFINITION BACK_END SIZE prints samples.
measuring()
{
	cat <<- 'END'
	now() { local now=${EPOCHREALTIME/[^0-9]/}; echo "$((now / 1000))"; }
	storage()
	{
		local verb=$1 file=$2
		shift 2
		"$WIREROOT" storage "$verb" --cluster "$file" --services none "$@" > "$LOG" 2>&1
	}
	sample()
	{
		printf '{"back_end":"%s","size":"%s","what":"%s","seconds":%d.%03d}\n' "$2" "$3" "$1" $(($4 / 1000)) $(($4 % 1000))
	}
	# The wall clock's time of a command.
	timed()
	{
		local what=$1 back_end=$2 size=$3 from
		shift 3
		from=$(now)
		"$@" || return 1
		sample "$what" "$back_end" "$size" $(($(now) - from))
	}
	at_once()
	{
		local file=$1 pids=() pid i
		for i in $(seq -f %03g 1 "$MANY"); do
			"$WIREROOT" storage clone --cluster "$file" --services none "n$i" > /dev/null 2>&1 &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do wait "$pid" || return 1; done
	}
	measure_size()
	{
		local file=$1 back_end=$2 size=$3 round
		timed golden "$back_end" "$size" storage create "$file" --image image || return 1
		for round in $(seq "$ROUNDS"); do
			timed clone "$back_end" "$size" storage clone "$file" n001 && storage remove "$file" n001 -y || return 1
		done
	}
	measure_many()
	{
		local file=$1 back_end=$2 size=$3
		timed parallel "$back_end" "$size" at_once "$file" && storage remove "$file" "n[001-$LAST]" -y &&
			timed one-command "$back_end" "$size" storage clone "$file" "n[001-$LAST]" &&
			storage remove "$file" "n[001-$LAST]" -y
	}
	END
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
	"mkfs.$kind" -q "$WORK/$kind.img" > "$WORK/log" 2>&1 || fail "mkfs.$kind failed"
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

# In a lab of its own, which ends with the process in which this runs.
measure_guest()
(
	set +e
	PATIENCE=10
	# shellcheck source=tests/boot/lib.sh
	. tests/boot/lib.sh
	# shellcheck source=tests/fixtures/storage_guest.sh
	. tests/fixtures/storage_guest.sh
	use_kernel 6.1
	make_initrd "$WORK/base.img" --with overlay
	guest_root "$WORK/server"
	for size in $SIZES; do
		define "$WORK/server/srv/$size.yaml" "group: vg0, pool: pool0" /srv/image "$size"
	done
	{
		echo "ROUNDS=$ROUNDS MANY=$MANY LAST=$LAST WIREROOT=/usr/local/bin/wireroot LOG=/run/log SIZES='$SIZES'"
		measuring
		cat <<- 'END'
		set -o pipefail
		pvcreate -q /dev/vda && vgcreate -q vg0 /dev/vda &&
			lvcreate -q --type thin-pool -L 3G --poolmetadatasize 64M -n pool0 vg0
		for size in $SIZES; do
			measure_size "/srv/$size.yaml" lvm-thin "$size" | sed 's/^/GUEST > /' || { echo "GUEST not ok"; cat /run/log; }
			[ "$size" != 2G ] || measure_many "/srv/$size.yaml" lvm-thin "$size" | sed 's/^/GUEST > /'
			storage remove "/srv/$size.yaml" --image image -y
		done
		END
	} | guest_program "$WORK/server"
	lab_up --export "/srv/root=$WORK/server,ro"
	guest_boot "$WORK/server" 4G
	lab wait guest '^GUEST ends' 3600
	tr -d '\r' < "$LAB/guest.console" | sed -n 's/^GUEST > //p' | grep -a '^{' > "$OLD_WORK/guest.jsonl"
)

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
LOG=$WORK/log
OLD_WORK=$WORK
eval "$(measuring)"
say "the image"
ARCHIVE=$(tests/fixtures/debian_root.sh --archive) || fail "no Debian root could be had"
tar -C "$WORK/image" -xf "$ARCHIVE" --numeric-owner --xattrs --xattrs-include='*'
IMAGE_BYTES=$(du -sk --block-size=1 "$WORK/image" | cut -f 1)
for back_end in $BACK_ENDS; do
	case $back_end in
	xfs | btrfs) measure_files "$back_end" ;;
	lvm-thin)
		say "lvm-thin: in a virtual machine"
		measure_guest > "$WORK/guest.log" 2>&1 || true
		[ -s "$WORK/guest.jsonl" ] || fail "nothing was measured in the virtual machine:" "$(tail -n 5 "$WORK/guest.log")"
		cat "$WORK/guest.jsonl" >> "$SAMPLES"
		;;
	esac
done
rm -rf "$WORK"
say "done"
[ ! -t 2 ] || echo >&2
report
